"""How many restarts a supervisor granted lately: the restart window.

Counting only; whether a child is restarted at all, and what follows when it may not be, is
decided elsewhere. The window has no clock: every question brings its time.
"""

from __future__ import annotations

from collections import deque


class RestartWindow:
    """The restarts of the last *period_s* seconds.

    The bound is inclusive: a restart exactly *period_s* old still counts. No more times are kept
    than that needs, so a record is O(1) over time.
    """

    __slots__ = ("_times", "period_s")

    def __init__(self, period_s: float) -> None:
        self.period_s = period_s
        # Most supervisors never restart anything, and even an empty deque has 700 bytes.
        self._times: deque[float] | None = None

    def record(self, now: float) -> int:
        """Count a restart at *now* and return how many the window holds, this one included."""
        if self._times is None:
            self._times = deque()
        self._times.append(now)
        return self.used(now)

    def used(self, now: float) -> int:
        """Return how many restarts the window holds at *now*."""
        times = self._times
        if times is None:
            return 0
        oldest = now - self.period_s
        while times and times[0] < oldest:
            times.popleft()
        return len(times)

    def times(self) -> tuple[float, ...]:
        """Return the times of the restarts, oldest first."""
        return tuple(self._times or ())
