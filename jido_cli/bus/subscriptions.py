"""Subscriptions: which subscribers a published signal goes to.

A subscriber is one agent, or one group that is served as one (`groups`). No delivery here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Generic

from jido_cli.bus.groups import Group, M
from jido_cli.core.router import Pattern, matches, parse_pattern
from jido_cli.core.signals import Signal

TYPES_CACHED: Final = 4096


class Subscriptions(Generic[M]):
    """All subscribers of one topology, with a cache by signal type."""

    __slots__ = ("_cache", "_groups", "_singles")

    def __init__(self) -> None:
        self._singles: dict[int, tuple[M, tuple[Pattern, ...]]] = {}
        self._groups: dict[int, tuple[Group[M], tuple[Pattern, ...]]] = {}
        self._cache: dict[str, tuple[M | Group[M], ...]] = {}

    def add(self, member: M, patterns: Iterable[str]) -> None:
        """Subscribe *member* to *patterns*."""
        self._singles[id(member)] = (member, _parse(patterns))
        self._cache.clear()

    def discard(self, member: M) -> None:
        """End the subscription of *member*."""
        if self._singles.pop(id(member), None) is not None:
            self._cache.clear()

    def add_group(self, group: Group[M], patterns: Iterable[str]) -> None:
        """Subscribe *group* as one."""
        self._groups[id(group)] = (group, _parse(patterns))
        self._cache.clear()

    def discard_group(self, group: Group[M]) -> None:
        """End the subscription of *group*."""
        if self._groups.pop(id(group), None) is not None:
            self._cache.clear()

    def receivers(self, signal: Signal, exclude: M | None = None) -> Iterator[M]:
        """Yield whom *signal* goes to, all but *exclude*, in order of subscription."""
        subscribers = self._cache.get(signal.type)
        if subscribers is None:
            subscribers = self._find(signal.type)
        for subscriber in subscribers:
            if isinstance(subscriber, Group):
                yield from subscriber.receivers(signal, exclude)
            elif subscriber is not exclude:
                yield subscriber

    def has_subscriber(self, signal_type: str) -> bool:
        """Whether anybody listens to *signal_type*."""
        return bool(self._find(signal_type))

    def _find(self, signal_type: str) -> tuple[M | Group[M], ...]:
        tables: tuple[tuple[M | Group[M], tuple[Pattern, ...]], ...] = (
            *self._singles.values(),
            *self._groups.values(),
        )
        found = tuple(
            subscriber
            for subscriber, patterns in tables
            if any(matches(signal_type, pattern) for pattern in patterns)
        )
        if len(self._cache) >= TYPES_CACHED:  # types from outside must not grow it for ever
            self._cache.clear()
        self._cache[signal_type] = found
        return found


def _parse(patterns: Iterable[str]) -> tuple[Pattern, ...]:
    return tuple(parse_pattern(pattern) for pattern in patterns)
