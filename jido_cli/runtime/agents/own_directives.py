"""Carries out directives of users' own: a function is called after the commit, beside the mailbox.

In order for each function and agent; each with one recorded outcome. Who marks functions is
`jido_cli.core.own_directives`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

from jido_cli.core import own_directives as own
from jido_cli.core.action import Action
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import failure_from
from jido_cli.core.outcomes import Call, Raised
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.signals import Signal
from jido_cli.core.steps import checked_params
from jido_cli.errors import JidoCliError
from jido_cli.runtime.agents.effectful import EffectRun, Outcome
from jido_cli.runtime.agents.recording import PENDING, Cause, record
from jido_cli.runtime.targets import resolve_directive
from jido_cli.runtime.watching.marked_steps import run_marked
from jido_cli.runtime.watching.watch import ActionHung, is_from_keyboard
from jido_cli.supervision.reasons import crash

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer


class OwnDirective:
    """One directive of a user's own, from the commit to its outcome."""

    __slots__ = ("_all", "_asked", "_call", "_cause", "_is_over", "effect")

    def __init__(self, all_: OwnDirectives, asked: Directive, call: Call, cause: Cause) -> None:
        self._all = all_
        self._asked = asked
        self._call = call
        self._cause = cause
        self._is_over = False
        self.effect: EffectRun | None = None

    @property
    def source(self) -> str:
        """The path of its agent."""
        return self._all.server.source

    @property
    def target(self) -> str:
        """The function, within whose directives the order is kept."""
        return self._call.action.source

    def describe_step(self, _signal: Signal) -> tuple[str, float]:
        """Return the name of the function and its timeout in seconds."""
        return self._call.action.name, self._call.action.timeout_s

    def begin(self) -> None:
        """Call the function; its outcome is recorded when it has ended, maybe at once."""
        server = self._all.server
        if not self._is_called_here():
            self.effect = EffectRun(server.kernel, server.place, self._call, None, self._ended)
            self.effect.begin()
            return
        call, kernel = self._call, server.kernel
        try:
            run_marked(
                kernel.watch,
                self,
                self._cause.signal,
                kernel.monotonic(),
                lambda: call.action.run(call.state, call.params, call.ctx),
            )
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # the edge: code of users'
            if is_from_keyboard(error):
                raise
            self._end("dead_letter", failure_from(call.action.name, error).message)
        except BaseException as error:  # noqa: BLE001 - a hang interrupted
            self._broken(error)
        else:
            self._end("done", None)

    def _is_called_here(self) -> bool:
        """Whether the function is plain, and no test stands something in for it."""
        kernel = self._all.server.kernel
        call = self._call
        if call.action.is_pure and kernel.stand_in is not None:
            call = kernel.stand_in(self._all.server.place, call)
        return call.action.is_pure

    def cancel(self) -> None:
        """Its agent was killed: what still comes of it is late."""
        if self.effect is not None:
            self.effect.revoke()
        self._end("cancelled", "the agent was killed")

    def _ended(self, outcome: Outcome) -> None:
        if not isinstance(outcome, Raised):
            self._end("done", None)
        elif isinstance(outcome.error.exception, ActionHung):
            self._broken(outcome.error.exception)
        else:
            self._end("dead_letter", outcome.error.message)

    def _broken(self, error: BaseException) -> None:
        """It ended by what no function should raise: so does its agent."""
        self._end("dead_letter", f"{self._call.action.name} broke: {type(error).__name__}")
        self._all.server.exit(crash(error))

    def _end(self, outcome: Literal["done", "dead_letter", "cancelled"], why: str | None) -> None:
        if not self._is_over:
            self._is_over = True
            record(self._all.server, self._asked, self._cause, outcome, why)
            self._all.over(self)


class OwnDirectives:
    """What of one incarnation is under way or waits its turn; the first of each line runs."""

    __slots__ = ("_lines", "server")

    def __init__(self, server: AgentServer) -> None:
        self.server = server
        self._lines: dict[str, deque[OwnDirective]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is under way."""
        return not self._lines

    def perform(self, action: Action, asked: Directive, cause: Cause) -> str | None:
        """Call the function of *action* when its turn has come; what is wrong with the params."""
        try:
            params = checked_params(action, own.given_by(asked))
        except SchemaError as error:
            return f"params of {action.name}: {error}"
        server = self.server
        context = Context(
            cause.now_ns,
            server.kernel.seed,
            server.info,
            cause.signal,
            command=f"{server.source}:{server.generation}:{cause.seq}:directive",
            step=cause.index,
        )
        call = Call(action, params, cause.done.agent.state, context)
        one = OwnDirective(self, asked, call, cause)
        server.parts.waiting_directives += 1
        line = self._lines.setdefault(one.target, deque())
        line.append(one)
        if len(line) == 1:
            one.begin()
        return PENDING

    def over(self, one: OwnDirective) -> None:
        """*one* has its outcome: the next of its line begins."""
        self.server.parts.waiting_directives -= 1
        line = self._lines.get(one.target)
        if line is None or one not in line:
            return
        is_first = line[0] is one
        line.remove(one)
        if not line:
            del self._lines[one.target]
        elif is_first:
            line[0].begin()
        self.server.release()
        self.server.settled()

    def cancel_all(self) -> None:
        """The incarnation was killed."""
        lines, self._lines = self._lines, {}
        for line in lines.values():
            for one in line:
                one.cancel()


def perform_own(server: AgentServer, asked: Directive, cause: Cause) -> str | None:
    """Carry out a directive of a user's own; as a performer."""
    action = own.performer_of(type(asked))
    if isinstance(asked, own.Run):
        assert isinstance(asked.target, str)
        try:
            action = resolve_directive(asked.target)
        except JidoCliError as error:
            return error.message
    if action is None:
        return f"nobody performs {asked.kind!r}"
    return server.parts.need_own_directives().perform(action, asked, cause)
