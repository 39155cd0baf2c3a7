"""How long a restart waits: the product's own addition to OTP.

The arithmetic of one child's streak of restarts. Who waits, what a wait means to the child API
and what ends it is in `restarting`; the spread by jitter is the timer's, for this room has no
random numbers.
"""

from __future__ import annotations

from jido_cli.supervision.specs import Backoff


class Streak:
    """The restarts of one child in a row, each waiting longer than the one before."""

    __slots__ = ("count", "next_delay_ms", "timer", "up_since")

    def __init__(self) -> None:
        self.count = 0
        self.next_delay_ms = 0.0
        self.timer = 0  # the last wait's
        self.up_since: float | None = None  # the first start after the last restart was decided

    def extend(self, backoff: Backoff, now: float) -> float:
        """Count a restart decided at *now* and return the delay before it in ms."""
        if self.is_over(backoff, now):
            self.count = 0
        if self.count == 0:
            self.next_delay_ms = float(min(backoff.initial_ms, backoff.max_ms))
        delay_ms = self.next_delay_ms
        self.count += 1
        # Step by step and never a power, which overflows in a long streak.
        self.next_delay_ms = min(delay_ms * backoff.factor, float(backoff.max_ms))
        self.up_since = None
        return delay_ms

    def is_over(self, backoff: Backoff, now: float) -> bool:
        """Return whether the child has run long enough at *now* for its streak to be forgotten."""
        if self.up_since is None:
            return False
        quiet_ms = backoff.max_ms if backoff.reset_after_ms is None else backoff.reset_after_ms
        return (now - self.up_since) * 1000 >= quiet_ms

    def note_up(self, now: float) -> None:
        """Note that the child is up; a later start by its group does not begin the time anew."""
        if self.up_since is None:
            self.up_since = now
