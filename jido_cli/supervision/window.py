"""How many restarts a supervisor granted lately: the restart window.

Counting only; whether a child is restarted at all, and what follows when it may not be, is
decided elsewhere. The window has no clock: every question brings its time.
"""

from __future__ import annotations

from collections import deque


class RestartWindow:
    """The restarts of the last *period_s* seconds, of which *limit* are allowed.

    The bounds are inclusive: a restart exactly *period_s* old still counts, and the *limit*-th is
    allowed. No more times are kept than that needs, so a record is O(1) over time.
    """

    __slots__ = ("_times", "limit", "period_s")

    def __init__(self, limit: int, period_s: float) -> None:
        self.limit = limit
        self.period_s = period_s
        self._times: deque[float] = deque()

    def record(self, now: float) -> int:
        """Count a restart at *now* and return how many the window holds, this one included."""
        self._forget(now)
        self._times.append(now)
        return len(self._times)

    def used(self, now: float) -> int:
        """Return how many restarts the window holds at *now*."""
        self._forget(now)
        return len(self._times)

    def times(self) -> tuple[float, ...]:
        """Return the times of the restarts, oldest first."""
        return tuple(self._times)

    def _forget(self, now: float) -> None:
        times = self._times
        oldest = now - self.period_s
        while times and times[0] < oldest:
            times.popleft()
