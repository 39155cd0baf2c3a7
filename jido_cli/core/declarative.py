"""Declared actions: the outcome keys of a topology file, compiled into an `Action`.

A declaration says what must hold (`require`), what becomes of the state (`set`, `merge`) and what
is emitted (`emit`), in expressions; beside Python work (`run`) it says so about what the work
returns. Everything is compiled and checked once, and all mistakes come back as values with the
path of keys that leads to them. Reading files, and finding functions, is done elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, cast

import msgspec

from jido_cli.core.action import DEFAULT_TIMEOUT_S, Action
from jido_cli.core.agent import When, With
from jido_cli.core.cel_template import (
    Constant,
    DeclarationError,
    Path,
    ValueCompiler,
    runner,
)
from jido_cli.core.context import Context
from jido_cli.core.declarative_emit import compile_emit
from jido_cli.core.declarative_program import Program, Requirement, action_of
from jido_cli.core.declarative_state import compile_changes, failed
from jido_cli.core.expressions import Environment, EvaluationError, Scope
from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.core.signals import Signal
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.values import FrozenDict

__all__ = ["Compiled", "DeclarationError", "compile_action", "compile_with"]

_KEYS = frozenset(
    ("description", "params", "output", "require", "message", "run", "effect", "timeout")
) | {"set", "merge", "emit"}
_LATER = frozenset(
    ("locals", "use", "with", "steps", "append", "prepend", "keep", "delete", "replace", "quota")
) | {"directives", "on_error", "retry", "compensate", "capabilities", "when", "for_each"}
_NEXT_HIDDEN = {"next": "'next' is the state after the action: only emit sees it"}
_RESULT_HIDDEN = {"result": "'result' is what the work returns: require is checked before it"}
_NO_WORK_HIDDEN = {"result": "'result' is what the work returns, and this action has none"}
_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"([0-9]{1,15})(ms|s|m|h|d)")


class Compiled(NamedTuple):
    """A compiled declaration, or what is wrong with it.

    Attributes:
        action: None if there are problems, or if its work is not known.
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
    surroundings = _Surroundings(state_schema, _vars_type(vars, vars_schema), vars, is_check)
    compiler = _Compiler(name, declaration, surroundings, work)
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
    surroundings = _Surroundings(state_schema, _vars_type(vars, vars_schema), vars, is_check)
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
    surroundings = _Surroundings(state_schema, _vars_type(vars, vars_schema), vars, is_check)
    compiler = ValueCompiler(surroundings.environment(signal="signal"))
    run = compiler.condition(text, ("when",)).run

    def when(state: FrozenDict, signal: Signal) -> object:
        try:
            return run(Scope(state, None, signal, vars=vars))
        except EvaluationError as error:
            raise failed("when", error) from None

    return when, tuple(compiler.problems)


class _Surroundings(NamedTuple):
    """What an action finds: the state's schema, the type and the values of the variables."""

    state: Schema | None
    vars_type: Mapping[str, object] | str | None
    vars: Mapping[str, object] | None
    is_check: bool

    def environment(self, **variables: Mapping[str, object] | str) -> Environment:
        """Return the environment of *variables* beside the state and the topology's own."""
        shown = {"state": _shape(self.state) or "map", **variables}
        if self.vars_type is not None:
            shown["vars"] = self.vars_type
        return _environment(msgspec.json.encode((shown, self.is_check)))


def _vars_type(
    values: Mapping[str, object] | None, schema: Mapping[str, object] | None
) -> Mapping[str, object] | str | None:
    return schema if schema is not None or values is None else "map"


class _Compiler:
    """Compiles one declaration; collects what is wrong."""

    def __init__(
        self,
        name: str,
        declaration: Mapping[str, object],
        surroundings: _Surroundings,
        work: Action | None,
    ) -> None:
        self.problems: list[DeclarationError] = []
        self._name = name
        self._declared = declaration
        self._surroundings = surroundings
        self._has_work = "run" in declaration
        self._check_keys()
        self.params = self._schema("params") or (work.params if work else None)
        self.output = self._schema("output") or (work.output if work else None)
        if work is not None and "params" in declaration:
            self._check_work(work)

    def program(self) -> Program:
        """Return what the keys do."""
        declared = self._declared
        environment = self._surroundings.environment(
            params=_shape(self.params) or "none",
            signal="signal",
            agent="agent",
            ctx="ctx",
            result=_shape(self.output) or "map",
            next="state",
        )
        no_work = {} if self._has_work else _NO_WORK_HIDDEN
        before = ValueCompiler(environment.without(_NEXT_HIDDEN | _RESULT_HIDDEN | no_work))
        after = ValueCompiler(environment.without(_NEXT_HIDDEN | no_work))
        final = ValueCompiler(environment.without(no_work))
        program = Program(
            self._requirements(before),
            compile_changes(declared, after, environment),
            compile_emit(declared["emit"], final) if "emit" in declared else None,
            self._surroundings.state,
            self.output,
            self._surroundings.vars,
        )
        for each in (before, after, final):
            self.problems += each.problems
        self.problems.sort(key=self._order)
        return program

    def timeout_s(self) -> float:
        """Return the seconds that `timeout` says."""
        text = self._declared.get("timeout")
        if text is None:
            return DEFAULT_TIMEOUT_S
        found = _DURATION.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            message = f"{text!r} is not a duration"
            self._problem("timeout", message, "write a number and a unit: 250ms, 5s, 2m, 1h, 1d")
            return DEFAULT_TIMEOUT_S
        return int(found[1]) * _UNITS_MS[found[2]] / 1000

    def _problem(self, key: str, message: str, hint: str | None = None) -> None:
        self.problems.append(DeclarationError((key,), message, hint=hint))

    def _order(self, problem: DeclarationError) -> int:
        keys = list(self._declared)
        return keys.index(str(problem.path[0])) if problem.path[0] in keys else -1

    def _check_keys(self) -> None:
        for key in self._declared:
            if key in _KEYS or str(key).startswith("x-"):
                continue
            if key in _LATER:
                message, hint = f"{key!r} is not available yet", None
            else:
                message, hint = f"unknown key {key!r}", did_you_mean(str(key), _KEYS)
            self.problems.append(DeclarationError((key,), message, hint=hint, is_key=True))
        if "output" in self._declared and not self._has_work:
            self._problem("output", "output describes what the work returns, and there is none")

    def _schema(self, key: str) -> Schema | None:
        declared = self._declared.get(key)
        if declared is None:
            return None
        if not isinstance(declared, Mapping):
            self._problem(key, f"{declared!r} is not a schema")
            return None
        try:
            return compile_schema(declared)
        except SchemaError as error:
            path = (key, *error.path)
            self.problems.append(DeclarationError(path, error.message, hint=error.hint))
            return None

    def _check_work(self, work: Action) -> None:
        """The function takes its params by name: what is declared must be there."""
        known = work.params.properties if work.params is not None else ()
        for name in self.params.properties if self.params is not None else ():
            if name not in known:
                message = f"the function has no parameter {name!r}"
                hint = did_you_mean(name, known)
                path = ("params", name)
                self.problems.append(DeclarationError(path, message, hint=hint, is_key=True))

    def _requirements(self, compiler: ValueCompiler) -> tuple[Requirement, ...]:
        declared = self._declared.get("require")
        message = self._declared.get("message")
        if declared is None:
            if message is not None:
                self._problem("message", "message says what a failed require says; there is none")
            return ()
        if not isinstance(declared, list | tuple):
            return (self._requirement(declared, message, ("require",), compiler),)
        if message is not None:
            self._problem("message", "write the message beside each check of the list")
        found: list[Requirement] = []
        for index, each in enumerate(declared):
            path: Path = ("require", index)
            if not isinstance(each, Mapping):
                found.append(self._requirement(each, None, path, compiler))
            elif set(each) <= {"check", "message"} and "check" in each:
                check = (*path, "check")
                found.append(self._requirement(each["check"], each.get("message"), check, compiler))
            else:
                wrong = "a requirement is CEL, or {check, message}"
                compiler.problems.append(DeclarationError(path, wrong))
        return tuple(found)

    def _requirement(
        self, check: object, message: object, path: Path, compiler: ValueCompiler
    ) -> Requirement:
        condition = compiler.condition(check, path)
        said = None
        if message is not None:
            place = ("message",) if path == ("require",) else (*path[:-1], "message")
            said = runner(compiler.text(str(message), place))
        return Requirement(".".join(map(str, path)), str(check), condition.run, said)


def _shape(schema: Schema | None) -> Mapping[str, object] | None:
    return None if schema is None else schema.source


@lru_cache(maxsize=64)
def _environment(shapes: bytes) -> Environment:
    """Return the environment of such variables; places with the same ones share it.

    Args:
        shapes: the types of the variables by name, and whether expressions are only checked.
    """
    variables, is_check = msgspec.json.decode(shapes)
    return Environment(variables, is_check=is_check)
