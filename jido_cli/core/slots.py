"""Which ticks of a schedule are due: slots, what was missed, what is made up for (runtime.md 21).

A slot is a point in time at which a schedule ticks, in nanoseconds of the clock that it counts
by. Here it is decided from the last slot and the time; no clock is asked and nothing is sent.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol

import msgspec

CatchUp = Literal["skip", "once", "all"]
Overlap = Literal["skip", "queue", "allow"]

CATCH_UP_MAX: Final = 1000  # so many missed ticks are made up for at most (guarantees.md G9)
GRACE_NS: Final = 60_000_000_000  # a tick that comes later than this was missed


class Rhythm(Protocol):
    """When a schedule is due."""

    def next_after(self, time_ns: int) -> int:
        """Return the first slot after a point in time."""
        ...

    def between(self, after_ns: int, until_ns: int, most: int) -> tuple[int, list[int]]:
        """Return how many slots lie after one point and up to another, and the newest of them.

        The list has at most *most*, oldest first. A count above *most* means "more than".
        """
        ...


class Every(msgspec.Struct, frozen=True):
    """Slots at a fixed distance from a start."""

    start_ns: int
    period_ns: int

    def next_after(self, time_ns: int) -> int:
        """Return the first slot after a point in time."""
        return self.start_ns + max(1, self._number(time_ns) + 1) * self.period_ns

    def between(self, after_ns: int, until_ns: int, most: int) -> tuple[int, list[int]]:
        """Return how many slots lie between, exactly, and the newest of them."""
        last = self._number(until_ns)
        first = max(1, self._number(after_ns) + 1)
        count = max(0, last - first + 1)
        numbers = range(max(first, last - most + 1), last + 1)
        return count, [self.start_ns + number * self.period_ns for number in numbers]

    def _number(self, time_ns: int) -> int:
        return (time_ns - self.start_ns) // self.period_ns


class Due(msgspec.Struct, frozen=True):
    """What is to be done now.

    Attributes:
        made_up: slots that were missed and are ticked now, oldest first.
        current: the slot that is due right now, None if there is none.
        missed: how many slots nobody ticks any more; above `CATCH_UP_MAX`, at least so many.
        last: the newest slot that is dealt with by this.
    """

    made_up: tuple[int, ...]
    current: int | None
    missed: int
    last: int


def find_due(
    rhythm: Rhythm,
    last_ns: int,
    now_ns: int,
    catch_up: CatchUp,
    *,
    grace_ns: int = GRACE_NS,
) -> Due:
    """Return what is due at *now_ns* when the slots up to *last_ns* are dealt with.

    The newest slot is the current one unless it is over *grace_ns* late. All before it were
    missed: `skip` lets them go, `once` makes up for all of them by one tick, for which the
    current one will do, `all` makes up for each, at most `CATCH_UP_MAX`.
    """
    count, newest = rhythm.between(last_ns, now_ns, CATCH_UP_MAX + 1)
    if not newest:
        return Due((), None, 0, last_ns)
    latest = newest[-1]
    current = latest if now_ns - latest <= grace_ns else None
    missed = newest if current is None else newest[:-1]
    made_up: list[int] = []
    if catch_up == "all":
        made_up = missed[-CATCH_UP_MAX:]
    elif catch_up == "once" and current is None:
        made_up = missed[-1:]
    done = len(made_up) + (current is not None)
    return Due(tuple(made_up), current, count - done, latest)
