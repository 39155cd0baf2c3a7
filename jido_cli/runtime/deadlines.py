"""Deadlines of calls in buckets, so that a call costs no timer of its own.

One timer serves all calls whose deadlines fall into the same twentieth of a second; a deadline
is kept late by at most that, never early.
"""

from __future__ import annotations

from typing import Final, Protocol

from jido_cli.runtime.clock import Clock

BUCKETS_PER_SECOND: Final = 20


class Expirable(Protocol):
    """Something that must be told when its deadline (monotonic seconds) has passed."""

    deadline: float

    def expire(self) -> None:
        """Called on the loop when the deadline has passed."""
        ...


class Deadlines:
    """All deadlines of one engine."""

    __slots__ = ("_buckets", "_clock")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[int, dict[int, Expirable]] = {}

    def add(self, item: Expirable) -> None:
        """Watch *item* until its deadline or until `discard`."""
        number = int(item.deadline * BUCKETS_PER_SECOND) + 1
        bucket = self._buckets.get(number)
        if bucket is None:
            bucket = self._buckets[number] = {}
            delay_s = number / BUCKETS_PER_SECOND - self._clock.monotonic()
            self._clock.call_later(delay_s, self._fire, number)
        bucket[id(item)] = item

    def discard(self, item: Expirable) -> None:
        """Forget *item*: it was answered."""
        bucket = self._buckets.get(int(item.deadline * BUCKETS_PER_SECOND) + 1)
        if bucket is not None:
            bucket.pop(id(item), None)

    def _fire(self, number: int) -> None:
        for item in self._buckets.pop(number, {}).values():
            item.expire()
