"""Instructions that run beside the mailbox of their agent (the directive `run_instruction`).

They see the committed state and change nothing by themselves: what comes of one is a signal to
its agent. Pure steps are marked for the watchdog like those of a command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jido_cli.core import directives as ask
from jido_cli.core.action import Action
from jido_cli.core.command import Done, Instruction, Raised, Suspended, begin, resume
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze
from jido_cli.runtime.agents.effectful import EffectRun, Outcome
from jido_cli.runtime.agents.identity import new_context
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.watching.marked_steps import run_marked
from jido_cli.runtime.watching.watch import ActionHung, is_from_keyboard
from jido_cli.supervision.reasons import crash

if TYPE_CHECKING:
    from jido_cli.runtime.agents.recording import Cause
    from jido_cli.runtime.agents.server import AgentServer


class InstructionRun:
    """One instruction under way."""

    __slots__ = ("_action", "_cause", "_directive", "_effect", "_id", "_over", "_server")

    def __init__(
        self,
        server: AgentServer,
        directive: ask.RunInstruction,
        action: Action,
        run_id: str,
        cause: Cause,
        over: Callable[[str], None],
    ) -> None:
        self._server = server
        self._directive = directive
        self._action = action
        self._id = run_id
        self._cause = cause
        self._over = over
        self._effect: EffectRun | None = None

    @property
    def source(self) -> str:
        """The path of its agent."""
        return self._server.source

    def describe_step(self, _signal: Signal) -> tuple[str, float]:
        """Return the name of the action and its timeout in seconds."""
        return self._action.name, self._action.timeout_s

    def begin(self) -> None:
        """Start it; `over` is called when it has ended by itself, maybe at once."""
        server, cause = self._server, self._cause
        context = new_context(server, cause.now_ns, cause.signal)
        instruction = Instruction(self._action, self._directive.params or {})
        self._step(lambda: begin(server.committed, [instruction], context))

    def revoke(self) -> None:
        """Its agent ends: whatever comes back is refused."""
        if self._effect is not None:
            self._effect.revoke()

    def _step(self, work: Callable[[], Done | Suspended]) -> None:
        server = self._server
        kernel = server.kernel
        try:
            step = run_marked(kernel.watch, self, self._cause.signal, kernel.monotonic(), work)
        except BaseException as error:  # noqa: BLE001 - an Exception would be a failed command
            self._broken(error)
            return
        if isinstance(step, Suspended):
            self._effect = EffectRun(
                kernel, server.place, step.call, None, lambda end: self._ended(step, end)
            )
            self._effect.begin()
        else:
            self._over(self._id)
            self._tell(step)

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
        self._over(self._id)
        self._server.exit(crash(error))

    def _tell(self, step: Done) -> None:
        directive, cause, server = self._directive, self._cause, self._server
        data: dict[str, object] = {"id": self._id, "with": directive.params or {}}
        if step.error is None:
            wanted = directive.on_result
            data["result"] = step.output
        else:
            wanted = directive.on_error
            data["error"] = {"message": step.error.message, "code": step.error.code}
        if wanted is None:
            return
        kernel = server.kernel
        now_ns = kernel.wall_ns()
        lineage = f"{server.source}/{self._id}"
        signal = Signal(
            wanted,
            server.source,
            freeze(data),
            (now_ns // 1_000_000, lineage, server.generation, cause.seq, 0),
            time_ns=now_ns,
            hops=cause.signal.hops + 1,
            cause=cause.signal.ident,
        )
        if signal.hops > kernel.hops.tracked_from and kernel.hops.refuse(
            kernel, server.place, signal
        ):
            return
        if deliver(server.place, signal) in ("blocked", "rejected"):
            kernel.dead_letters.add(server.place, signal, "mailbox full: result")


class Instructions:
    """The instructions of one incarnation that run beside its mailbox, by id."""

    __slots__ = ("_runs", "_server")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._runs: dict[str, InstructionRun] = {}

    def run(self, directive: ask.RunInstruction, cause: Cause) -> str | None:
        """Run an action on the committed state; its outcome comes back as a signal."""
        server = self._server
        action = server.program.definition.actions.get(directive.action)
        if action is None:
            return f"no action {directive.action!r}"
        run_id = directive.id or f"{cause.seq}.{cause.index}"
        if run_id in self._runs:
            return f"instruction {run_id!r} is running"
        run = InstructionRun(server, directive, action, run_id, cause, self._over)
        self._runs[run_id] = run
        run.begin()
        return None

    @property
    def is_empty(self) -> bool:
        """Whether none runs."""
        return not self._runs

    def _over(self, run_id: str) -> None:
        self._runs.pop(run_id, None)

    def end(self) -> None:
        """The incarnation ends: whatever comes of them is refused."""
        runs, self._runs = self._runs, {}
        for run in runs.values():
            run.revoke()
