"""What a compiled declaration does when its action runs.

Here the compiled keys meet a state, params and a context: locals and requirements first, then the
work's result if there is work, then state keys, then signals and directives; `on_error` in place of
all that when the action failed. Compiling is done elsewhere; whether what comes out is valid is the
command's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from jido_cli.core.action import Action, ActionError, Outcome, Run
from jido_cli.core.cel.template import text_of
from jido_cli.core.context import Context
from jido_cli.core.declarative.failures import failed
from jido_cli.core.declarative.guard import Ask, Make
from jido_cli.core.declarative.state import Changes
from jido_cli.core.directive_types import Directive
from jido_cli.core.expressions import EvaluationError, Scope
from jido_cli.core.failures import ActionFailure
from jido_cli.core.schema import Schema, SchemaError
from jido_cli.core.state_ops import StateOp, apply
from jido_cli.core.updates import merge
from jido_cli.core.values import FrozenDict, ValueDomainError, freeze_mapping


class Requirement(NamedTuple):
    """A condition, where it was declared, and what is said when it does not hold."""

    place: str
    text: str
    check: Make
    message: Make | None

    def hold(self, scope: Scope) -> None:
        """Raise what is to be said if the condition does not hold."""
        try:
            if self.check(scope) is True:
                return
            said = None if self.message is None else text_of(self.message(scope))
        except EvaluationError as error:
            raise failed(self.place, error) from None
        message = said or f"requirement not met: {self.text}"
        raise ActionError(message, code="require", retryable=False)


class Effects(msgspec.Struct, frozen=True):
    """What becomes of the state, and what is asked for then."""

    changes: Changes | None = None
    asks: tuple[Ask, ...] = ()
    wants_next: bool = False
    schema: Schema | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing becomes of anything."""
        return self.changes is None and not self.asks

    def outcome(self, scope: Scope, state: FrozenDict) -> object:
        """Return what comes of *state*."""
        if self.changes is None:
            return Outcome(directives=self.asked(scope, state))
        if not self.asks and self.changes.is_delta:
            return self.changes.delta(scope)
        following, changed = self.changes.apply(scope, state)
        return Outcome(following, self.asked(scope, following), changed)

    def asked(self, scope: Scope, following: FrozenDict) -> tuple[Directive, ...]:
        """Return the directives, in order; *following* is the state after."""
        if not self.asks:
            return ()
        if self.wants_next:
            scope.next = self._normal(scope.state, following)
        made: list[Directive] = []
        for ask in self.asks:
            ask(scope, made)
        return tuple(made)

    def _normal(self, state: object, following: FrozenDict) -> FrozenDict:
        """Return the next state as it will be; one that is not valid fails the command later."""
        if self.schema is None or not isinstance(state, FrozenDict):
            return following
        try:
            return self.schema.recheck(state, following)
        except SchemaError:
            return following


class Program(msgspec.Struct, frozen=True):
    """What the keys of one declaration do, compiled."""

    locals: tuple[tuple[str, Make], ...]
    requirements: tuple[Requirement, ...]
    effects: Effects
    on_error: Effects | None
    error_wants_locals: bool
    output: Schema | None
    vars: Mapping[str, object] | None

    def scope(
        self,
        state: FrozenDict,
        params: Mapping[str, object],
        ctx: Context,
        prepared: object = None,
        result: object = None,
    ) -> Scope:
        """Return what the expressions see."""
        return Scope(state, params, ctx.signal, ctx.agent, ctx, self.vars, prepared, result)

    def prepare(self, scope: Scope) -> dict[str, object] | None:
        """Make the locals, and raise if a requirement does not hold; return the locals."""
        made = self._make_locals(scope) if self.locals else None
        for each in self.requirements:
            each.hold(scope)
        return made

    def _make_locals(self, scope: Scope) -> dict[str, object]:
        made: dict[str, object] = {}
        scope.local = made
        name = ""
        try:
            for name, make in self.locals:
                made[name] = make(scope)
        except EvaluationError as error:
            raise failed(f"locals.{name}", error) from None
        return made

    def decide(self, state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        """Return the outcome of a declaration without work."""
        scope = self.scope(state, params, ctx)
        self.prepare(scope)
        return self.effects.outcome(scope, state)

    def conclude(
        self,
        state: FrozenDict,
        params: Mapping[str, object],
        ctx: Context,
        prepared: object,
        value: object,
    ) -> object:
        """Return the outcome after the work returned *value*.

        What is wrong with the value itself is left to the command to say.
        """
        changes, extras = value, ()
        if type(value) is tuple and len(value) == 2:
            changes, extras = value
        is_usual = isinstance(extras, list | tuple)
        if not is_usual or not (changes is None or isinstance(changes, Mapping)):
            return value
        try:
            given: dict[str, object] = {} if changes is None else dict(changes)
            result = freeze_mapping(given) if self.output is None else self.output.check(given)
        except (SchemaError, ValueDomainError):
            return value
        scope = self.scope(state, params, ctx, prepared, result)
        if self.effects.changes is not None:
            following, _ = self.effects.changes.apply(scope, state)
            asked = _with_ops(following, extras)
            return Outcome(following, (*extras, *self.effects.asked(scope, asked)), result)
        following = _with_ops(merge(state, result), extras)
        return result, [*extras, *self.effects.asked(scope, following)]

    def give_up(
        self,
        state: FrozenDict,
        params: Mapping[str, object],
        ctx: Context,
        failure: ActionFailure,
    ) -> object:
        """Return what `on_error` makes of *state* after *failure*."""
        assert self.on_error is not None
        scope = self.scope(state, params, ctx)
        scope.error = {
            "message": failure.message,
            "code": failure.code,
            "step": None,
            "retryable": failure.retryable,
            "attempts": ctx.attempt,
        }
        if self.error_wants_locals:
            self._make_locals(scope)
        return self.on_error.outcome(scope, state)


def _with_ops(state: FrozenDict, extras: Sequence[object]) -> FrozenDict:
    ops = [each for each in extras if isinstance(each, StateOp)]
    return apply(state, ops) if ops else state


def action_of(name: str, program: Program, params: Schema | None, work: Action | None) -> Action:
    """Return the action that runs a program, around the work if there is some."""
    on_error = None if program.on_error is None else program.give_up
    if work is None:
        run = _delta_run(program) or program.decide
        return Action(name=name, run=run, params=params, on_error=on_error)
    made = msgspec.structs.replace(
        work, name=name, params=params, output=program.output, on_error=on_error
    )
    if program.effects.is_nothing and not program.requirements and not program.locals:
        return made

    def prepare(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        return program.prepare(program.scope(state, params, ctx))

    def run_between(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        prepared = prepare(state, params, ctx)
        value = work.run(state, params, ctx)
        return program.conclude(state, params, ctx, prepared, value)

    if work.is_pure:
        return msgspec.structs.replace(made, run=run_between)
    return msgspec.structs.replace(made, prepare=prepare, finish=program.conclude)


def _delta_run(program: Program) -> Run | None:
    """Return the shortest way for what most declarations do: assign top-level members."""
    changes = program.effects.changes
    is_short = not program.requirements and not program.locals and not program.effects.asks
    if changes is None or not changes.is_delta or not is_short:
        return None
    delta, variables = changes.delta, program.vars

    def run(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        return delta(Scope(state, params, ctx.signal, ctx.agent, ctx, variables))

    return run
