"""The types of the expression language, and what type a call gives.

Here live the type record and the rules from argument types to result types. A rule says `dyn`
unless the result has one type whatever the run brings. No syntax trees, no values.
"""

from __future__ import annotations

from typing import NamedTuple


class CelType(NamedTuple):
    """A type; `item` is a list's element, a map's value or what an optional may hold."""

    kind: str
    item: CelType | None = None
    name: str = ""

    def __str__(self) -> str:
        """Return the type as an error message writes it."""
        if self.kind == "list":
            return f"list({self.item})"
        if self.kind == "map":
            return f"map(string, {self.item})"
        if self.kind == "optional":
            return f"optional({self.item})"
        return "object" if self.kind == "message" else self.kind


DYN = CelType("dyn")
NULL = CelType("null")
BOOL = CelType("bool")
INT = CelType("int")
DOUBLE = CelType("double")
STRING = CelType("string")
BYTES = CelType("bytes")
TIMESTAMP = CelType("timestamp")
DURATION = CelType("duration")
TYPE = CelType("type")
ANY_LIST = CelType("list", DYN)
ANY_MAP = CelType("map", DYN)

SCALARS = frozenset({BOOL, INT, DOUBLE, STRING})
"""The types whose values are JSON as they are."""
COMPARED = SCALARS | {TIMESTAMP, DURATION, BYTES}
"""The types whose values of one kind compare as Python compares them."""
_SAME_KIND = frozenset({INT, DOUBLE, STRING, BYTES})
_CONTAINERS = ("list", "map", "optional")
_BOOLEAN = frozenset(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "!_", "@in"))


def list_of(item: CelType) -> CelType:
    """Return the type of a list with such elements."""
    return CelType("list", item)


def map_of(value: CelType) -> CelType:
    """Return the type of a map from text to such values."""
    return CelType("map", value)


def optional_of(value: CelType) -> CelType:
    """Return the type of an optional that may hold such a value."""
    return CelType("optional", value)


def json_type(kind: CelType) -> CelType:
    """Return the type that such a value has once it has left its expression."""
    if kind in (TIMESTAMP, DURATION, BYTES):
        return STRING
    if kind == NULL or kind.kind in ("optional", "type"):
        return DYN
    return kind if kind.item is None else CelType(kind.kind, json_type(kind.item))


def constant_type(value: object) -> CelType:
    """Return the type of a literal."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOL
        case int():
            return INT
        case float():
            return DOUBLE
        case bytes():
            return BYTES
        case _:
            return STRING


def common_type(types: list[CelType]) -> CelType:
    """Return the one type that all have, else dyn."""
    if not types:
        return DYN
    first = types[0]
    if all(each == first for each in types):
        return first
    if first.kind in _CONTAINERS and all(each.kind == first.kind for each in types):
        return CelType(first.kind, DYN)
    return DYN


def operator_type(name: str, arguments: list[CelType]) -> CelType | None:
    """Return the type of what an operator gives; None if *name* is none."""
    if name in _BOOLEAN:
        return BOOL
    match name:
        case "_+_" | "_-_" | "_*_" | "_/_":
            return _arithmetic(name, arguments)
        case "_%_":
            return INT
        case "-_":
            return arguments[0] if arguments[0] in (INT, DOUBLE) else DYN
        case "_?_:_":
            return common_type(arguments[1:])
        case "_[_]":
            return _element(arguments[0])
        case "_[?_]":
            found = _element(arguments[0])
            return found if found.kind == "optional" else optional_of(found)
        case _:
            return None


def _element(container: CelType) -> CelType:
    if container.item is None:
        return DYN
    if container.kind == "optional":
        return optional_of(_element(container.item))
    return container.item


def _arithmetic(name: str, arguments: list[CelType]) -> CelType:
    """Return what comes out, as far as it is known whatever the dynamic ones are."""
    for each in arguments:
        if each in _SAME_KIND:
            return each  # one operand is enough, for nothing mixes
    first, second = arguments
    if name == "_-_" and second == TIMESTAMP:
        return DURATION
    if name == "_+_" and TIMESTAMP in arguments:
        return TIMESTAMP
    if second == DURATION and first in (DURATION, TIMESTAMP):
        return first
    return common_type(arguments) if all(each.kind == "list" for each in arguments) else DYN
