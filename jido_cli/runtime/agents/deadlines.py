"""Deadlines of calls in buckets, so that a call costs no timer of its own.

One timer serves all calls whose deadlines fall into the same twentieth of a second; a deadline
is kept late by at most that, never early.
"""

from __future__ import annotations

from typing import Final, Protocol

from jido_cli.runtime.clock import Clock

BUCKETS_PER_SECOND: Final = 20


class Expirable(Protocol):
    """Something that must be told when its deadline (monotonic seconds) has passed.

    Whoever settles it before takes it out of its `bucket`, by its identity.
    """

    deadline: float
    bucket: Bucket

    def expire(self) -> None:
        """Called on the loop when the deadline has passed."""
        ...


Bucket = dict[int, Expirable]


class Deadlines:
    """All deadlines of one engine."""

    __slots__ = ("_buckets", "_clock")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[int, Bucket] = {}

    def add(self, item: Expirable) -> None:
        """Watch *item* until its deadline, or until it is taken out of its bucket."""
        number = int(item.deadline * BUCKETS_PER_SECOND) + 1
        bucket = self._buckets.get(number)
        if bucket is None:
            bucket = self._buckets[number] = {}
            delay_s = number / BUCKETS_PER_SECOND - self._clock.monotonic()
            self._clock.call_later(delay_s, self._fire, number)
        item.bucket = bucket
        bucket[id(item)] = item

    def _fire(self, number: int) -> None:
        for item in list(self._buckets.pop(number, {}).values()):
            item.expire()
