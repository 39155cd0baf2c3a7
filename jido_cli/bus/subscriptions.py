"""Subscriptions: which subscribers a published signal goes to.

A subscriber is one agent, or one group (the members of a dynamic template) that is served as
one: the same subject goes to the same member, everything else to the shortest mailbox
(runtime.md 12). No delivery here.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, Protocol, TypeVar

from jido_cli.core.router import Pattern, matches, parse_pattern
from jido_cli.core.signals import Signal

TYPES_CACHED: Final = 4096


class Member(Protocol):
    """Whoever can be handed a signal."""

    @property
    def mail_depth(self) -> int:
        """How much waits for it."""
        ...


M = TypeVar("M", bound=Member)


class Group(Generic[M]):
    """Members that are one subscriber.

    Args:
        members: gives those of now; asked again after `changed`.
    """

    __slots__ = ("_members", "_order", "_turn")

    def __init__(self, members: Callable[[], Iterable[M]]) -> None:
        self._members = members
        self._order: list[M] | None = None
        self._turn = 0

    def changed(self) -> None:
        """A member came or went."""
        self._order = None

    def choose(self, subject: str | None, exclude: M | None) -> M | None:
        """Return the member that a signal with *subject* goes to, None if there is none."""
        if self._order is None:
            self._order = list(self._members())
        order = self._order
        if not order:
            return None
        if subject is not None:
            chosen = order[zlib.crc32(subject.encode()) % len(order)]
            return None if chosen is exclude else chosen
        return self._shortest(order, exclude)

    def _shortest(self, order: list[M], exclude: M | None) -> M | None:
        """Return a member with the least mail, in turn; the first empty one will do."""
        size = len(order)
        best: M | None = None
        for step in range(size):
            index = (self._turn + step) % size
            member = order[index]
            if member is exclude:
                continue
            depth = member.mail_depth
            if depth == 0:
                self._turn = index + 1
                return member
            if best is None or depth < best.mail_depth:
                best = member
        self._turn += 1
        return best


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
            if type(subscriber) is Group:
                member = subscriber.choose(signal.subject, exclude)
                if member is not None:
                    yield member
            elif subscriber is not exclude:
                yield subscriber  # type: ignore[misc]

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
