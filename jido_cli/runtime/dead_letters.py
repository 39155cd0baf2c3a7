"""Dead letters: signals that nobody will handle, kept with their reason, oldest forgotten first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from jido_cli.core.signals import Signal
from jido_cli.observe.events import EventLog
from jido_cli.observe.records import DeadLetter
from jido_cli.observe.ring import Ring

if TYPE_CHECKING:
    from jido_cli.runtime.clock import Clock
    from jido_cli.runtime.supervising.place import Place

DEAD_LETTERS_KEPT: Final = 16_384
REASONS_COUNTED: Final = 256


class DeadLetters:
    """All dead letters of one engine; readable from other threads."""

    __slots__ = ("_clock", "_events", "by_reason", "ring")

    def __init__(self, clock: Clock, events: EventLog) -> None:
        self._clock = clock
        self._events = events
        self.ring: Ring[DeadLetter] = Ring(DEAD_LETTERS_KEPT)
        self.by_reason: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many there ever were."""
        return self.ring.head

    @property
    def forgotten(self) -> int:
        """How many are gone for room."""
        return self.ring.oldest - 1

    def add(self, place: Place | None, signal: Signal, reason: str) -> DeadLetter:
        """Keep *signal*, which was meant for *place* (None: for nobody in particular)."""
        letter = DeadLetter(
            self.ring.head + 1,
            self._clock.wall_ns() / 1e9,
            None if place is None else place.path,
            reason,
            signal,
        )
        self.ring.append(letter)
        kind = reason.split(":")[0]
        if kind not in self.by_reason and len(self.by_reason) >= REASONS_COUNTED:
            kind = "other"  # reasons are also users' own words: the table must have an end
        self.by_reason[kind] += 1
        self._events.fact(
            "dead_letter",
            place,
            f"{signal.type}  {reason}  dead letter {letter.number}",
            number=letter.number,
            type=signal.type,
            reason=reason,
        )
        return letter
