"""Simulated processes around supervision machines: workers, supervisors, mailboxes, links.

Here lives what the corpus says that processes do. Time is the scheduler's; steps, paths and
observations are `otp_machine`'s.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping

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
from jido_cli.supervision.reasons import KILLED, ExitReason
from tests.conformance.otp_translate import BOOM, flags_of, reason_json, spec_of
from tests.conformance.otp_world import Json

Node = Mapping[str, Json]


class Timer:
    """Something to do later, unless it is cancelled."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.do = do
        self.is_cancelled = False


class Scheduler:
    """Virtual time and whose turn it is. Time passes only when nobody has anything to do."""

    def __init__(self) -> None:
        self.now_ms = 0.0
        self._ready: deque[Supervisor] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = 0

    def wake(self, supervisor: Supervisor) -> None:
        """Give *supervisor* a turn."""
        self._ready.append(supervisor)

    def after(self, delay_ms: float, do: Callable[[], None]) -> Timer:
        """Do something later."""
        timer = Timer(do)
        self._count += 1
        heapq.heappush(self._timers, (self.now_ms + delay_ms, self._count, timer))
        return timer

    def settle(self, is_enough: Callable[[], bool] = lambda: False) -> None:
        """Go on until nothing moves any more, or it *is_enough* and only time would pass."""
        while self._ready or self._timers:
            while self._ready:
                self._ready.popleft().take_turn()
            if is_enough():
                return
            if self._timers:
                due_ms, _, timer = heapq.heappop(self._timers)
                if not timer.is_cancelled:
                    self.now_ms = due_ms
                    timer.do()


class Trace:
    """What was seen since the last observation, and the numbers that run over a scenario."""

    def __init__(self, make_machine: Callable[..., Machine]) -> None:
        self.make_machine = make_machine
        self.events: list[list[Json]] = []
        self.downs: list[list[Json]] = []
        self.attempts: dict[str, int] = {}
        self.latest: dict[str, Process] = {}  # the latest that started, dead or not
        self.gate: str | None = None  # the path whose next attempt blocks
        self.blocked: tuple[Supervisor, int] | None = None  # who waits at it, for which ref


class Process:
    """What a worker and a supervisor have in common."""

    def __init__(
        self, trace: Trace, scheduler: Scheduler, path: str, n: int, parent: Supervisor | None
    ) -> None:
        self.trace = trace
        self.scheduler = scheduler
        self.path = path
        self.n = n
        self.parent = parent
        self.ref = 0
        self.is_alive = True
        self.exit_reason: ExitReason | None = None
        trace.latest[path] = self

    def go(self, reason: ExitReason) -> None:
        """Be gone with *reason*; a living parent is told."""
        self.is_alive = False
        self.exit_reason = reason
        self.trace.downs.append([self.path, self.n, reason_json(reason)])
        if self.parent is not None:
            self.parent.lost(self, reason)

    def exit_by_itself(self, reason: ExitReason) -> None:
        """End as the scenario tells it to."""
        raise NotImplementedError

    def ask(self, reason: ExitReason) -> None:
        """Take an exit signal of the parent that can be trapped."""
        raise NotImplementedError

    def kill(self) -> None:
        """Be killed."""
        raise NotImplementedError


class Worker(Process):
    """A process that may trap exits and may take its time to go."""

    def __init__(
        self,
        trace: Trace,
        scheduler: Scheduler,
        path: str,
        n: int,
        parent: Supervisor | None,
        node: Node,
    ) -> None:
        super().__init__(trace, scheduler, path, n, parent)
        self._traps_exit = node.get("traps_exit", False)
        self._hang_ms = node["hang_ms"] if node.get("terminate") == "hang" else 0
        self._is_going = False

    def exit_by_itself(self, reason: ExitReason) -> None:
        """End as the scenario tells it to."""
        self.ask(reason)

    def ask(self, reason: ExitReason) -> None:
        """Terminate; one that terminates already takes no notice."""
        if not self.is_alive or self._is_going:
            return
        if not self._traps_exit:
            self.go(reason)
            return
        self.trace.events.append(["term", self.path, self.n, reason_json(reason)])
        if not self._hang_ms:
            self.go(reason)
            return
        self._is_going = True
        self.scheduler.after(self._hang_ms, lambda: self._end(reason))

    def _end(self, reason: ExitReason) -> None:
        if self.is_alive:
            self.go(reason)

    def kill(self) -> None:
        """Go at once and without a word."""
        if self.is_alive:
            self.go(KILLED)


class Supervisor(Process):
    """A process around a machine: its mailbox, its children and its effects on them."""

    def __init__(
        self,
        trace: Trace,
        scheduler: Scheduler,
        path: str,
        n: int,
        parent: Supervisor | None,
        node: Node,
    ) -> None:
        super().__init__(trace, scheduler, path, n, parent)
        self.node = node
        self.is_dynamic = node.get("strategy") == "simple_one_for_one"
        specs = [spec_of(child) for child in node.get("children", ())]
        self.machine = trace.make_machine(flags_of(node), specs)
        self.children: dict[int, Process] = {}
        self.answers: dict[int, object] = {}
        self.is_up = False
        self.is_suspended = False
        self._mailbox: deque[Event] = deque()
        self._timers: dict[int, Timer] = {}
        self.send(BootRequested())

    # --- mail ---

    def send(self, event: Event) -> None:
        """Put *event* behind the other mail."""
        self._mailbox.append(event)
        self.scheduler.wake(self)

    def take_turn(self) -> None:
        """Handle one piece of the mail that is accepted now, the first in order of arrival."""
        if not self.is_alive or self.is_suspended:
            return
        for place, event in enumerate(self._mailbox):
            if self.machine.accepts(event):
                del self._mailbox[place]
                for effect in self.machine.handle(event, self.scheduler.now_ms / 1000):
                    self._perform(effect)
                self.scheduler.wake(self)
                return

    def ask_now(self, call: Call) -> object:
        """Return the answer to a call that only reads, while the mailbox rests."""
        (effect,) = self.machine.handle(CallReceived(0, call), self.scheduler.now_ms / 1000)
        assert isinstance(effect, Reply)
        return effect.result

    @property
    def mail_count(self) -> int:
        """How much mail waits."""
        return len(self._mailbox)

    def resume(self) -> None:
        """Go on after a suspension."""
        self.is_suspended = False
        self.scheduler.wake(self)

    def lost(self, child: Process, reason: ExitReason) -> None:
        """Hear that *child* is gone."""
        if not self.is_alive:
            return
        if isinstance(child, Supervisor) and not child.is_up:
            self.send(StartFailed(child.ref, reason))
        else:
            self.send(ChildExited(child.ref, reason))

    # --- what may be done to it ---

    def exit_by_itself(self, reason: ExitReason) -> None:
        """End as the scenario tells it to: children first."""
        self.send(StopRequested(reason))

    def ask(self, reason: ExitReason) -> None:
        """Take the parent's order to stop."""
        self.send(StopRequested(reason))

    def kill(self) -> None:
        """Go at once; the children hear it as orphans."""
        if not self.is_alive:
            return
        self.go(KILLED)
        for child in list(self.children.values()):
            child.ask(KILLED)

    # --- effects ---

    def _perform(self, effect: Effect) -> None:
        match effect:
            case StartChild(ref, ident, spec, args):
                self._start(ref, ident, {**spec.start, **(args or {})})  # type: ignore[dict-item]
            case TerminateChild(ref, reason):
                self.children[ref].ask(reason)
            case KillChild(ref):
                self.children[ref].kill()
            case ArmTimer(timer, delay_ms):
                due = TimerFired(timer)
                self._timers[timer] = self.scheduler.after(delay_ms, lambda: self.send(due))
            case CancelTimer(timer):
                self._timers.pop(timer).is_cancelled = True
            case RetryLater(ref):
                self.send(RetryDue(ref))
            case Reply(call_id, result):
                self.answers[call_id] = result
            case BootDone():
                self.is_up = True
                if self.parent is not None:
                    self.parent.send(ChildStarted(self.ref))
            case Exit(reason):
                self.go(reason)
            case ForgetChild() | RestartCounted() | GaveUp():
                pass

    def _start(self, ref: int, ident: str, node: Node) -> None:
        process = start(self.trace, self.scheduler, f"{self.path}/{ident}", self, node)
        match process:
            case Process():
                process.ref = ref
                self.children[ref] = process
                if isinstance(process, Worker):
                    self.send(ChildStarted(ref))
            case "ignore":
                self.send(StartIgnored(ref))
            case "fail":
                self.send(StartFailed(ref, BOOM))
            case _:
                self.trace.blocked = (self, ref)


def start(
    trace: Trace, scheduler: Scheduler, path: str, parent: Supervisor | None, node: Node
) -> Process | str:
    """Make a start attempt: a process, or `fail`, `ignore`, or `block` at the gate."""
    n = trace.attempts[path] = trace.attempts.get(path, 0) + 1
    if path == trace.gate:
        trace.gate = None
        trace.events.append(["fail", path, n])
        return "block"
    plan = node.get("start", {})
    for outcome in ("fail", "ignore"):
        if n in plan.get(outcome, ()):
            trace.events.append([outcome, path, n])
            return outcome
    trace.events.append(["start", path, n, 0 if parent is None else parent.n])
    kind = Supervisor if node.get("type") == "supervisor" else Worker
    return kind(trace, scheduler, path, n, parent, node)
