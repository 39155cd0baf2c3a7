"""Compiles the keys of one declared action into the program that its action runs.

Each key has its own place in the order of things, and so sees its own variables: requirements come
before the work, `next` is there for what is asked after it, `error` for `on_error`. What is wrong
is collected, never raised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from jido_cli.core.action import DEFAULT_TIMEOUT_S, Action
from jido_cli.core.cel.template import (
    Computed,
    Constant,
    DeclarationError,
    Path,
    ValueCompiler,
    runner,
)
from jido_cli.core.cel.types import DYN, CelType, constant_type, json_type
from jido_cli.core.declarative.directives import compile_directives, compile_emit
from jido_cli.core.declarative.guard import NO_ELEMENT, Make
from jido_cli.core.declarative.parts import DURATION_HINT, duration_ms
from jido_cli.core.declarative.program import Effects, Program, Requirement
from jido_cli.core.declarative.state import STATE_KEYS, compile_changes
from jido_cli.core.declarative.surroundings import Surroundings
from jido_cli.core.directive_types import DirectiveError
from jido_cli.core.expressions import Environment
from jido_cli.core.plugins.guard import slice_keys
from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.updates import without

_OUTCOME_KEYS = (*STATE_KEYS, "emit", "directives")
_KEYS = frozenset(
    ("description", "params", "output", "locals", "require", "message", "run", "effect", "timeout")
) | {*_OUTCOME_KEYS, "on_error"}
_LATER = frozenset(
    ("use", "with", "steps", "quota", "retry", "compensate", "capabilities", "when", "for_each")
)
_NOT_NEXT = {"next": "'next' is the state after the action: only emit and directives see it"}
_BEFORE_WORK = {"result": "'result' is what the work returns: locals and require come before it"}
_NO_WORK = {"result": "'result' is what the work returns, and this action has none"}
_WORK_FAILED = {"result": "'result' is what the work returns, and here the action has failed"}
_NO_ERROR = {"error": "'error' is why the action failed: only on_error sees it"}
_ERROR = {
    "type": "object",
    "properties": {
        "message": {"type": "string"},
        "code": {"type": "string"},
        "step": {"type": ["string", "null"]},
        "retryable": {"type": "boolean"},
        "attempts": {"type": "integer"},
    },
    "additionalProperties": False,
}
_LOCAL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ActionCompiler:
    """Compiles one declaration; `problems` says what is wrong, in the order of its keys."""

    def __init__(
        self, declaration: Mapping[str, object], surroundings: Surroundings, work: Action | None
    ) -> None:
        self.problems: list[DeclarationError] = []
        self._declared = declaration
        self._surroundings = surroundings
        self._has_work = "run" in declaration
        self._work = work
        self._check_keys(declaration, (), _KEYS)
        if "output" in declaration and not self._has_work:
            self._problem("output", "output describes what the work returns, and there is none")
        self.params = self._schema("params") or (work.params if work else None)
        self.output = self._schema("output") or (work.output if work else None)
        if work is not None and "params" in declaration:
            self._check_work(work)

    def _params_type(self) -> Mapping[str, object] | str:
        """Return the type of `params`; of work that nobody has looked at, any members."""
        if self.params is not None:
            return self.params.source
        return "map" if self._has_work and self._work is None else "none"

    def program(self) -> Program:
        """Return what the keys do."""
        environment = self._surroundings.environment(
            params=self._params_type(),
            signal="signal",
            agent="agent",
            ctx="ctx",
            result="map" if self.output is None else self.output.source,
            next="state",
            item="dyn",
            index="int",
            error=_ERROR,
        )
        hidden = NO_ELEMENT | _NO_ERROR | _NOT_NEXT | (_BEFORE_WORK if self._has_work else _NO_WORK)
        before = ValueCompiler(environment.without(hidden))
        makers, kinds = self._locals(before)
        if kinds:
            environment = environment.extended(local=kinds)
            before = before.within(environment.without(hidden))
        requirements = self._requirements(before)
        hidden = NO_ELEMENT | _NO_ERROR | ({} if self._has_work else _NO_WORK)
        effects, _ = self._effects(self._declared, (), environment, hidden)
        on_error, names = self._failure(environment)
        self.problems += before.problems
        self.problems.sort(key=self._order)
        return Program(
            makers,
            requirements,
            effects,
            on_error,
            "local" in names,
            self.output,
            self._surroundings.vars,
        )

    def timeout_s(self) -> float:
        """Return the seconds that `timeout` says."""
        text = self._declared.get("timeout")
        if text is None:
            return DEFAULT_TIMEOUT_S
        try:
            return duration_ms(text) / 1000
        except DirectiveError:
            self._problem("timeout", f"{text!r} is not a duration", DURATION_HINT)
            return DEFAULT_TIMEOUT_S

    def _problem(self, key: str, message: str, hint: str | None = None) -> None:
        self.problems.append(DeclarationError((key,), message, hint=hint))

    def _order(self, problem: DeclarationError) -> int:
        keys = list(self._declared)
        return keys.index(str(problem.path[0])) if problem.path[0] in keys else -1

    def _check_keys(
        self, declared: Mapping[str, object], above: Path, known: frozenset[str]
    ) -> None:
        for key in declared:
            if key in known or str(key).startswith("x-"):
                continue
            if key in _LATER and not above:
                message, hint = f"{key!r} is not available yet", None
            else:
                message, hint = f"unknown key {key!r}", did_you_mean(str(key), known)
            self.problems.append(DeclarationError((*above, key), message, hint=hint, is_key=True))

    def _schema(self, key: str) -> Schema | None:
        declared = self._declared.get(key)
        if declared is None:
            return None
        if not isinstance(declared, Mapping):
            self._problem(key, f"{declared!r} is not a schema")
            return None
        try:
            return _compiled_schema(declared)
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

    def _locals(
        self, compiler: ValueCompiler
    ) -> tuple[tuple[tuple[str, Make], ...], dict[str, CelType]]:
        """Return what makes the locals, and their types; each sees those before it."""
        declared = self._declared.get("locals", {})
        if not isinstance(declared, Mapping):
            self._problem("locals", f"{declared!r} is not a mapping")
            return (), {}
        makers: list[tuple[str, Make]] = []
        kinds: dict[str, CelType] = {}
        for name, value in declared.items():
            path = ("locals", name)
            if not isinstance(name, str) or not _LOCAL_NAME.fullmatch(name):
                wrong = DeclarationError(path, f"{name!r} is not a name", is_key=True)
                compiler.problems.append(wrong)
                continue
            inside = compiler
            if kinds and "local" in repr(value):  # an environment of its own costs a millisecond
                inside = compiler.within(compiler.environment.extended(local=kinds))
            compiled = inside.value(value, path)
            makers.append((name, runner(compiled)))
            kinds = {**kinds, name: _local_type(compiled)}
        return tuple(makers), kinds

    def _requirements(self, compiler: ValueCompiler) -> tuple[Requirement, ...]:
        declared = self._declared.get("require")
        message = self._declared.get("message")
        if declared is None:
            if message is not None:
                self._problem("message", "message says what a failed require says; there is none")
            return ()
        if not isinstance(declared, list | tuple):
            return (_requirement(declared, message, ("require",), compiler),)
        if message is not None:
            self._problem("message", "write the message beside each check of the list")
        found: list[Requirement] = []
        for index, each in enumerate(declared):
            path: Path = ("require", index)
            if not isinstance(each, Mapping):
                found.append(_requirement(each, None, path, compiler))
            elif set(each) <= {"check", "message"} and "check" in each:
                check = (*path, "check")
                found.append(_requirement(each["check"], each.get("message"), check, compiler))
            else:
                wrong = "a requirement is CEL, or {check, message}"
                compiler.problems.append(DeclarationError(path, wrong))
        return tuple(found)

    def _effects(
        self,
        declared: Mapping[str, object],
        above: Path,
        environment: Environment,
        hidden: Mapping[str, str],
    ) -> tuple[Effects, set[str]]:
        """Return what the state keys, `emit` and `directives` do, and the variables they read."""
        schema = self._surroundings.state
        changing = ValueCompiler(environment.without({**hidden, **_NOT_NEXT}))
        defaults = None
        if schema is not None:  # what others keep in the state is not replaced
            defaults = without(schema.defaults(), slice_keys(schema.source))
        changes = compile_changes(declared, above, changing, defaults)
        asking = changing.within(environment.without(hidden))
        asks = []
        if "emit" in declared:
            asks += compile_emit(declared["emit"], (*above, "emit"), asking)
        if "directives" in declared:
            asks += compile_directives(declared["directives"], (*above, "directives"), asking)
        self.problems += changing.problems
        wants_next = "next" in asking.names
        return Effects(changes, tuple(asks), wants_next, schema), asking.names

    def _failure(self, environment: Environment) -> tuple[Effects | None, set[str]]:
        """Return what `on_error` does, and the variables that it reads."""
        declared = self._declared.get("on_error")
        if declared is None:
            return None, set()
        if not isinstance(declared, Mapping):
            self._problem("on_error", f"{declared!r} is not a mapping of outcome keys")
            return None, set()
        self._check_keys(declared, ("on_error",), frozenset(_OUTCOME_KEYS))
        result = _WORK_FAILED if self._has_work else _NO_WORK
        return self._effects(declared, ("on_error",), environment, NO_ELEMENT | result)


def _compiled_schema(declared: Mapping[str, object]) -> Schema:
    """Return the compiled schema; many actions say the same."""
    try:
        key = msgspec.json.encode(declared)
        is_json = msgspec.json.decode(key) == declared
    except (TypeError, ValueError, RecursionError):
        is_json = False
    return _schema_of(key) if is_json else compile_schema(declared)


@lru_cache(maxsize=256)
def _schema_of(key: bytes) -> Schema:
    return compile_schema(msgspec.json.decode(key))


def _local_type(compiled: Constant | Computed) -> CelType:
    if isinstance(compiled, Computed):
        return DYN if compiled.result_type is None else json_type(compiled.result_type)
    if isinstance(compiled.value, dict | list):
        return DYN
    return json_type(constant_type(compiled.value))


def _requirement(
    check: object, message: object, path: Path, compiler: ValueCompiler
) -> Requirement:
    condition = compiler.condition(check, path)
    said = None
    if message is not None:
        place = ("message",) if path == ("require",) else (*path[:-1], "message")
        said = runner(compiler.text(str(message), place))
    return Requirement(".".join(map(str, path)), str(check), condition.run, said)
