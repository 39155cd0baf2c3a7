"""What a place remembers of one of its schedules, over the lives of its incarnations.

The newest slot, what became of the newest ticks, the counts, whether it is paused. Who arms and
who sends is in `schedules`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

TICKS_KEPT: Final = 5
SLOTS_KEPT: Final = 64  # so many slots are known again after the clock was set back

TickOutcome = Literal["waiting", "ok", "failed", "skipped"]


class TickRecord(msgspec.Struct):
    """One tick: its slot, and what became of it.

    `at` is wall time in seconds; `ms` is how long it took from then on. `why` says what was wrong,
    or why it was made up for or sent by hand.
    """

    slot: float
    at: float
    outcome: TickOutcome
    ms: float | None = None
    why: str | None = None


@dataclass(slots=True)
class ScheduleRecord:
    """The memory of one schedule; `last_ns` is the newest slot that was dealt with."""

    last_ns: int | None = None
    is_paused: bool = False
    ticks: int = 0
    skipped: int = 0
    failed: int = 0
    open: int = 0  # ticks that were sent and are not done
    newest: deque[TickRecord] = field(default_factory=lambda: deque(maxlen=TICKS_KEPT))
    slots: deque[int] = field(default_factory=lambda: deque(maxlen=SLOTS_KEPT))
