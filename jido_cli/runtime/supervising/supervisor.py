"""The runner of one supervisor: it feeds its machine and carries out what the machine orders.

One message at a time (runtime.md 35). While the machine awaits a start or an exit, only what it
awaits gets through; the rest keeps its order in the inbox. No decision is made here: which child
restarts with which is the machine's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from jido_cli.runtime.supervising.attempts import Attempt
from jido_cli.runtime.supervising.crash_reports import describe
from jido_cli.runtime.supervising.place import Place, Process
from jido_cli.runtime.supervising.starts import ChildArgs, SupervisorStart
from jido_cli.runtime.supervising.timers import SupervisorTimers
from jido_cli.supervision import effects as do
from jido_cli.supervision import events as on
from jido_cli.supervision.machine import Machine
from jido_cli.supervision.reasons import KILLED, ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel


class Parent(Protocol):
    """Whom a supervisor reports to: the runner above it, or the engine."""

    def post(self, event: on.Event) -> None:
        """Take a fact about a child."""
        ...


class SupervisorRunner:
    """One incarnation of a supervisor."""

    __slots__ = (
        "_attempt",
        "_calls",
        "_gone",
        "_inbox",
        "_is_queued",
        "_next_call",
        "_processes",
        "_restarting",
        "_urgent",
        "generation",
        "is_alive",
        "is_booting",
        "is_suspended",
        "kernel",
        "machine",
        "place",
        "ref",
        "start",
        "supervisor",
        "timers",
    )

    def __init__(
        self, kernel: Kernel, place: Place, ref: int, parent: Parent, start: SupervisorStart
    ) -> None:
        self.kernel = kernel
        self.place = place
        self.ref = ref
        self.generation = place.generation
        self.start = start
        self.machine = Machine(start.flags, start.specs)
        self.is_alive = True
        self.is_booting = True
        self.is_suspended = False
        self.supervisor = parent
        self._inbox: deque[on.Event] = deque()
        self._urgent: deque[on.Event] = deque()  # what the machine awaits right now
        self._is_queued = False
        self._processes: dict[int, Process] = {}
        self._gone: dict[int, ExitReason] = {}  # exits whose notice waits in the inbox
        self._attempt: Attempt | None = None
        self._calls: dict[int, Callable[[object], None]] = {}
        self._next_call = 1
        self.timers = SupervisorTimers(self)
        self._restarting: dict[str, do.RestartCounted] = {}

    def nested(
        self, place: Place, ref: int, parent: Parent, start: SupervisorStart
    ) -> SupervisorRunner:
        """Return a new runner at *place*, which reports to *parent*."""
        runner = SupervisorRunner(self.kernel, place, ref, parent, start)
        place.process = runner
        return runner

    # -- what comes in

    def boot(self) -> None:
        """Start the children; `ChildStarted` or `StartFailed` goes to the parent."""
        if self.place.children is None:
            self.place.children = {}
        self.post(on.BootRequested())

    def post(self, event: on.Event) -> None:
        """Put a fact into the mailbox."""
        if not self.is_alive:
            return
        if self.machine.is_awaiting and self.machine.accepts(event):
            self._urgent.append(event)
        else:
            self._inbox.append(event)
        self._schedule()

    def call(self, call: on.Call, answer: Callable[[object], None]) -> None:
        """Make a call of the child API; *answer* gets the machine's answer, None for no process.

        It waits its turn in the mailbox, as in OTP.
        """
        if not self.is_alive:
            answer(None)
            return
        call_id = self._next_call
        self._next_call += 1
        self._calls[call_id] = answer
        self.post(on.CallReceived(call_id, call))

    def suspend(self) -> None:
        """Hold the mailbox: nothing is handled until `resume`."""
        self.is_suspended = True
        self.kernel.revision += 1

    def resume(self) -> None:
        """Go on with the mailbox."""
        self.is_suspended = False
        self.kernel.revision += 1
        self._schedule()

    def terminate(self, reason: ExitReason) -> None:
        """Stop the children in reverse order, then exit with *reason*."""
        if self.place.process is self:
            self.place.set_status("stopping")
        if self._attempt is not None:  # runtime.md 35: a stop cancels the start it would wait for
            self._attempt.cancel()
        self.post(on.StopRequested(reason))

    def cancel(self) -> None:
        """Cancel what this supervisor's own boot waits for, so that the boot fails."""
        if self._attempt is not None:
            self._attempt.cancel()

    def orphan(self) -> None:
        """The supervisor above was killed: stop the children in order, exit with `killed`."""
        self.terminate(KILLED)

    def kill(self, detail: object = None) -> None:
        """Exit at once; the children are orphans, nobody waits for them."""
        if not self.is_alive:
            return
        reason = KILLED if detail is None else ExitReason("killed", detail)
        orphans = list(self._processes.values())
        if self._attempt is not None:
            self._attempt.cancel()
        self._end(reason)
        for process in orphans:
            process.orphan()

    # -- the mailbox

    @property
    def mail_depth(self) -> int:
        """How many messages wait."""
        return len(self._inbox) + len(self._urgent)

    def process_of(self, ref: int) -> Process | None:
        """Return the living process of *ref*."""
        return self._processes.get(ref)

    def _schedule(self) -> None:
        if not self._is_queued and not self.is_suspended:
            self._is_queued = True
            self.kernel.queue.push(self)

    def run(self, limit: int) -> int:
        """Handle at most *limit* messages."""
        self._is_queued = False
        handled = 0
        while handled < limit and self.is_alive and not self.is_suspended:
            if self._urgent:
                event = self._urgent.popleft()
                if not self.machine.accepts(event):  # it awaits something else by now
                    self._inbox.append(event)
                    continue
            elif self._inbox and not self.machine.is_awaiting:
                event = self._inbox.popleft()
            else:
                return handled
            handled += 1
            if self._gone and type(event) is on.ChildExited:
                self._gone.pop(event.ref, None)
            for effect in self.machine.handle(event, self.kernel.clock.monotonic()):
                self._PERFORM[type(effect)](self, effect)
        if self.is_alive:
            self._schedule()
        return handled

    # -- effects: children

    def _start_child(self, effect: do.StartChild) -> None:
        place = self._place_for(effect)
        place.generation += 1
        place.set_status("starting")
        self._attempt = Attempt(self.kernel, self, place, effect)
        self._attempt.begin()

    def child_up(self, ref: int, process: Process) -> None:
        """An attempt succeeded: the child runs."""
        self._attempt = None
        if not self.is_alive:  # killed while it waited: nobody owns the child
            process.orphan()
            return
        place = process.place
        self._processes[ref] = process
        restart = self._restarting.pop(place.id, None)
        self.kernel.note_started(place, self, restart)
        self._urgent.append(on.ChildStarted(ref))
        self._schedule()

    def child_booting(self, ref: int, process: Process) -> None:
        """A supervisor's attempt has begun; it reports itself with `ChildStarted` or failure."""
        self._processes[ref] = process

    def child_ignored(self, ref: int, place: Place) -> None:
        """An attempt ended without a process, and that is no failure."""
        self._attempt = None
        self._processes.pop(ref, None)
        if not self.is_alive:
            return
        place.set_status("stopped")
        self.kernel.events.fact("ignored", place, "the start asked to be left out")
        self._urgent.append(on.StartIgnored(ref))
        self._schedule()

    def child_failed(self, ref: int, place: Place, reason: ExitReason) -> None:
        """An attempt failed."""
        self._attempt = None
        self._processes.pop(ref, None)
        if not self.is_alive:
            return
        why = place.log.why_failed = describe(reason)
        place.set_status("failed")
        text = f"gen {place.generation}  {why}"
        self.kernel.events.fact(
            "start_failed", place, text, generation=place.generation, reason=why
        )
        self._urgent.append(on.StartFailed(ref, reason))
        self._schedule()

    def _place_for(self, effect: do.StartChild) -> Place:
        children = self.place.children
        assert children is not None, "a supervisor boots before it starts children"
        place = children.get(effect.id)
        args = effect.args
        start = args.start if isinstance(args, ChildArgs) and args.start else effect.spec.start
        if place is not None and place.start is not start:  # another child of the same name
            self.kernel.place_ended(children.pop(effect.id))
            place = None
        if place is None:
            keyed = self.kernel.keyed.of(self.place)
            if keyed is not None:
                return keyed.new_place(effect.id)
            place = Place(self.kernel, effect.id, self.place, start)  # type: ignore[arg-type]
            children[effect.id] = place
            self.kernel.place_added(place)
        return place

    def _terminate_child(self, effect: do.TerminateChild) -> None:
        process = self._processes.get(effect.ref)
        if process is not None:
            process.terminate(effect.reason)
        else:
            self._bring_forward(effect.ref)

    def _kill_child(self, effect: do.KillChild) -> None:
        process = self._processes.get(effect.ref)
        if process is not None:
            process.place.set_status("stopping")
            process.kill()
        else:
            self._bring_forward(effect.ref)

    def _bring_forward(self, ref: int) -> None:
        """Let the machine have an awaited exit whose notice waits behind other mail.

        The notice itself will come round later, about a ref that the machine no longer knows.
        """
        reason = self._gone.pop(ref, None)
        if reason is not None:
            self._urgent.append(on.ChildExited(ref, reason))

    def child_exited(self, process: Process, reason: ExitReason) -> None:
        """The process of a child is gone."""
        self._processes.pop(process.ref, None)
        exit_ = on.ChildExited(process.ref, reason)
        if isinstance(process, SupervisorRunner) and process.is_booting:
            self.child_failed(process.ref, process.place, reason)
            return
        if self.is_alive and not (self.machine.is_awaiting and self.machine.accepts(exit_)):
            self._gone[process.ref] = reason
        self.post(exit_)

    def _forget_child(self, effect: do.ForgetChild) -> None:
        children = self.place.children
        place = None if children is None else children.pop(effect.id, None)
        if place is not None:
            self.kernel.place_ended(place)

    # -- effects: restarts, timers, answers

    def _restart_counted(self, effect: do.RestartCounted) -> None:
        self._restarting[effect.id] = effect
        self.kernel.note_restart(self, effect)

    def _gave_up(self, effect: do.GaveUp) -> None:
        self.kernel.note_gave_up(self, effect)

    def _arm_timer(self, effect: do.ArmTimer) -> None:
        self.timers.arm(effect)

    def _cancel_timer(self, effect: do.CancelTimer) -> None:
        self.timers.cancel(effect)

    def _retry_later(self, effect: do.RetryLater) -> None:
        self._inbox.append(on.RetryDue(effect.ref))
        self._schedule()

    def _reply(self, effect: do.Reply) -> None:
        self._calls.pop(effect.call_id)(effect.result)

    # -- effects: this supervisor's own life

    def _boot_done(self, _: do.BootDone) -> None:
        self.is_booting = False
        parent = self.supervisor
        if isinstance(parent, SupervisorRunner):
            parent.child_up(self.ref, self)
        else:
            self.kernel.note_started(self.place, None, None)
            parent.post(on.ChildStarted(self.ref))

    def _exit(self, effect: do.Exit) -> None:
        self._end(effect.reason)

    def _end(self, reason: ExitReason) -> None:
        self.is_alive = False
        self.timers.end()
        self._inbox.clear()
        self._urgent.clear()
        calls, self._calls = self._calls, {}
        for answer in calls.values():
            answer(None)
        place = self.place
        if place.process is self:
            place.process = None
            self._end_undeclared_places()
        self.kernel.note_exit(self, reason)
        parent = self.supervisor
        if isinstance(parent, SupervisorRunner):
            parent.child_exited(self, reason)
        elif self.is_booting:
            parent.post(on.StartFailed(self.ref, reason))
        else:
            parent.post(on.ChildExited(self.ref, reason))

    def _end_undeclared_places(self) -> None:
        """End the places that a new incarnation of this supervisor would not know."""
        children = self.place.children or {}
        is_dynamic = self.start.flags.strategy == "dynamic"
        declared = set() if is_dynamic else {spec.id for spec in self.start.specs}
        for child_id in [one for one in children if one not in declared]:
            place = children.pop(child_id)
            self.kernel.place_ended(place)
            if place.process is not None:  # an agent's own supervisor that outlived the agent
                place.process.orphan()

    _PERFORM: ClassVar[dict[type, Callable[[SupervisorRunner, Any], None]]] = {
        do.StartChild: _start_child,
        do.TerminateChild: _terminate_child,
        do.KillChild: _kill_child,
        do.ForgetChild: _forget_child,
        do.RestartCounted: _restart_counted,
        do.GaveUp: _gave_up,
        do.ArmTimer: _arm_timer,
        do.CancelTimer: _cancel_timer,
        do.RetryLater: _retry_later,
        do.Reply: _reply,
        do.BootDone: _boot_done,
        do.Exit: _exit,
    }
