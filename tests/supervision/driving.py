"""A machine with obedient children around it: what tests of supervision drive.

Everything happens at once and in order: starts answer, children that are asked to stop stop. What
a test wants otherwise it says before. The trace tells in words what the machine ordered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from jido_cli.supervision.effects import (
    ArmTimer,
    BootDone,
    CancelTimer,
    Effect,
    Exit,
    ForgetChild,
    GaveUp,
    KillChild,
    Reply,
    RestartCounted,
    RetryLater,
    StartChild,
    TerminateChild,
)
from jido_cli.supervision.events import (
    BootRequested,
    Call,
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
from jido_cli.supervision.machine import Machine
from jido_cli.supervision.reasons import KILLED, SHUTDOWN, ExitReason, crash
from jido_cli.supervision.snapshot import MachineSnapshot
from jido_cli.supervision.specs import ChildSpec, Restart, SupervisorFlags

BOOM = crash("boom")


def child(ident: str, restart: Restart = "permanent", **more: object) -> ChildSpec:
    """Return a specification whose start is its id."""
    return ChildSpec(ident, ident, restart, **more)  # type: ignore[arg-type]


class Drive:
    """One machine and its simulated surroundings."""

    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec] = ()) -> None:
        self.machine = Machine(flags, specs)
        self.now = 0.0
        self.trace: list[str] = []
        self.effects: list[Effect] = []
        self.outcomes: dict[str, list[str]] = {}  # of the next starts of an id: fail, ignore, hold
        self.stubborn: set[str] = set()  # ids that do not stop when asked
        self.living: dict[str, int] = {}  # ref by id
        self.names: dict[int, str] = {}  # id by ref
        self.held: int | None = None  # the ref of a start that is held
        self.timers: dict[int, float] = {}  # when armed timers are due
        self.answers: dict[int, object] = {}
        self.mailbox: deque[Event] = deque()
        self._calls = 0

    # --- what tests do ---

    def boot(self) -> Drive:
        """Boot the machine and forget the trace of it."""
        self.tell(BootRequested())
        self.trace.clear()
        self.effects.clear()
        return self

    def tell(self, *events: Event) -> list[str]:
        """Put *events* into the mailbox, settle, and return what was ordered since the last."""
        self.mailbox.extend(events)
        self._settle()
        trace, self.trace = self.trace, []
        return trace

    def exits(self, *deaths: tuple[str, ExitReason]) -> list[str]:
        """Let children exit by themselves; all notices wait before the first is handled."""
        return self.tell(*(ChildExited(self.living.pop(ident), why) for ident, why in deaths))

    def exit(self, ident: str, reason: ExitReason = BOOM) -> list[str]:
        """Let one child exit by itself."""
        return self.exits((ident, reason))

    def call(self, call: Call) -> object:
        """Make a call and return its answer; the trace stays to be read."""
        self.call_nowait(call)
        return self.answers[self._calls]

    def call_nowait(self, call: Call) -> None:
        """Make a call that need not be answered yet."""
        self._calls += 1
        self.mailbox.append(CallReceived(self._calls, call))
        self._settle()

    def stop(self, reason: ExitReason = SHUTDOWN) -> list[str]:
        """Tell the supervisor to stop."""
        return self.tell(StopRequested(reason))

    def release(self, event: Event) -> list[str]:
        """Answer a start that is held."""
        self.held = None
        if isinstance(event, ChildStarted):
            self.living[self.names[event.ref]] = event.ref
        return self.tell(event)

    def gone(self, ident: str, reason: ExitReason = SHUTDOWN) -> list[str]:
        """Let a stubborn child stop at last."""
        return self.tell(ChildExited(self.living.pop(ident), reason))

    def fire(self) -> list[str]:
        """Let time pass until the first armed timer is due."""
        timer = min(self.timers, key=lambda t: self.timers[t])
        self.now = self.timers.pop(timer)
        return self.tell(TimerFired(timer))

    def snapshot(self) -> MachineSnapshot:
        """Return the machine's whole state."""
        return self.machine.snapshot()

    def statuses(self) -> dict[str, str]:
        """Return the status of each child, in start order."""
        return {one.id: one.status for one in self.snapshot().children}

    # --- the surroundings ---

    def _settle(self) -> None:
        while True:
            event = next((e for e in self.mailbox if self.machine.accepts(e)), None)
            if event is None:
                return
            self.mailbox.remove(event)
            for effect in self.machine.handle(event, self.now):
                self.effects.append(effect)
                self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case StartChild(ref, ident):
                self.trace.append(f"start {ident}")
                self.names[ref] = ident
                self._answer_start(ref, ident)
            case TerminateChild(ref):
                ident = self.names[ref]
                self.trace.append(f"stop {ident}")
                if self.living.get(ident) == ref and ident not in self.stubborn:
                    self.mailbox.append(ChildExited(self.living.pop(ident), SHUTDOWN))
            case KillChild(ref):
                ident = self.names[ref]
                self.trace.append(f"kill {ident}")
                if self.living.get(ident) == ref:
                    self.mailbox.append(ChildExited(self.living.pop(ident), KILLED))
            case ForgetChild(ref, ident):
                assert self.names[ref] == ident
                self.trace.append(f"forget {ident}")
            case ArmTimer(timer, delay_ms, _, restart_of):
                self.timers[timer] = self.now + delay_ms / 1000
                self.trace.append(f"{'wait' if restart_of else 'limit'} {delay_ms:g}")
            case CancelTimer(timer):
                del self.timers[timer]
                self.trace.append("cancel")
            case RetryLater(ref):
                self.mailbox.append(RetryDue(ref))
                self.trace.append("retry later")
            case RestartCounted(_, ident, used, group):
                self.trace.append(f"restart {ident} ({used}) with {' '.join(group)}")
            case GaveUp(_, ident, used, limit):
                self.trace.append(f"give up {ident} ({used}) {limit}")
            case Reply(call_id, result):
                assert call_id not in self.answers
                self.answers[call_id] = result
            case BootDone():
                self.trace.append("up")
            case Exit(reason):
                self.trace.append(f"exit {reason}")

    def _answer_start(self, ref: int, ident: str) -> None:
        outcomes = self.outcomes.get(ident)
        match outcomes.pop(0) if outcomes else "start":
            case "fail":
                self.mailbox.append(StartFailed(ref, BOOM))
            case "ignore":
                self.mailbox.append(StartIgnored(ref))
            case "hold":
                self.held = ref
            case _:
                self.living[ident] = ref
                self.mailbox.append(ChildStarted(ref))


def short(trace: list[str]) -> list[str]:
    """Return *trace* without timers: for tests that are about order only."""
    return [word for word in trace if not word.startswith(("limit", "cancel"))]
