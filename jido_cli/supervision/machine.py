"""One supervisor as a pure machine: OTP's supervisor, event for event.

Here lives the front of the room: which event goes where, and which the machine takes now. It
knows no clock, task or mailbox; the runner delivers one event at a time, in order of arrival
among those that `accepts` lets through, and carries out the effects in their order.

The runner keeps what is not accepted, as a process keeps its mail while it waits in a selective
receive. Two rules follow from that:

- `TerminateChild` of a process that is gone already, whose `ChildExited` still waits in the
  mailbox, needs nothing more: that notice is accepted now. A group restart absorbs exits so.
- `RetryLater` is answered by `RetryDue` behind the mail that waits by then.

The death of a supervisor that still boots is `StartFailed` to its parent, later `ChildExited`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, assert_never

from jido_cli.supervision import calls, flow, restarting, snapshot
from jido_cli.supervision.answers import ChildInfo
from jido_cli.supervision.children import Child
from jido_cli.supervision.effects import Effect, Exit
from jido_cli.supervision.events import (
    BootRequested,
    CallReceived,
    ChildExited,
    ChildStarted,
    Event,
    RetryDue,
    StartFailed,
    StartIgnored,
    StopRequested,
    TimerFired,
)
from jido_cli.supervision.reasons import crash
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags
from jido_cli.supervision.state import State
from jido_cli.supervision.validation import Problem, check_flags, check_specs


class Machine:
    """The supervision of one supervisor's children, for all strategies.

    Its inside changes in place; `snapshot` is the frozen whole. A machine serves one life of its
    supervisor: after `Exit` it ignores every event.
    """

    __slots__ = ("_state", "is_awaiting")

    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        self._state = State(flags, specs)
        #: Whether only some events are accepted; False accepts everything.
        self.is_awaiting = True

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Return what follows from *event* at *now* (seconds of a monotonic clock).

        Raises:
            InternalError: the machine waits for something else and *event* would be lost.
        """
        s = self._state
        s.now = now
        out: list[Effect] = []
        s.out = out
        _HANDLERS[s.is_awaiting][event.__class__](s, event)
        self.is_awaiting = s.is_awaiting
        return out

    def accepts(self, event: Event) -> bool:
        """Return whether `handle` may be given *event* now."""
        if not self.is_awaiting:
            return True
        s = self._state
        match event:
            case ChildStarted(ref) | StartIgnored(ref) | StartFailed(ref, _):
                return s.awaited_start.ref == ref
            case ChildExited(ref, _):
                return ref in s.awaited_exits
            case TimerFired(timer):
                return timer == s.stop_timer
            case BootRequested():
                return s.phase == "new"
            case RetryDue() | StopRequested() | CallReceived():
                return False
            case _:
                assert_never(event)

    def window(self, now: float) -> int:
        """Return how many restarts the window holds at *now*."""
        return self._state.window.used(now)

    def children(self) -> tuple[ChildInfo, ...]:
        """Return the children in start order, at any time: what `WhichChildrenCall` waits for."""
        return calls.list_children(self._state)

    def snapshot(self) -> snapshot.MachineSnapshot:
        """Return the whole state as a frozen value."""
        return snapshot.take(self._state)


def _on_boot(s: State, event: BootRequested) -> None:
    if s.phase != "new":
        flow.refuse(s, event)
    s.is_awaiting = False
    problem = check_flags(s.flags)
    if problem is not None:
        _fail_boot(s, Problem("supervisor_data", problem))
        return
    problem = check_specs(s.flags, s.specs)
    if problem is not None:
        _fail_boot(s, problem)
        return
    s.phase = "booting"
    s.work.begin("boot")
    if s.flags.strategy == "dynamic":
        s.template = s.specs[0]
    else:
        for spec in s.specs:
            s.table.add(Child(spec.id, spec))
        s.work.start.extend(reversed(s.table.by_id.values()))
    s.specs = ()
    flow.proceed(s)


def _fail_boot(s: State, problem: Problem) -> None:
    s.phase = "exited"
    s.out.append(Exit(crash(problem)))


def _on_stop(s: State, event: StopRequested) -> None:
    if s.phase != "exited":
        flow.begin_exit(s, event.reason)


def _on_call(s: State, event: CallReceived) -> None:
    if s.phase != "exited":
        calls.on_call(s, event)


def _on_stray(s: State, event: Event) -> None:
    """Ignore the answer to a start that is no longer awaited."""


# The tables say it all to whoever reads them, but no type can tie a key to its handler's event.
_Handler = Callable[[State, Any], None]

_IDLE: Final[dict[type, _Handler]] = {
    ChildExited: restarting.on_exit,
    RetryDue: restarting.on_retry,
    TimerFired: restarting.on_timer,
    StopRequested: _on_stop,
    CallReceived: _on_call,
    BootRequested: _on_boot,
    ChildStarted: _on_stray,
    StartIgnored: _on_stray,
    StartFailed: _on_stray,
}

_AWAITED: Final[dict[type, _Handler]] = {
    BootRequested: _on_boot,
    ChildStarted: flow.on_started,
    StartIgnored: flow.on_ignored,
    StartFailed: flow.on_failed,
    ChildExited: flow.on_awaited_exit,
    TimerFired: flow.on_stop_timer,
    RetryDue: flow.refuse,
    StopRequested: flow.refuse,
    CallReceived: flow.refuse,
}

_HANDLERS: Final = (_IDLE, _AWAITED)  # by whether the machine waits
