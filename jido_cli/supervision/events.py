"""What a supervision machine is told: facts, in the past tense, and calls to it.

Records only. A `ref` is an int that the machine gave to one start attempt (one incarnation) in
`StartChild`; it is never used again.
"""

from __future__ import annotations

from jido_cli.supervision.reasons import ExitReason
from jido_cli.supervision.records import record
from jido_cli.supervision.specs import ChildSpec, Restart


@record
class BootRequested:
    """The supervisor is to start: check flags and specifications, start the children."""


@record
class ChildStarted:
    """The attempt *ref* is up."""

    ref: int


@record
class StartIgnored:
    """The attempt *ref* succeeded without a process (OTP's ignore)."""

    ref: int


@record
class StartFailed:
    """The attempt *ref* failed; there is no process."""

    ref: int
    reason: ExitReason


@record
class ChildExited:
    """The process of *ref*, which had started, is gone."""

    ref: int
    reason: ExitReason


@record
class TimerFired:
    """The timer *timer* of an `ArmTimer` is due."""

    timer: int


@record
class RetryDue:
    """A `RetryLater` came round in the supervisor's own mailbox."""

    ref: int


@record
class StopRequested:
    """The supervisor is told to exit with *reason* after it stopped its children."""

    reason: ExitReason


@record
class StartChildCall:
    """Add and start a child: a full specification, or for `dynamic` the template's with *id*.

    *args* replaces nothing of the specification: it reaches the runner with `StartChild`, at
    every restart too (OTP's extra arguments). *restart* takes the place of the template's, which
    OTP does not know.
    """

    spec: ChildSpec | None = None
    id: str | None = None
    args: object = None
    restart: Restart | None = None


@record
class TerminateChildCall:
    """Stop a child, keep its specification. For `dynamic` a child is named by its *ref*."""

    id: str | None = None
    ref: int | None = None
    is_alive: bool = False  # of a ref that is no child: whether such a process lives


@record
class RestartChildCall:
    """Start a child that has a specification and no process."""

    id: str


@record
class DeleteChildCall:
    """Forget the specification of a child without a process."""

    id: str


@record
class GetChildSpecCall:
    """Return a child's specification; *ref* for a dynamic child.

    OTP answers with the template for a child, living or gone, and refuses a living stranger.
    """

    id: str | None = None
    ref: int | None = None
    is_alive: bool = False  # of a ref that is no child: whether such a process lives


@record
class WhichChildrenCall:
    """List the children in start order."""


@record
class CountChildrenCall:
    """Count the children."""


Call = (
    StartChildCall
    | TerminateChildCall
    | RestartChildCall
    | DeleteChildCall
    | GetChildSpecCall
    | WhichChildrenCall
    | CountChildrenCall
)


@record
class CallReceived:
    """A call of the child API; its answer is the effect `Reply` with the same *call_id*."""

    call_id: int
    call: Call


Event = (
    BootRequested
    | ChildStarted
    | StartIgnored
    | StartFailed
    | ChildExited
    | TimerFired
    | RetryDue
    | StopRequested
    | CallReceived
)
