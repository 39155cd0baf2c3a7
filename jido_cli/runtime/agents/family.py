"""The children of an agent: spawned, adopted, stopped (runtime.md 20).

A spawned agent stands under the dynamic supervisor that the directive names, else under one of
the agent's own. Who is whose child is kept in `bonds`, what becomes of children in `parting`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jido_cli.core import directives as ask
from jido_cli.core.declarative.signal_keys import NoSignalKeyError
from jido_cli.runtime.agents.bonds import Bond
from jido_cli.runtime.agents.own_supervisor import OwnSupervisor, own_supervisor_of
from jido_cli.runtime.agents.parting import (
    end_with_parent,
    find_out,
    forget_info,
    running_supervisor,
    terminate_place,
)
from jido_cli.runtime.supervising import mounts
from jido_cli.runtime.supervising.names import OWN, id_of, new_id
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentProgram, AgentStart, ChildArgs, SupervisorStart
from jido_cli.supervision import answers
from jido_cli.supervision.events import StartChildCall
from jido_cli.supervision.specs import ChildSpec

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


class Family:
    """What one incarnation does about its children."""

    __slots__ = ("_asked_for", "_own", "_server")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._own: OwnSupervisor | None = None
        self._asked_for: set[str] = set()  # tags of children that are not up yet

    # -- to have children

    def spawn(self, directive: ask.SpawnAgent, done: Callable[[str | None], None]) -> None:
        """Start a child; *done* is told None, or why it did not start."""
        server, kernel = self._server, self._server.kernel
        program = mounts.program(kernel, server.place, directive.agent)
        if program is None:
            done(f"no agent {directive.agent!r} is declared")
            return
        problem = None if directive.tag is None else self._problem_of(directive.tag)
        runner = problem or self._supervisor_for(directive.under)
        if isinstance(runner, str):
            done(runner)
            return
        tag = directive.tag or kernel.next_child_id(runner.place, directive.agent)
        problem = self._problem_of(tag)
        if problem is not None:
            done(problem)
            return
        args = ChildArgs(
            _start(program, runner),
            directive.state or {},
            tag,
            directive.meta or {},
            server.place,
            server.generation,
            directive.on_parent_death or program.on_parent_death,
        )
        child_id = id_of(tag)
        self._asked_for.add(tag)

        def answered(answer: object) -> None:
            self._asked_for.discard(tag)
            if isinstance(answer, answers.Started):
                if directive.under is None:
                    self._has_own_again()
                self._is_up(runner.place.child(child_id), args)
                done(None)
            else:
                done(f"{tag!r} did not start: {_say(answer)}")

        runner.call(_call(runner, child_id, args, program, directive), answered)

    def _has_own_again(self) -> None:
        """A child is up under the supervisor of the agent's own: it is whole."""
        place = self._server.place
        if self._server.is_alive and place.has_log and place.log.lost.pop(OWN, None) is not None:
            place.kernel.revision += 1
            place.tell_watchers()

    def _is_up(self, place: Place | None, args: ChildArgs) -> None:
        """A child has come up: it may be too late to have a parent."""
        server = self._server
        if place is None or (server.is_alive and server.stopping is None):
            return
        bonds = server.kernel.bonds
        if args.on_parent_death == "stop":
            if bonds.of(place) is None:
                terminate_place(place)
        elif not server.is_alive:
            find_out(server.place, "it had exited before the child was up")

    def _supervisor_for(self, under: str | None) -> SupervisorRunner | str:
        """Return the runner that takes spawned children, or what is wrong."""
        if under is None:
            if self._own is None:
                self._own = own_supervisor_of(self._server)
            return self._own.runner
        place = mounts.find(self._server.kernel, self._server.place, under)
        if place is None:
            why = mounts.nobody(self._server.kernel, self._server.place, under, "supervisor")
            return f"under: {why}"
        if not isinstance(place.start, SupervisorStart):
            return f"under: no supervisor {under!r}"
        if place.start.flags.strategy != "dynamic":
            return f"under: {under!r} is not a dynamic supervisor"
        if place.start.keyed is not None:
            return f"under: {under!r} starts its children by key"
        return running_supervisor(place) or f"under: {under!r} is not up"

    def _problem_of(self, tag: str) -> str | None:
        """Return why no further child can have *tag*."""
        try:
            new_id(tag, "tag")
        except NoSignalKeyError as error:
            return error.message
        if tag in self._asked_for:
            return f"tag {tag!r} is taken: a child of that tag is being started"
        child = self._server.kernel.bonds.child(self._server.place, tag)
        return None if child is None else f"tag {tag!r} is taken by {child.path}"

    def adopt(self, directive: ask.AdoptChild) -> str | None:
        """Make an agent that runs a child of this one; why it cannot be."""
        server, kernel = self._server, self._server.kernel
        child, bonds = mounts.find(kernel, server.place, directive.child), kernel.bonds
        if child is None:
            return mounts.nobody(kernel, server.place, directive.child)
        if not isinstance(child.start, AgentStart):
            return f"no agent {directive.child!r}"
        if child is server.place:
            return "an agent cannot adopt itself"
        process: AgentServer | None = child.process  # type: ignore[assignment]
        if process is None or process.stopping is not None:
            return f"{child.path} does not run: it is {child.status}"
        bond = bonds.of(child)
        if bond is not None:
            return f"{child.path} is attached already: it is {bond.tag!r} of {bond.parent.path}"
        if bonds.is_ancestor(child, server.place):
            return f"{child.path} is an ancestor of {server.place.path}"
        problem = self._problem_of(directive.tag)
        if problem is not None:
            return problem
        former = bonds.former(child)
        meta = directive.meta
        if meta is None:
            meta = process.info.meta
        program = child.start.program
        policy = program.on_parent_death if former is None else former.on_parent_death
        bonds.bind(Bond(server.place, child, directive.tag, meta, policy))
        forget_info(child)
        kernel.revision += 1
        text = f"by {server.place.path} as {directive.tag}"
        kernel.events.fact("adopted", child, text, parent=server.place.path, tag=directive.tag)
        return None

    # -- to have none any more

    def lost_own(self) -> None:
        """The supervisor of the agent's own gave up."""
        self._own = None

    def stop(self, stopped: Callable[[], None]) -> bool:
        """End who ends with its parent; True when nobody is left, else *stopped* will be called."""
        server, own = self._server, self._own
        if own is None:
            end_with_parent(server.place)
            return True
        self._own = None
        bonds = server.kernel.bonds.children(server.place)
        goes_on = any(
            bond.on_parent_death != "stop" and bond.child.parent is own.place for bond in bonds
        )
        end_with_parent(server.place, spared=None if goes_on else own.place)
        if goes_on:
            own.release(stopped)
        else:
            own.stop(stopped)
        return False


def stop_child(server: AgentServer, tag: str) -> None:
    """Stop a child on purpose; an unknown tag is no error."""
    for bond in server.kernel.bonds.children(server.place):
        if bond.tag == tag:
            bond.is_ending = True
            terminate_place(bond.child)


def _start(program: AgentProgram, runner: SupervisorRunner) -> AgentStart | None:
    """Return what the child is started from; None where that is what the template says."""
    for spec in runner.start.specs:
        start = spec.start
        if isinstance(start, AgentStart) and start.program.definition is program.definition:
            return None
    return AgentStart(program)


def _call(
    runner: SupervisorRunner,
    child_id: str,
    args: ChildArgs,
    program: AgentProgram,
    directive: ask.SpawnAgent,
) -> StartChildCall:
    if runner.start.flags.strategy == "dynamic":
        return StartChildCall(None, child_id, args, directive.restart)
    start = args.start or AgentStart(program)
    return StartChildCall(ChildSpec(child_id, start, directive.restart or "transient"), None, args)


def _say(answer: object) -> str:
    if isinstance(answer, answers.StartError):
        return str(answer.reason)
    if isinstance(answer, answers.AlreadyStarted | answers.AlreadyPresent):
        return "there is one of that id"
    if isinstance(answer, answers.MaxChildren):
        return f"the supervisor has its {answer.limit} children"
    return "its supervisor is not up" if answer is None else type(answer).__name__
