"""The types of the expression language, and what type a call gives.

Here live the type record and the rules from argument types to result types. A rule says `dyn`
unless the result has one type whatever the run brings. No syntax trees, no values.
"""

from __future__ import annotations

from typing import NamedTuple


class CelType(NamedTuple):
    """A type of the expression language; `item` is a list's element or a map's value."""

    kind: str
    item: CelType | None = None
    name: str = ""

    def __str__(self) -> str:
        """Return the type as an error message writes it."""
        if self.kind == "list":
            return f"list({self.item})"
        if self.kind == "map":
            return f"map(string, {self.item})"
        return "object" if self.kind == "message" else self.kind


DYN = CelType("dyn")
NULL = CelType("null")
BOOL = CelType("bool")
INT = CelType("int")
DOUBLE = CelType("double")
STRING = CelType("string")
TIMESTAMP = CelType("timestamp")
ANY_LIST = CelType("list", DYN)
ANY_MAP = CelType("map", DYN)

SCALARS = frozenset({BOOL, INT, DOUBLE, STRING})
_NUMBERS_AND_TEXT = frozenset({INT, DOUBLE, STRING})

_FIXED = {
    **dict.fromkeys(
        ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "!_", "@in", "bool"), BOOL
    ),
    **dict.fromkeys(("contains", "startsWith", "endsWith"), BOOL),
    **dict.fromkeys(("size", "int", "indexOf", "lastIndexOf", "_%_"), INT),
    **dict.fromkeys(("string", "charAt", "join", "lowerAscii", "upperAscii", "replace"), STRING),
    **dict.fromkeys(("substring", "trim"), STRING),
    "double": DOUBLE,
    "dyn": DYN,
    "split": CelType("list", STRING),
}


def list_of(item: CelType) -> CelType:
    """Return the type of a list with such elements."""
    return CelType("list", item)


def map_of(value: CelType) -> CelType:
    """Return the type of a map from text to such values."""
    return CelType("map", value)


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
        case _:
            return STRING


def common_type(types: list[CelType]) -> CelType:
    """Return the one type that all have, else dyn."""
    if not types:
        return DYN
    first = types[0]
    if all(each == first for each in types):
        return first
    if first.kind in ("list", "map") and all(each.kind == first.kind for each in types):
        return CelType(first.kind, DYN)
    return DYN


def call_type(name: str, arguments: list[CelType]) -> CelType:
    """Return the type of a call of *name*, an operator or a function."""
    fixed = _FIXED.get(name)
    if fixed is not None:
        return fixed
    match name:
        case "_+_" | "_-_" | "_*_" | "_/_":
            return _arithmetic(arguments)
        case "-_":
            return arguments[0] if arguments[0] in (INT, DOUBLE) else DYN
        case "_?_:_":
            return common_type(arguments[1:])
        case "_[_]":
            container = arguments[0]
            is_known = container.kind in ("list", "map") and container.item is not None
            return container.item if is_known and container.item is not None else DYN
        case "min" | "max":
            return _extreme(arguments)
        case _:
            return DYN


def _arithmetic(arguments: list[CelType]) -> CelType:
    """Return the operands' type; one concrete scalar is enough, for nothing mixes."""
    for each in arguments:
        if each in _NUMBERS_AND_TEXT:
            return each
    return common_type(arguments) if all(each.kind == "list" for each in arguments) else DYN


def _extreme(arguments: list[CelType]) -> CelType:
    if len(arguments) == 1 and arguments[0].kind == "list":
        item = arguments[0].item
        return item if item in SCALARS and item is not None else DYN
    common = common_type(arguments)
    return common if common in SCALARS else DYN
