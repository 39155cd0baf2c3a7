"""How often something is asked for: as often as wanted, never so often that it costs much."""

from __future__ import annotations

from typing import Final

SHARE: Final = 5.0


class Pace:
    """Decides when to ask again.

    Args:
        least_s: the shortest pause, while there is news.
        most_s: the longest pause that quiet leads to.
        share: an answer that took t seconds is asked for again after *share* times t at the
            soonest, so that asking takes a bounded part of anybody's time.
    """

    def __init__(self, least_s: float, most_s: float, *, share: float = SHARE) -> None:
        self._least_s = least_s
        self._most_s = most_s
        self._share = share
        self._pause_s = least_s
        self._rest_s = 0.0
        self._soonest = 0.0
        self.due = 0.0

    def is_due(self, now: float) -> bool:
        """Return whether it is time to ask."""
        return now >= self.due

    def asked(self, begun: float, ended: float, *, has_news: bool) -> None:
        """Say when it was asked, when it was answered, and whether that brought anything."""
        self._pause_s = self._least_s if has_news else min(self._most_s, self._pause_s * 2)
        self._soonest = ended + self._share * (ended - begun)
        self.due = max(ended + max(self._pause_s, self._rest_s), self._soonest)
        self._rest_s = 0.0

    def rest(self, seconds: float) -> None:
        """Make the next pause at least so long."""
        self._rest_s = seconds

    def nudge(self) -> None:
        """Ask as soon as it may cost again: something happened."""
        self._pause_s = self._least_s
        self.due = min(self.due, self._soonest)

    def hurry(self) -> None:
        """Ask at once: somebody waits for it."""
        self._pause_s = self._least_s
        self.due = 0.0
