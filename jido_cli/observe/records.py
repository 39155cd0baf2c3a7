"""Records that outlive what they tell of: directives, dead letters, exits.

Values only; who keeps them and for how long is the runtime's matter.
"""

from __future__ import annotations

from dataclasses import dataclass

from jido_cli.core.signals import Signal
from jido_cli.observe.events import Subject

DIRECTIVES_KEPT = 16_384
# A directive's record is a bare tuple, one for each outcome:
# (wall_ns, subject, directive, signal type that caused it, outcome, seconds it took, detail)
DirectiveRecord = tuple[int, Subject, object, str | None, str, float, str | None]


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """How an incarnation ended: wall time in seconds, the reason in words, where it crashed."""

    at: float
    kind: str
    reason: str
    generation: int
    signal: str | None = None
    frame: str | None = None
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A signal that nobody will handle, and why."""

    number: int
    at: float
    path: str | None
    reason: str
    signal: Signal
