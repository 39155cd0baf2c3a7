"""The state keys of a declared action: `delete replace set merge append prepend keep`.

Here they are compiled, checked against the state's types as far as these tell, and turned into
changes. All values see the old state; the keys are applied in the order above. That the state
that comes out is valid is the schema's business, and the command's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from jido_cli.core.cel.template import (
    Compiled,
    Constant,
    DeclarationError,
    Path,
    ValueCompiler,
    runner,
)
from jido_cli.core.cel.types import json_type
from jido_cli.core.declarative.failures import failed, unfit
from jido_cli.core.declarative.guard import Make
from jido_cli.core.declarative.paths import (
    NEVER_A_MAPPING,
    Touch,
    called,
    element_misfits,
    leaves,
    meetings,
    misfits,
    unknown,
)
from jido_cli.core.expressions import EvaluationError, Scope
from jido_cli.core.shown import show
from jido_cli.core.state_ops import (
    DeletePath,
    ReplaceState,
    SetPath,
    SetState,
    StateOp,
    apply,
)
from jido_cli.core.updates import with_items
from jido_cli.core.values import FrozenDict, freeze, of_items

STATE_KEYS = ("delete", "replace", "set", "merge", "append", "prepend", "keep")
_PATH_KEYS = ("set", "append", "prepend", "keep")
_EMPTY = of_items({})
_MISSING = object()


class _Entry(msgspec.Struct, frozen=True):
    """A path of the state under one of the keys, and the value beside it."""

    verb: str
    key: str
    where: Path
    segments: tuple[Compiled, ...]
    value: Compiled
    make: Make

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return ".".join(map(str, self.where))

    @property
    def literal_path(self) -> tuple[str, ...] | None:
        """The path, if nothing in it is computed; empty if there is a mistake in it."""
        values = tuple(str(each.value) for each in self.segments if isinstance(each, Constant))
        return values if len(values) == len(self.segments) else None

    @property
    def is_plain(self) -> bool:
        """Whether merging gives the same as assigning: one key, no mapping as value."""
        if self.verb != "set" or len(self.segments) != 1 or self.literal_path is None:
            return False
        if isinstance(self.value, Constant):
            return not isinstance(self.value.value, Mapping)
        kind = self.value.result_type
        return kind is not None and (json_type(kind) in NEVER_A_MAPPING or kind.kind == "list")

    def path(self, scope: Scope) -> tuple[str, ...]:
        """Return the path in a scope."""
        try:
            return tuple(str(runner(segment)(scope)) for segment in self.segments)
        except EvaluationError as error:
            raise failed(self.place, error) from None

    def made(self, scope: Scope) -> object:
        """Return the value in a scope, frozen."""
        try:
            return freeze(self.make(scope), where=self.place)
        except EvaluationError as error:
            raise failed(self.place, error) from None


class _Whole(msgspec.Struct, frozen=True):
    """The mapping of `replace` or `merge`."""

    place: str
    make: Make

    def made(self, scope: Scope) -> Mapping[str, object]:
        """Return the mapping in a scope."""
        try:
            value = self.make(scope)
        except EvaluationError as error:
            raise failed(self.place, error) from None
        if isinstance(value, dict):
            return value
        raise unfit(self.place, f"the expression gives {show(value)}, not a mapping")


class Changes:
    """The compiled state keys of one action, or of its `on_error`."""

    def __init__(
        self,
        entries: Sequence[_Entry],
        replace: _Whole | None,
        merge: _Whole | None,
        defaults: FrozenDict,
    ) -> None:
        self._entries = tuple(entries)
        self._replace = replace
        self._merge = merge
        self._defaults = defaults
        self._plain = tuple((each.key, each.place, each.make) for each in entries)
        is_whole = replace is not None or merge is not None
        self.is_delta = not is_whole and all(each.is_plain for each in entries)
        self._is_literal = all(each.literal_path is not None for each in entries)

    def delta(self, scope: Scope) -> dict[str, object]:
        """Return the changes as a mapping to be merged; only if `is_delta`."""
        made: dict[str, object] = {}
        place = ""
        try:
            for key, place, make in self._plain:  # noqa: B007 - told below
                made[key] = make(scope)
        except EvaluationError as error:
            raise failed(place, error) from None
        return made

    def apply(self, scope: Scope, state: FrozenDict) -> tuple[FrozenDict, dict[str, object]]:
        """Return *state* with the changes, which may not be valid, and its members that changed."""
        if self.is_delta:
            delta = self.delta(scope).items()
            changed = {key: freeze(value, where=f"set.{key}") for key, value in delta}
            return with_items(state, changed), changed
        made = [(each, each.path(scope), each.made(scope)) for each in self._entries]
        ops: list[StateOp] = [DeletePath(path) for each, path, _ in made if each.verb == "delete"]
        if self._replace is not None:
            ops.append(ReplaceState({**self._defaults, **self._replace.made(scope)}))
        ops += [SetPath(path, value) for each, path, value in made if each.verb == "set"]
        if self._merge is not None:
            ops.append(SetState(self._merge.made(scope)))
        if not self._is_literal:
            _check_distinct(made)
        following = apply(state, ops)
        fronts = {path for each, path, _ in made if each.verb == "prepend"}
        for verb in ("append", "prepend", "keep"):
            for each, path, value in made:
                if each.verb == verb:
                    following = _relisted(following, each, path, value, is_front=path in fronts)
        names = following if self._replace is not None else _touched(ops, made)
        return following, {name: following[name] for name in names if name in following}


def _relisted(
    state: FrozenDict, entry: _Entry, path: tuple[str, ...], value: object, *, is_front: bool
) -> FrozenDict:
    """Return *state* with an element added to the list at a path, or its newest ones kept."""
    found = _at(state, path)
    if found is _MISSING or found is None:
        if entry.verb == "keep":
            return state
        found = []
    if not isinstance(found, list):
        raise unfit(entry.place, f"{'.'.join(path)} is {show(found)}, not a list")
    match entry.verb:
        case "append":
            new = [*found, value]
        case "prepend":
            new = [value, *found]
        case _:
            count = _count(entry, value)
            if len(found) <= count:
                return state
            new = found[:count] if is_front else found[len(found) - count :]
    return apply(state, [SetPath(path, new)])


def _count(entry: _Entry, value: object) -> int:
    if type(value) is int and value >= 0:
        return value
    raise unfit(entry.place, f"{show(value)} is not a count of elements, 0 or more")


def _at(state: FrozenDict, path: Sequence[str]) -> object:
    found: object = state
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return _MISSING
        found = found[name]
    return found


def _touched(
    ops: Sequence[StateOp], made: Sequence[tuple[_Entry, tuple[str, ...], object]]
) -> dict[str, None]:
    """Return the names of the members that are touched, each once."""
    names = dict.fromkeys(path[0] for _, path, _ in made)
    for op in ops:
        if isinstance(op, SetState):
            names.update(dict.fromkeys(op.attrs))
    return names


def _check_distinct(made: Sequence[tuple[_Entry, tuple[str, ...], object]]) -> None:
    """Refuse computed paths that meet."""
    touches = (Touch(each.verb, ".".join(path), path, each.where) for each, path, _ in made)
    for one, other in meetings(touches):
        message = other.told_with(one)
        raise unfit(".".join(map(str, one.where[:-1])), message)


def compile_changes(
    declared: Mapping[str, object],
    above: Path,
    compiler: ValueCompiler,
    defaults: FrozenDict | None,
) -> Changes | None:
    """Return the state keys of *declared* compiled, None if it has none.

    Args:
        declared: an action's declaration, or what its `on_error` holds.
        above: where that stands.
        compiler: compiles the values; takes what is wrong.
        defaults: of the state's schema.
    """
    if not any(key in declared for key in STATE_KEYS):
        return None
    entries = _deletions(declared.get("delete", ()), above, compiler)
    for verb in _PATH_KEYS:
        entries += _entries(verb, declared.get(verb, {}), above, compiler)
    wholes = [_whole(verb, declared, above, compiler) for verb in ("replace", "merge")]
    touches = [
        Touch(each.verb, each.key, each.literal_path, each.where)
        for each in entries
        if each.literal_path
    ]
    for verb in ("replace", "merge"):
        value = declared.get(verb)
        paths = leaves(value) if verb == "merge" else _members(value)
        touches += [Touch(verb, "", path, (*above, verb, *path)) for path in paths]
    for one, other in meetings(touches):
        message = one.told_with(other)
        compiler.problems.append(DeclarationError(one.where, message, is_key=True))
    return Changes(entries, wholes[0], wholes[1], _EMPTY if defaults is None else defaults)


def _members(value: object) -> list[tuple[str, ...]]:
    return [(str(key),) for key in value] if isinstance(value, Mapping) else []


def _deletions(declared: object, above: Path, compiler: ValueCompiler) -> list[_Entry]:
    if not isinstance(declared, list | tuple):
        _note(compiler, (*above, "delete"), f"{declared!r} is not a list of paths")
        return []
    entries = []
    for number, key in enumerate(declared):
        path: Path = (*above, "delete", number)
        if not isinstance(key, str):
            _note(compiler, path, f"{key!r} is not a path")
            continue
        segments = compiler.segments(key, path, is_key=False)
        nothing = Constant(None)
        entry = _Entry("delete", key, path, segments, nothing, runner(nothing))
        if entry.literal_path:
            wrong = unknown(list(entry.literal_path), path, compiler.environment)
            compiler.problems += [each.as_value() for each in wrong]
        entries.append(entry)
    return entries


def _entries(verb: str, declared: object, above: Path, compiler: ValueCompiler) -> list[_Entry]:
    if not isinstance(declared, Mapping):
        _note(compiler, (*above, verb), f"{declared!r} is not a mapping")
        return []
    return [
        _entry(verb, str(key), value, (*above, verb, key), compiler)
        for key, value in declared.items()
    ]


def _entry(verb: str, key: str, value: object, path: Path, compiler: ValueCompiler) -> _Entry:
    compiled = compiler.value(value, path)
    found = _Entry(verb, key, path, compiler.segments(key, path), compiled, runner(compiled))
    names = list(found.literal_path or ())
    environment = compiler.environment
    if verb == "keep" and isinstance(compiled, Constant):
        count = compiled.value
        if type(count) is not int or count < 0:
            _note(compiler, path, f"{count!r} is not a count of elements, 0 or more")
    if names and verb == "set":
        compiler.problems += misfits(names, compiled, path, environment)
    elif names:
        element = None if verb == "keep" else compiled
        compiler.problems += element_misfits(names, element, path, environment)
    return found


def _whole(
    verb: str, declared: Mapping[str, object], above: Path, compiler: ValueCompiler
) -> _Whole | None:
    if verb not in declared:
        return None
    path = (*above, verb)
    value = declared[verb]
    compiled = compiler.value(value, path)
    kind = None if isinstance(compiled, Constant) else compiled.result_type
    if isinstance(value, Mapping):
        for key in value:
            compiler.problems += unknown([str(key)], (*path, str(key)), compiler.environment)
    elif isinstance(compiled, Constant):
        _note(compiler, path, f"{verb} needs a mapping, not {compiled.value!r}")
    elif kind is not None and kind.kind not in ("map", "message", "dyn"):
        _note(compiler, path, f"{verb} needs a mapping, not {called(kind)}")
    return _Whole(".".join(map(str, path)), runner(compiled))


def _note(compiler: ValueCompiler, path: Path, message: str) -> None:
    compiler.problems.append(DeclarationError(path, message))
