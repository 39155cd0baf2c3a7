"""What a supervision machine orders: effects, in the imperative. Records only."""

from __future__ import annotations

from typing import Literal

from jido_cli.supervision.answers import Answer
from jido_cli.supervision.reasons import ExitReason
from jido_cli.supervision.records import record
from jido_cli.supervision.specs import ChildSpec


@record
class StartChild:
    """Start a child; answer `ChildStarted`, `StartIgnored` or `StartFailed` with *ref*.

    *id* is the child's id in the tree (for `dynamic` the one it was started with).
    """

    ref: int
    id: str
    spec: ChildSpec
    args: object = None


@record
class TerminateChild:
    """Ask the process of *ref* to exit with *reason*; `ChildExited` will follow."""

    ref: int
    reason: ExitReason


@record
class KillChild:
    """End the process of *ref* without asking; `ChildExited` with `killed` will follow."""

    ref: int


@record
class ForgetChild:
    """The child of *ref* (its last attempt) left this supervisor for good: its place ends.

    Also told of an attempt of `StartChildCall` that failed or was ignored and left nothing.
    """

    ref: int
    id: str


@record
class ArmTimer:
    """Send `TimerFired(timer)` after *delay_ms*, spread by up to +/- *jitter* of it.

    *restart_of* names the child whose restart waits for it (backoff); None for a shutdown's limit.
    """

    timer: int
    delay_ms: float
    jitter: float = 0.0
    restart_of: str | None = None


@record
class CancelTimer:
    """Do not send the timer any more."""

    timer: int


@record
class RetryLater:
    """Put `RetryDue(ref)` at the end of the supervisor's own mailbox."""

    ref: int


@record
class RestartCounted:
    """A restart of *id* was decided and counted, as the *used*-th in the window.

    *ref* is the attempt that ended (the process that exited, or the start that failed); *group*
    are the ids that are stopped and started with it, itself included, in start order.
    """

    ref: int
    id: str
    used: int
    group: tuple[str, ...]


@record
class GaveUp:
    """The restarts of *id* exceeded a limit: the supervisor stops its children and exits next.

    *limit* says which: the window's `max_restarts`, with *used* restarts in it, or the child's
    `give_up_after`, with *used* restarts in a row. The refused one is counted in both.
    """

    ref: int
    id: str
    used: int
    limit: Literal["max_restarts", "give_up_after"] = "max_restarts"


@record
class Reply:
    """Answer the call *call_id*."""

    call_id: int
    result: Answer


@record
class BootDone:
    """The supervisor is up with all its children."""


@record
class Exit:
    """The supervisor exits with *reason*: nothing follows. While it boots, its start failed.

    None of its children has a process any more. What becomes of their places is the runner's to
    decide: no `ForgetChild` is told for those that were stopped on the way to this.
    """

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
