"""What a compiled declaration does when its action runs.

Here the compiled keys meet a state, params and a context: requirements first, then the work's
result if there is work, then state keys, then signals. Compiling is done elsewhere; whether what
comes out is valid is the command's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from jido_cli.core.action import Action, ActionError, Outcome, Run
from jido_cli.core.cel_template import text_of
from jido_cli.core.context import Context
from jido_cli.core.declarative_emit import Emissions
from jido_cli.core.declarative_state import Changes, failed
from jido_cli.core.expressions import EvaluationError, Scope
from jido_cli.core.schema import Schema, SchemaError
from jido_cli.core.state_ops import StateOp, apply
from jido_cli.core.values import FrozenDict, ValueDomainError, freeze_mapping, merge


class Requirement(NamedTuple):
    """A condition, where it was declared, and what is said when it does not hold."""

    place: str
    text: str
    check: Callable[[Scope], object]
    message: Callable[[Scope], object] | None

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


@dataclass(frozen=True, slots=True)
class Program:
    """What the keys of one declaration do, compiled."""

    requirements: tuple[Requirement, ...] = ()
    changes: Changes | None = None
    emissions: Emissions | None = None
    schema: Schema | None = None
    output: Schema | None = None
    vars: Mapping[str, object] | None = None

    def scope(
        self, state: FrozenDict, params: Mapping[str, object], ctx: Context, result: object = None
    ) -> Scope:
        """Return what the expressions see."""
        return Scope(state, params, ctx.signal, ctx.agent, ctx, self.vars, None, result)

    def check(self, scope: Scope) -> None:
        """Raise if a requirement does not hold."""
        for each in self.requirements:
            each.hold(scope)

    def decide(self, state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        """Return the outcome of a declaration without work."""
        scope = self.scope(state, params, ctx)
        self.check(scope)
        if self.changes is None:
            return Outcome(directives=self._directives(scope, state))
        if self.emissions is None and self.changes.is_delta:
            return self.changes.delta(scope)
        following, changed = self.changes.apply(scope, state)
        return Outcome(following, self._directives(scope, following), changed)

    def conclude(
        self, state: FrozenDict, params: Mapping[str, object], ctx: Context, value: object
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
        scope = self.scope(state, params, ctx, result)
        if self.changes is not None:
            following, _ = self.changes.apply(scope, state)
            asked = _with_ops(following, extras)
            return Outcome(following, (*extras, *self._directives(scope, asked)), result)
        following = _with_ops(merge(state, result), extras)
        return result, [*extras, *self._directives(scope, following)]

    def _directives(self, scope: Scope, following: FrozenDict) -> tuple[object, ...]:
        if self.emissions is None:
            return ()
        if self.emissions.wants_next:
            scope.next = self._normal(scope.state, following)
        return tuple(self.emissions.make(scope))

    def _normal(self, state: object, following: FrozenDict) -> FrozenDict:
        """Return the next state as it will be; one that is not valid fails the command later."""
        if self.schema is None or not isinstance(state, FrozenDict):
            return following
        try:
            return self.schema.recheck(state, following)
        except SchemaError:
            return following


def _with_ops(state: FrozenDict, extras: Sequence[object]) -> FrozenDict:
    ops = [each for each in extras if isinstance(each, StateOp)]
    return apply(state, ops) if ops else state


def action_of(name: str, program: Program, params: Schema | None, work: Action | None) -> Action:
    """Return the action that runs a program, around the work if there is some."""
    if work is None:
        run = _delta_run(program) or program.decide
        return Action(name=name, run=run, params=params)
    output = program.output
    if program.changes is None and program.emissions is None and not program.requirements:
        return msgspec.structs.replace(work, name=name, params=params, output=output)

    def prepare(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> None:
        program.check(program.scope(state, params, ctx))

    def finish(
        state: FrozenDict,
        params: Mapping[str, object],
        ctx: Context,
        _prepared: object,
        value: object,
    ) -> object:
        return program.conclude(state, params, ctx, value)

    def run_between(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        prepare(state, params, ctx)
        return program.conclude(state, params, ctx, work.run(state, params, ctx))

    if work.is_pure:
        return msgspec.structs.replace(
            work, name=name, params=params, output=output, run=run_between
        )
    return msgspec.structs.replace(
        work, name=name, params=params, output=output, prepare=prepare, finish=finish
    )


def _delta_run(program: Program) -> Run | None:
    """Return the shortest way for what most declarations do: assign top-level members."""
    changes = program.changes
    if changes is None or not changes.is_delta or program.requirements or program.emissions:
        return None
    delta, variables = changes.delta, program.vars

    def run(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        return delta(Scope(state, params, ctx.signal, ctx.agent, ctx, variables))

    return run
