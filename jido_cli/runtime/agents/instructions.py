"""Instructions that run beside the mailbox of their agent (the directive `run_instruction`).

They see the committed state and change nothing in it: what comes of one is a signal to its agent,
and the directives that its action asks for. Pure steps are marked for the watchdog like those of
a command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from jido_cli.core import directives as ask
from jido_cli.core.action import Action
from jido_cli.core.agent import Agent, AgentDefinition
from jido_cli.core.command import begin, resume
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import ActionFailure
from jido_cli.core.instructions import Instruction
from jido_cli.core.outcomes import Done, Raised, Suspended
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze
from jido_cli.runtime.agents.cancelling import Cancelled
from jido_cli.runtime.agents.effectful import EffectRun, Outcome
from jido_cli.runtime.agents.identity import new_context
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.agents.recording import PENDING, Cause, record
from jido_cli.runtime.watching.marked_steps import run_marked
from jido_cli.runtime.watching.watch import ActionHung, is_from_keyboard
from jido_cli.supervision.reasons import crash

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer

Perform = Callable[["AgentServer", Directive, Cause], None]
INDICES: int = 1_000  # one instruction's directives, numbered apart from the command's own


class InstructionRun:
    """One instruction under way; its directive gets its outcome when it has ended."""

    __slots__ = ("_all", "_cause", "_directive", "_number", "_server", "action", "effect", "id")

    def __init__(
        self, all_: Instructions, directive: ask.RunInstruction, action: Action, cause: Cause
    ) -> None:
        self._all = all_
        self._server = all_.server
        self._directive = directive
        self._cause = cause
        self._number = all_.begun
        self.action = action
        self.id = directive.id or f"{cause.seq}.{cause.index}"
        self.effect: EffectRun | None = None

    @property
    def source(self) -> str:
        """The path of its agent."""
        return self._server.source

    def describe_step(self, _signal: Signal) -> tuple[str, float]:
        """Return the name of the action and its timeout in seconds."""
        return self.action.name, self.action.timeout_s

    def begin(self) -> None:
        """Start it; it may be over when this returns."""
        server, cause = self._server, self._cause
        name = f"{cause.seq}:instruction:{cause.index}"
        context = new_context(server, cause.now_ns, cause.signal, name)
        instruction = Instruction(self.action, self._directive.params or {})
        aside = _aside(server.committed)
        self._step(lambda: begin(aside, [instruction], context))

    def cancel(self, why: str) -> None:
        """Let it have failed as cancelled: its agent is told by `on_error`."""
        if self.effect is not None:
            self.effect.give_up(Cancelled(why))

    def revoke(self) -> None:
        """Its agent ends: whatever comes back is refused."""
        if self.effect is not None:
            self.effect.revoke()
        self._record("cancelled", "the agent had ended")

    def _step(self, work: Callable[[], Done | Suspended]) -> None:
        server = self._server
        kernel = server.kernel
        try:
            step = run_marked(kernel.watch, self, self._cause.signal, kernel.monotonic(), work)
        except BaseException as error:  # noqa: BLE001 - an Exception would be a failed command
            self._broken(error)
            return
        if isinstance(step, Suspended):
            self.effect = EffectRun(
                kernel, server.place, step.call, None, lambda end: self._ended(step, end)
            )
            self.effect.begin()
        else:
            self._all.over(self)
            self._conclude(step)

    def _ended(self, suspended: Suspended, outcome: Outcome) -> None:
        error = outcome.error.exception if isinstance(outcome, Raised) else None
        if isinstance(error, ActionHung):
            self._broken(error)
        else:
            self._step(lambda: resume(suspended.command, outcome))

    def _broken(self, error: BaseException) -> None:
        """It ended by what no action should raise: so does its agent."""
        if is_from_keyboard(error):
            raise error
        self._all.over(self)
        self._record("dead_letter", f"{self.action.name} broke: {type(error).__name__}")
        self._server.exit(crash(error))

    # -- what comes of it

    def _conclude(self, done: Done) -> None:
        problem = self._tell(done)
        error = done.error
        if error is not None and isinstance(error.exception, Cancelled):
            self._record("cancelled", error.message)
        else:
            self._record("done" if problem is None else "dead_letter", problem)
        # The last directive of a failed one hands the error to the agent's policy; here the
        # agent has said itself, with `on_error`, what it wants to hear of it.
        asked = done.directives if error is None else done.directives[:-1]
        for index, directive in enumerate(asked):
            if not self._server.is_alive:
                return
            place = INDICES * self._number + index
            cause = Cause(done, self._cause.signal, self._cause.mail, self._now, self._seq, place)
            self._all.perform(self._server, directive, cause)

    @property
    def _now(self) -> int:
        return self._server.kernel.wall_ns()

    @property
    def _seq(self) -> int:
        return self._cause.seq

    def _tell(self, done: Done) -> str | None:
        """Send the signal that is wanted; what is wrong, if anything is."""
        directive, cause, server = self._directive, self._cause, self._server
        data: dict[str, object] = {"id": self.id, "with": directive.params or {}}
        error = done.error
        if error is None:
            wanted = directive.on_result
            data["result"] = done.output
        else:
            wanted = directive.on_error
            data["error"] = _told(error)
        if wanted is None:
            return None if error is None else f"{self.action.name} failed: {error.message}"
        kernel, now_ns = server.kernel, self._now
        lineage = f"{server.source}/{self.id}"
        signal = Signal(
            wanted,
            server.source,
            freeze(data),
            (now_ns // 1_000_000, lineage, server.generation, cause.seq, 0),
            time_ns=now_ns,
            hops=cause.signal.hops + 1,
            cause=cause.signal.ident,
        )
        if signal.hops > kernel.hops.tracked_from:
            too_far = kernel.hops.refuse(kernel, server.place, signal)
            if too_far is not None:
                return too_far
        if deliver(server.place, signal) in ("blocked", "rejected"):
            kernel.dead_letters.add(server.place, signal, "mailbox full: result")
            return f"{wanted}: mailbox full"
        return None

    def _record(
        self, outcome: Literal["done", "dead_letter", "cancelled"], why: str | None
    ) -> None:
        record(self._server, self._directive, self._cause, outcome, why)


class Instructions:
    """The instructions of one incarnation that run beside its mailbox, by id."""

    __slots__ = ("begun", "perform", "running", "server")

    def __init__(self, server: AgentServer, perform: Perform) -> None:
        self.server = server
        self.perform = perform
        self.running: dict[str, InstructionRun] = {}
        self.begun = 0

    def run(self, directive: ask.RunInstruction, cause: Cause) -> str | None:
        """Run an action on the committed state; its outcome is recorded when it has ended."""
        action = self.server.program.definition.actions.get(directive.action)
        if action is None:
            return f"no action {directive.action!r}"
        self.begun += 1
        run = InstructionRun(self, directive, action, cause)
        if run.id in self.running:
            return f"instruction {run.id!r} is running"
        self.running[run.id] = run
        run.begin()
        return PENDING

    @property
    def is_empty(self) -> bool:
        """Whether none runs."""
        return not self.running

    def cancel(self, run_id: str, why: str) -> None:
        """Cancel the instruction *run_id*; none is no error."""
        run = self.running.get(run_id)
        if run is not None:
            run.cancel(why)

    def over(self, run: InstructionRun) -> None:
        """*run* has ended by itself."""
        if self.running.get(run.id) is run:
            del self.running[run.id]

    def end(self) -> None:
        """The incarnation ends: whatever comes of them is refused."""
        running, self.running = self.running, {}
        for run in running.values():
            run.revoke()


def _aside(agent: Agent) -> Agent:
    """Return *agent* with a state that may be any mapping.

    An instruction reads the state and leaves it as it is; its result need not fit in there.
    """
    definition = agent.definition
    free = AgentDefinition(definition.name, actions=definition.actions.values())
    return Agent(free, agent.id, agent.state)


def _told(error: ActionFailure) -> dict[str, object]:
    return {"message": error.message, "code": error.code, "retryable": error.retryable}
