"""Paths into the state, as the state keys of a declaration name them: do they fit, do they meet?

What the state's types say against a path or a value is noted when a declaration is compiled. Two
keys that touch one path are an error: there when it can be seen, at the run for computed paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from jido_cli.core.cel.template import Compiled, Computed, DeclarationError, Path
from jido_cli.core.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    SCALARS,
    STRING,
    CelType,
    constant_type,
    json_type,
)
from jido_cli.core.expressions import Environment
from jido_cli.core.suggestions import did_you_mean

_OBJECTS = {"map", "message"}
_CALLED = {"int": "an integer", "double": "a number", "string": "text", "bool": "a boolean"} | {
    "list": "a list",
    "map": "a mapping",
    "message": "a mapping",
}
_CONVERTED = frozenset({INT, DOUBLE, STRING})
_LISTS = ("append", "prepend")


class Touch(NamedTuple):
    """A path that a key touches.

    Attributes:
        verb: the key, such as `set`.
        shown: the path as it is written; empty where the key has no paths of its own.
        path: its segments.
        where: where it is written in the declaration.
    """

    verb: str
    shown: str
    path: tuple[str, ...]
    where: Path

    def told_with(self, other: Touch) -> str:
        """Return the sentence that both touch one path."""
        if self.verb == other.verb and self.shown:
            return f"{self.shown!r} and {other.shown!r} of {self.verb} touch one path"
        return f"{self._told()} and {other._told()} touch one path"

    def _told(self) -> str:
        return f"{self.shown!r} of {self.verb}" if self.shown else self.verb


def meetings(touches: Iterable[Touch]) -> Iterator[tuple[Touch, Touch]]:
    """Give each touch that meets an earlier one, with that; a list may be added to and trimmed."""
    whole: dict[tuple[str, ...], Touch] = {}
    parts: dict[tuple[str, ...], Touch] = {}
    for touch in touches:
        path = touch.path
        prefixes = [path[:length] for length in range(1, len(path) + 1)]
        other = next((whole[each] for each in prefixes if each in whole), parts.get(path))
        if other is not None and not _may_meet(touch, other):
            yield touch, other
        whole.setdefault(path, touch)
        for each in prefixes:
            parts.setdefault(each, touch)


def _may_meet(touch: Touch, other: Touch) -> bool:
    return touch.verb == "keep" and other.verb in _LISTS and touch.path == other.path


def leaves(value: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give the paths at which a mapping that is merged puts values."""
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from leaves(each, (*above, str(key)))
    elif above:
        yield above


def unknown(names: list[str], path: Path, environment: Environment) -> list[DeclarationError]:
    """Return that the state has no such path, if its types say so."""
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


def misfits(
    names: list[str], value: Compiled, path: Path, environment: Environment
) -> list[DeclarationError]:
    """Return what the types say against a value at a path of the state."""
    wrong = unknown(names, path, environment)
    if wrong:
        return wrong
    return _misfit(".".join(names), value, environment.type_of("state", *names), path)


def element_misfits(
    names: list[str], value: Compiled | None, path: Path, environment: Environment
) -> list[DeclarationError]:
    """Return what the types say against a list at a path, and against an element for it."""
    wrong = unknown(names, path, environment)
    kind = environment.type_of("state", *names)
    if wrong or kind is None or kind == DYN:
        return wrong
    shown = ".".join(names)
    if kind.kind != "list":
        message = f"{shown} is {called(kind)}, not a list"
        return [DeclarationError(path, message, 1, 1, len(shown), is_key=True)]
    return [] if value is None else _misfit(f"an element of {shown}", value, kind.item, path)


def _misfit(
    what: str, value: Compiled, wanted: CelType | None, path: Path
) -> list[DeclarationError]:
    given = _given(value)
    if wanted is None or given is None or _fits(given, wanted):
        return []
    message = f"{what} is {called(wanted)}, but this gives {called(given)}"
    hint = None
    if wanted in _CONVERTED and given in _CONVERTED:
        hint = f"convert it: {wanted}(x)"
    return [DeclarationError(path, message, hint=hint)]


def _given(value: Compiled) -> CelType | None:
    if isinstance(value, Computed):
        return None if value.result_type is None else json_type(value.result_type)
    if isinstance(value.value, Mapping | list | tuple):
        return None
    return constant_type(value.value)


def _fits(given: CelType, wanted: CelType) -> bool:
    if DYN in (given, wanted) or given == wanted or (given, wanted) == (INT, DOUBLE):
        return True
    if wanted in SCALARS or given in SCALARS:
        return False
    return given == NULL or given.kind == wanted.kind or {given.kind, wanted.kind} == _OBJECTS


def called(kind: CelType) -> str:
    """Return the words for a type, as the schemas' own messages have them."""
    return _CALLED.get(kind.kind, str(kind))


NEVER_A_MAPPING = frozenset({BOOL, INT, DOUBLE, STRING, NULL})
"""Types whose values are put in the state as they are, by assigning as by merging."""
