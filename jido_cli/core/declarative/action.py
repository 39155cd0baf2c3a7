"""Declared actions: the keys of a topology file, compiled into an `Action`.

A declaration says what must hold (`require`), what becomes of the state (`set`, `merge` and the
other state keys), what is sent (`emit`) and asked of the runtime (`directives`), and what happens
instead when it fails (`on_error`), in expressions; beside Python work (`run`) it says so about what
the work returns. Everything is compiled and checked once, and all mistakes come back as values with
the path of keys that leads to them. Reading files, and finding functions, is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

import msgspec

from jido_cli.core.action import Action
from jido_cli.core.agent import When, With
from jido_cli.core.cel.template import Constant, DeclarationError, ValueCompiler
from jido_cli.core.context import Context
from jido_cli.core.declarative.compiling import ActionCompiler
from jido_cli.core.declarative.failures import failed
from jido_cli.core.declarative.program import action_of
from jido_cli.core.declarative.surroundings import Surroundings
from jido_cli.core.expressions import EvaluationError, Scope
from jido_cli.core.schema import Schema
from jido_cli.core.signals import Signal
from jido_cli.core.values import FrozenDict

__all__ = ["Compiled", "DeclarationError", "compile_action", "compile_when", "compile_with"]


class Compiled(NamedTuple):
    """A compiled declaration, or what is wrong with it.

    Attributes:
        action: None if there are problems, if its work is not known, or if it was only checked.
        problems: all mistakes, in the order of the keys.
    """

    action: Action | None
    problems: tuple[DeclarationError, ...]


def compile_action(
    name: str,
    declaration: Mapping[str, object],
    *,
    state_schema: Schema | None = None,
    work: Action | None = None,
    timeout_s: float | None = None,
    source: str = "",
    vars: Mapping[str, object] | None = None,  # noqa: A002 - the word of the format
    vars_schema: Mapping[str, object] | None = None,
    is_check: bool = False,
) -> Compiled:
    """Return the action that *declaration* describes, for agents with such a state.

    Args:
        name: under which it is known.
        declaration: its keys as written in a file.
        state_schema: of the state; None is any mapping.
        work: the compiled function that `run` names; without it a declaration with `run` is only
            checked.
        timeout_s: instead of what `timeout` says.
        source: where it was declared.
        vars: values of the topology's variables.
        vars_schema: their full JSON Schema, a closed object; None is any mapping, where there are
            values.
        is_check: only tell the problems; there is no action then.
    """
    surroundings = Surroundings.of(state_schema, vars, vars_schema, is_check=is_check)
    compiler = ActionCompiler(declaration, surroundings, work)
    program = compiler.program()
    declared_timeout_s = compiler.timeout_s()
    problems = tuple(compiler.problems)
    if problems or is_check or (work is None and "run" in declaration):
        return Compiled(None, problems)
    described = declaration.get("description")
    made = action_of(name, program, compiler.params, work)
    replaced = msgspec.structs.replace(
        made,
        timeout_s=declared_timeout_s if timeout_s is None else timeout_s,
        source=source or made.source,
        description=described if isinstance(described, str) else made.description,
    )
    return Compiled(replaced, ())


def compile_with(
    declared: Mapping[str, object],
    *,
    state_schema: Schema | None = None,
    vars: Mapping[str, object] | None = None,  # noqa: A002 - the word of the format
    vars_schema: Mapping[str, object] | None = None,
    is_check: bool = False,
) -> tuple[With, tuple[DeclarationError, ...]]:
    """Return the params that a route gives, compiled, and what is wrong with them."""
    surroundings = Surroundings.of(state_schema, vars, vars_schema, is_check=is_check)
    compiler = ValueCompiler(surroundings.environment(signal="signal", agent="agent", ctx="ctx"))
    compiled = compiler.value(declared, ())
    problems = tuple(each.under("with") for each in compiler.problems)
    if isinstance(compiled, Constant):
        return declared, problems
    make = compiled.run

    def params(state: FrozenDict, signal: Signal, ctx: Context) -> Mapping[str, object]:
        try:
            made = make(Scope(state, None, signal, ctx.agent, ctx, vars))
        except EvaluationError as error:
            raise failed("with", error) from None
        return cast("dict[str, object]", made)

    return params, problems


def compile_when(
    text: object,
    *,
    state_schema: Schema | None = None,
    vars: Mapping[str, object] | None = None,  # noqa: A002 - the word of the format
    vars_schema: Mapping[str, object] | None = None,
    is_check: bool = False,
) -> tuple[When, tuple[DeclarationError, ...]]:
    """Return the condition of a route, plain CEL, compiled, and what is wrong with it."""
    surroundings = Surroundings.of(state_schema, vars, vars_schema, is_check=is_check)
    compiler = ValueCompiler(surroundings.environment(signal="signal"))
    run = compiler.condition(text, ("when",)).run

    def when(state: FrozenDict, signal: Signal) -> object:
        try:
            return run(Scope(state, None, signal, vars=vars))
        except EvaluationError as error:
            raise failed("when", error) from None

    return when, tuple(compiler.problems)
