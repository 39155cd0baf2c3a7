"""What an agent has beside its mailbox: spawned agents, and instructions that run on their own.

A spawned agent stands under the dynamic supervisor that the directive names, else under
`<agent id>.children`, a supervisor of the agent's own whose giving up harms nobody else
(runtime.md 20). All of them end with the incarnation that asked for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from jido_cli.core import directives as ask
from jido_cli.runtime.agents.instructions import InstructionRun
from jido_cli.runtime.supervising import mounts
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, ChildArgs, SupervisorStart
from jido_cli.supervision import answers
from jido_cli.supervision.events import (
    ChildExited,
    DeleteChildCall,
    Event,
    StartChildCall,
    StartFailed,
    TerminateChildCall,
)
from jido_cli.supervision.reasons import SHUTDOWN
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags

if TYPE_CHECKING:
    from jido_cli.runtime.agents.recording import Cause
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


class Family:
    """The children and the running instructions of one incarnation."""

    __slots__ = ("_children", "_own", "_runs", "_server", "_stopped")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._children: dict[str, Place] = {}
        self._own: SupervisorRunner | None = None
        self._runs: dict[str, InstructionRun] = {}
        self._stopped: Callable[[], None] | None = None

    # -- children

    def spawn(self, directive: ask.SpawnAgent, done: Callable[[str | None], None]) -> None:
        """Start a child; *done* is told None, or why it did not start."""
        server, kernel = self._server, self._server.kernel
        program = mounts.program(kernel, server.place, directive.agent)
        if program is None:
            done(f"no agent {directive.agent!r} is declared")
            return
        if directive.on_parent_death != "stop":
            done(f"on_parent_death {directive.on_parent_death!r} is not available yet")
            return
        runner = self._supervisor_for(directive.under)
        if isinstance(runner, str):
            done(runner)
            return
        child_id = directive.tag or kernel.next_child_id(runner.place, directive.agent)
        args = ChildArgs(
            AgentStart(program),
            directive.state or {},
            directive.tag or child_id,
            directive.meta or {},
            server.place,
            server.generation,
        )
        is_dynamic = runner.start.flags.strategy == "dynamic"
        spec = None if is_dynamic else ChildSpec(child_id, args.start, directive.restart)

        def answered(answer: object) -> None:
            if isinstance(answer, answers.Started):
                place = runner.place.child(child_id)
                if place is not None and not self.is_at_work:  # it came too late to have a parent
                    self._terminate(place)
                done(None)
            else:
                done(f"{child_id!r} did not start: {_say(answer)}")

        runner.call(StartChildCall(spec, child_id, args), answered)

    def _supervisor_for(self, under: str | None) -> SupervisorRunner | str:
        """Return the runner that takes spawned children, or what is wrong."""
        kernel = self._server.kernel
        if under is None:
            return self._own_supervisor()
        place = mounts.find(kernel, self._server.place, under)
        if place is None or not isinstance(place.start, SupervisorStart):
            return f"under: no supervisor {under!r}"
        if place.start.flags.strategy != "dynamic":
            return f"under: {under!r} is not a dynamic supervisor"
        return running_supervisor(place) or f"under: {under!r} is not up"

    def _own_supervisor(self) -> SupervisorRunner:
        if self._own is None:
            server = self._server
            start = SupervisorStart(SupervisorFlags(), ())
            above = server.place.parent
            assert above is not None, "an agent has a supervisor above it"
            assert above.children is not None
            child_id = f"{server.place.id}.children"
            place = above.children.get(child_id)
            if place is not None and place.process is not None:  # of an incarnation that crashed
                place.process.kill()
                place = above.children.get(child_id)
            if place is None:
                place = above.children[child_id] = Place(server.kernel, child_id, above, start)
                server.kernel.place_added(place)
            place.generation += 1
            self._own = server.supervisor.nested(place, 0, self, start)
            self._own.boot()
        return self._own

    def post(self, event: Event) -> None:
        """The supervisor of the agent's own reports: it is gone, or gave up."""
        if isinstance(event, ChildExited | StartFailed):
            own, self._own = self._own, None
            above = self._server.place.parent
            if own is not None and above is not None and above.children is not None:
                above.children.pop(own.place.id, None)
                self._server.kernel.place_ended(own.place)
            if self._stopped is not None:
                self._stopped()
            elif self._server.is_alive:
                self._server.place.set_status("degraded")

    @property
    def is_at_work(self) -> bool:
        """Whether its incarnation lives and does not stop."""
        return self._server.is_alive and self._server.stopping is None

    def started(self, tag: str, place: Place) -> None:
        """A child is up, for the first time or again."""
        self._children[tag] = place

    def exited(self, place: Place) -> None:
        """A child's process is gone; if it is not started again, its place is given up."""
        if self._own is not None and place.parent is self._own.place:
            # Behind the exit notice: a child that is being restarted by then stays.
            self._server.kernel.loop.call_soon(self._delete, self._own, place.id)

    def _delete(self, runner: SupervisorRunner, child_id: str) -> None:
        runner.call(DeleteChildCall(child_id), _ignore)

    def child(self, tag: str) -> Place | None:
        """Return the place of the child *tag*."""
        place = self._children.get(tag)
        if place is not None and place.has_ended:
            del self._children[tag]
            return None
        return place

    def children(self) -> Iterable[Place]:
        """Return the places of all children."""
        return [place for tag in [*self._children] if (place := self.child(tag)) is not None]

    def stop_child(self, tag: str) -> None:
        """Stop a child on purpose; an unknown tag is no error."""
        place = self.child(tag)
        if place is not None:
            self._terminate(place)

    def _terminate(self, place: Place) -> None:
        runner = None if place.parent is None else running_supervisor(place.parent)
        if runner is not None:
            runner.call(TerminateChildCall(place.id), _ignore)

    def stop(self, stopped: Callable[[], None]) -> bool:
        """End everything; True when nothing is left, else *stopped* will be called."""
        self._end_runs()
        for place in self._children.values():
            if self._own is None or place.parent is not self._own.place:
                self._terminate(place)
        self._children.clear()
        if self._own is None:
            return True
        if self._stopped is None:
            self._stopped = stopped
            self._own.terminate(SHUTDOWN)
        return False

    def abandon(self) -> None:
        """The incarnation crashed or was killed: end everything, wait for nothing."""
        self.stop(lambda: None)

    # -- instructions beside the mailbox

    def run_instruction(self, directive: ask.RunInstruction, cause: Cause) -> str | None:
        """Run an action on the committed state; its outcome comes back as a signal."""
        server = self._server
        action = server.program.definition.actions.get(directive.action)
        if action is None:
            return f"no action {directive.action!r}"
        run_id = directive.id or f"{cause.seq}.{cause.index}"
        if run_id in self._runs:
            return f"instruction {run_id!r} is running"
        run = InstructionRun(server, directive, action, run_id, cause, self._run_over)
        self._runs[run_id] = run
        run.begin()
        return None

    def _run_over(self, run_id: str) -> None:
        self._runs.pop(run_id, None)

    def _end_runs(self) -> None:
        runs, self._runs = self._runs, {}
        for run in runs.values():
            run.revoke()


def running_supervisor(place: Place) -> SupervisorRunner | None:
    """Return the runner of the supervisor at *place*, None if it does not run."""
    if not isinstance(place.start, SupervisorStart):
        return None
    return cast("SupervisorRunner | None", place.process)


def _say(answer: object) -> str:
    if isinstance(answer, answers.StartError):
        return str(answer.reason)
    if isinstance(answer, answers.AlreadyStarted | answers.AlreadyPresent):
        return "there is one of that id"
    if isinstance(answer, answers.MaxChildren):
        return f"the supervisor has its {answer.limit} children"
    return "its supervisor is not up" if answer is None else type(answer).__name__


def _ignore(_: object) -> None:
    """Take an answer that nobody waits for: the child is stopped, or was not there."""
