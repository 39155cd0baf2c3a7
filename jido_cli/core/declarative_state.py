"""The state keys of a declared action: `set` and `merge`.

Here they are compiled, checked against the state's types as far as these tell, and turned into
changes. All values see the old state; `set` replaces, `merge` merges deeply, in this order. That
the state that comes out is valid is the schema's business, and the command's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jido_cli.core.action import ActionError
from jido_cli.core.cel_template import (
    Compiled,
    Computed,
    Constant,
    DeclarationError,
    Path,
    ValueCompiler,
    runner,
)
from jido_cli.core.cel_types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    SCALARS,
    STRING,
    TIMESTAMP,
    CelType,
    constant_type,
)
from jido_cli.core.expressions import Environment, EvaluationError, Scope
from jido_cli.core.state_ops import SetPath, SetState, StateOp, apply
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.values import FrozenDict, freeze, with_items

Make = Callable[[Scope], object]
_NEVER_A_MAPPING = frozenset({BOOL, INT, DOUBLE, STRING, NULL, TIMESTAMP})


def failed(place: str, error: EvaluationError) -> ActionError:
    """Return the failure of an action whose expression at *place* failed."""
    return ActionError(
        f"{place}: {error.message} in {error.source!r} at {error.line}:{error.column}",
        code="expression",
        retryable=False,
        details={
            "key": place,
            "expression": error.source,
            "line": error.line,
            "column": error.column,
        },
    )


@dataclass(frozen=True, slots=True)
class _Assignment:
    """One key of `set`: a path of literal and computed segments, and its value."""

    key: str
    segments: tuple[Compiled, ...]
    value: Compiled
    make: Make

    @property
    def literal_path(self) -> tuple[object, ...] | None:
        """The path, if nothing in it is computed; empty if there is a mistake in it."""
        values = tuple(each.value for each in self.segments if isinstance(each, Constant))
        return values if len(values) == len(self.segments) else None

    @property
    def is_plain(self) -> bool:
        """Whether merging gives the same as replacing: one key, no mapping as value."""
        if len(self.segments) != 1 or self.literal_path is None:
            return False
        if isinstance(self.value, Constant):
            return not isinstance(self.value.value, Mapping)
        kind = self.value.result_type
        return kind is not None and (kind in _NEVER_A_MAPPING or kind.kind == "list")


class Changes:
    """The compiled state keys of one action: the assignments of `set`, and `merge`."""

    def __init__(self, assignments: Sequence[_Assignment], merge: Compiled | None) -> None:
        self._assignments = tuple(assignments)
        self._merge = None if merge is None else runner(merge)
        self._plain = tuple((each.key, each.make) for each in assignments)
        self.is_delta = merge is None and all(each.is_plain for each in assignments)
        self._is_literal = all(each.literal_path is not None for each in assignments)

    def delta(self, scope: Scope) -> dict[str, object]:
        """Return the changes as a mapping to be merged; only if `is_delta`."""
        made: dict[str, object] = {}
        key = ""
        try:
            for key, make in self._plain:
                made[key] = make(scope)
        except EvaluationError as error:
            raise failed(f"set.{key}", error) from None
        return made

    def apply(self, scope: Scope, state: FrozenDict) -> tuple[FrozenDict, dict[str, object]]:
        """Return *state* with the changes, which may not be valid, and its members that changed."""
        if self.is_delta:
            delta = self.delta(scope).items()
            changed = {key: freeze(value, where=f"set.{key}") for key, value in delta}
            return with_items(state, changed), changed
        ops: list[StateOp] = [self._assigned(each, scope) for each in self._assignments]
        if not self._is_literal:
            _check_distinct([op.path for op in ops if isinstance(op, SetPath)])
        if self._merge is not None:
            ops.append(SetState(self._merged(self._merge, scope)))
        following = apply(state, ops)
        return following, {name: following[name] for name in _touched(ops)}

    def _assigned(self, assignment: _Assignment, scope: Scope) -> SetPath:
        place = f"set.{assignment.key}"
        try:
            path = [str(runner(segment)(scope)) for segment in assignment.segments]
            return SetPath(path, freeze(assignment.make(scope), where=place))
        except EvaluationError as error:
            raise failed(place, error) from None

    def _merged(self, make: Make, scope: Scope) -> Mapping[str, object]:
        try:
            value = make(scope)
        except EvaluationError as error:
            raise failed("merge", error) from None
        if isinstance(value, dict):
            return value
        message = f"merge: the expression gives {value!r}, not a mapping"
        raise ActionError(message, code="expression", retryable=False)


def _touched(ops: Sequence[StateOp]) -> dict[str, None]:
    """Return the names of the members that operations touch, each once."""
    names: dict[str, None] = {}
    for op in ops:
        match op:
            case SetPath(path):
                names[path[0]] = None
            case SetState(attrs):
                names.update(dict.fromkeys(attrs))
    return names


def compile_changes(
    declaration: Mapping[str, object], compiler: ValueCompiler, environment: Environment
) -> Changes | None:
    """Return the state keys of *declaration* compiled, None if it has none."""
    if "set" not in declaration and "merge" not in declaration:
        return None
    assignments: list[_Assignment] = []
    declared = declaration.get("set", {})
    if isinstance(declared, Mapping):
        for key, value in declared.items():
            assignments.append(_assignment(str(key), value, compiler, environment))
    else:
        compiler.problems.append(DeclarationError(("set",), f"{declared!r} is not a mapping"))
    merge = None
    if "merge" in declaration:
        merge = compiler.value(declaration["merge"], ("merge",))
        _check_merge(declaration["merge"], merge, compiler, environment)
    compiler.problems += _overlaps(assignments, _leaves(declaration.get("merge")))
    return Changes(assignments, merge)


def _assignment(
    key: str, value: object, compiler: ValueCompiler, environment: Environment
) -> _Assignment:
    path: Path = ("set", key)
    compiled = compiler.value(value, path)
    found = _Assignment(key, compiler.segments(key, path), compiled, runner(compiled))
    if found.literal_path:
        names = [str(name) for name in found.literal_path]
        compiler.problems += _misfits(names, compiled, path, environment)
    return found


def _check_merge(
    declared: object, merge: Compiled, compiler: ValueCompiler, environment: Environment
) -> None:
    kind = merge.result_type if isinstance(merge, Computed) else None
    if isinstance(declared, Mapping):
        for key in declared:
            compiler.problems += _unknown([str(key)], ("merge", str(key)), environment)
    elif isinstance(merge, Constant):
        message = f"merge needs a mapping, not {merge.value!r}"
        compiler.problems.append(DeclarationError(("merge",), message))
    elif kind is not None and kind.kind not in ("map", "message", "dyn"):
        message = f"merge needs a mapping, not {_called(kind)}"
        compiler.problems.append(DeclarationError(("merge",), message))


def _misfits(
    names: list[str], compiled: Compiled, path: Path, environment: Environment
) -> list[DeclarationError]:
    """Return what the types say against a value at a path of the state."""
    unknown = _unknown(names, path, environment)
    if unknown:
        return unknown
    wanted = environment.type_of("state", *names)
    given = (
        compiled.result_type
        if isinstance(compiled, Computed)
        else None
        if isinstance(compiled.value, Mapping | list | tuple)
        else constant_type(compiled.value)
    )
    if wanted is None or given is None or _fits(given, wanted):
        return []
    message = f"{'.'.join(names)} is {_called(wanted)}, but this gives {_called(given)}"
    hint = {
        (INT, DOUBLE): "convert it: int(x)",
        (STRING, INT): "convert it: string(x)",
        (STRING, DOUBLE): "convert it: string(x)",
    }.get((wanted, given))
    return [DeclarationError(path, message, hint=hint)]


def _unknown(names: list[str], path: Path, environment: Environment) -> list[DeclarationError]:
    column = 1
    for count, name in enumerate(names):
        holder = environment.type_of("state", *names[:count])
        if holder is not None and holder.kind == "message":
            fields = environment.fields_of(holder)
            if name not in fields:
                hint = did_you_mean(name, fields) or f"there is {', '.join(sorted(fields)[:8])}"
                message = f"the state has no key {'.'.join(names[: count + 1])!r}"
                return [DeclarationError(path, message, 1, column, len(name), hint, is_key=True)]
        column += len(name) + 1
    return []


def _fits(given: CelType, wanted: CelType) -> bool:
    if DYN in (given, wanted) or given == wanted or (given, wanted) == (INT, DOUBLE):
        return True
    if given == TIMESTAMP:
        return wanted == STRING
    if wanted in SCALARS or given in SCALARS:
        return False
    return given == NULL or given.kind == wanted.kind or {given.kind, wanted.kind} == _OBJECTS


_OBJECTS = {"map", "message"}
_CALLED = {"int": "an integer", "double": "a number", "string": "text", "bool": "a boolean"}


def _called(kind: CelType) -> str:
    """Return the words for a type, as the schemas' own messages have them."""
    others = {"list": "a list", "map": "a mapping", "message": "a mapping"}
    return (_CALLED | others).get(kind.kind, str(kind))


def _overlaps(
    assignments: Sequence[_Assignment], merged: Sequence[tuple[str, ...]]
) -> list[DeclarationError]:
    """Return the keys that touch a path which another key touches."""
    problems: list[DeclarationError] = []
    seen: list[tuple[tuple[object, ...], str]] = []
    for each in assignments:
        path = each.literal_path
        if not path:
            continue
        other = next((key for known, key in seen if _touch(known, path)), None)
        if other is not None:
            message = f"{each.key!r} and {other!r} of set touch one path"
            problems.append(DeclarationError(("set", each.key), message, is_key=True))
        seen.append((path, each.key))
    for leaf in merged:
        other = next((key for known, key in seen if _touch(known, leaf)), None)
        if other is not None:
            message = f"merge and {other!r} of set touch one path"
            problems.append(DeclarationError(("merge", *leaf), message, is_key=True))
    return problems


def _touch(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _leaves(value: object, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths at which a mapping that is merged puts values."""
    if not isinstance(value, Mapping) or not value:
        return [above] if above else []
    return [leaf for key, each in value.items() for leaf in _leaves(each, (*above, str(key)))]


def _check_distinct(paths: Sequence[Sequence[str]]) -> None:
    """Refuse computed paths that meet."""
    ordered = sorted(map(tuple, paths))
    for one, other in pairwise(ordered):
        if _touch(one, other):
            message = f"set: {'.'.join(one)!r} and {'.'.join(other)!r} touch one path"
            raise ActionError(message, code="expression", retryable=False)
