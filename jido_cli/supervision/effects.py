"""What a supervision machine orders: effects, in the imperative. Records only."""

from __future__ import annotations

from dataclasses import dataclass

from jido_cli.supervision.reasons import ExitReason
from jido_cli.supervision.specs import ChildSpec


@dataclass(frozen=True, slots=True)
class StartChild:
    """Start a child; answer `ChildStarted`, `StartIgnored` or `StartFailed` with *ref*.

    *id* is the child's id in the tree (for `dynamic` the one it was started with).
    """

    ref: int
    id: str
    spec: ChildSpec
    args: object = None


@dataclass(frozen=True, slots=True)
class TerminateChild:
    """Ask the process of *ref* to exit with *reason*; `ChildExited` will follow."""

    ref: int
    reason: ExitReason


@dataclass(frozen=True, slots=True)
class KillChild:
    """End the process of *ref* without asking; `ChildExited` with `killed` will follow."""

    ref: int


@dataclass(frozen=True, slots=True)
class ForgetChild:
    """The child of *ref* (its last attempt) left this supervisor for good: its place ends."""

    ref: int
    id: str


@dataclass(frozen=True, slots=True)
class ArmTimer:
    """Send `TimerFired(timer)` after *delay_ms*, spread by up to +/- *jitter* of it."""

    timer: int
    delay_ms: float
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Do not send the timer any more."""

    timer: int


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Put `RetryDue(ref)` at the end of the supervisor's own mailbox."""

    ref: int


@dataclass(frozen=True, slots=True)
class RestartCounted:
    """A restart of *id* was decided and counted: *used* in the window, with *group* ids."""

    ref: int
    id: str
    used: int
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The restarts exceeded the window (or a backoff its limit): the supervisor exits next."""

    ref: int
    id: str
    used: int


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer the call *call_id*; *result* is one of the records of `machine`'s answers."""

    call_id: int
    result: object


@dataclass(frozen=True, slots=True)
class BootDone:
    """The supervisor is up with all its children."""


@dataclass(frozen=True, slots=True)
class Exit:
    """The supervisor exits with *reason*: nothing follows. While it boots, its start failed."""

    reason: ExitReason


Effect = (
    StartChild
    | TerminateChild
    | KillChild
    | ForgetChild
    | ArmTimer
    | CancelTimer
    | RetryLater
    | RestartCounted
    | GaveUp
    | Reply
    | BootDone
    | Exit
)
