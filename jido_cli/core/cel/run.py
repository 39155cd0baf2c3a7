"""The operators of the expression language, as generated code calls them.

Each has the semantics of CEL, not of Python: 1 is not true, integers have 64 bits, integers and
decimals do not mix, division truncates towards zero, an index is never negative. A helper that
can meet dynamic values takes the fuel first and charges what it touches and makes. Kinds and
budgets are in `jido_cli.core.cel.values`, functions that have a name in the modules that
`jido_cli.core.cel.library` lists. No syntax, no types, no positions.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence

from jido_cli.core.cel.values import (
    NOTHING,
    CelError,
    Duration,
    Fuel,
    Maybe,
    Timestamp,
    Value,
    a_bool,
    a_maybe,
    afford_text,
    in_range,
    kind_of,
    no_overload,
    out_of_range,
    overflow,
    spend,
    spend_text,
    with_article,
)
from jido_cli.core.values import MIN_INT

_ORDERED = frozenset(("int", "double", "string", "bool", "bytes", "timestamp", "duration"))
_NUMBERS = frozenset({"int", "double"})
_SIZED = frozenset({"string", "bytes", "type"})
_COMPARED_BY_PYTHON = frozenset({int, float, bool, type(None)})
_ORDERED_BY_PYTHON = frozenset({int, float, bool})
_KEYS_NOT_THERE = frozenset({"int", "double", "bool"})
_SECOND = 1_000_000_000
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999."""


def equal(fuel: Fuel, a: Value, b: Value) -> bool:
    """Compare as CEL does: numbers by value, everything else only within its kind."""
    if type(a) is type(b) and type(a) in _COMPARED_BY_PYTHON:
        return a == b
    kind, other = kind_of(a), kind_of(b)
    if kind != other:
        return a == b if kind in _NUMBERS and other in _NUMBERS else False
    if kind == "list":
        return _equal_lists(fuel, a, b)  # type: ignore[arg-type]
    if kind == "map":
        return _equal_maps(fuel, a, b)  # type: ignore[arg-type]
    if kind == "optional":
        return _equal_maybes(fuel, a, b)  # type: ignore[arg-type]
    if kind in _SIZED:
        spend(fuel, len(a) >> 6)  # type: ignore[arg-type]
    return a == b


def _equal_maybes(fuel: Fuel, a: Maybe, b: Maybe) -> bool:
    if not a.is_present or not b.is_present:
        return a.is_present == b.is_present
    return equal(fuel, a.value, b.value)


def _equal_lists(fuel: Fuel, a: list[Value], b: list[Value]) -> bool:
    if len(a) != len(b):
        return False
    spend(fuel, len(a))
    return all(equal(fuel, one, other) for one, other in zip(a, b, strict=True))


def _equal_maps(fuel: Fuel, a: dict[str, Value], b: dict[str, Value]) -> bool:
    if len(a) != len(b):
        return False
    spend(fuel, len(a))
    return all(key in b and equal(fuel, value, b[key]) for key, value in a.items())


def unequal(fuel: Fuel, a: Value, b: Value) -> bool:
    """Return whether the values are not equal."""
    return not equal(fuel, a, b)


def _comparison(name: str, compare: Callable[..., bool]) -> Callable[..., bool]:
    def compared(fuel: Fuel, a: Value, b: Value) -> bool:
        if type(a) is type(b) and type(a) in _ORDERED_BY_PYTHON:
            return compare(a, b)
        kind, other = kind_of(a), kind_of(b)
        if kind != other:
            if kind not in _NUMBERS or other not in _NUMBERS:
                raise no_overload(name, a, b)
        elif kind not in _ORDERED:
            raise no_overload(name, a, b)
        if kind in _SIZED:
            spend(fuel, len(a) >> 6)  # type: ignore[arg-type]
        return compare(a, b)

    return compared


def add(fuel: Fuel, a: Value, b: Value) -> Value:
    """Add numbers or times, or join texts or lists."""
    if type(a) is int and type(b) is int:
        return in_range(a + b)
    if type(a) is float and type(b) is float:
        return a + b
    if type(a) is str and type(b) is str:
        return join_texts(fuel, a, b)
    if isinstance(a, list) and isinstance(b, list):
        spend(fuel, len(a) + len(b))
        return [*a, *b]
    if type(a) is bytes and type(b) is bytes:
        afford_text(fuel, len(a) + len(b))
        fuel[1] -= len(a) + len(b)
        return a + b
    kinds = kind_of(a), kind_of(b)
    if kinds in (("timestamp", "duration"), ("duration", "timestamp")):
        return timestamp_of(int(a) + int(b))  # type: ignore[call-overload]
    if kinds == ("duration", "duration"):
        return duration_of(int(a) + int(b))  # type: ignore[call-overload]
    raise no_overload("+", a, b)


def join_texts(fuel: Fuel, a: str, b: str) -> str:
    """Return the text *a* and *b* after it."""
    afford_text(fuel, len(a) + len(b))
    return spend_text(fuel, a + b)


def subtract(_fuel: Fuel, a: Value, b: Value) -> Value:
    """Subtract numbers of one kind, or times."""
    if type(a) is int and type(b) is int:
        return in_range(a - b)
    if type(a) is float and type(b) is float:
        return a - b
    kinds = kind_of(a), kind_of(b)
    if kinds == ("timestamp", "duration"):
        return timestamp_of(int(a) - int(b))  # type: ignore[call-overload]
    if kinds in (("timestamp", "timestamp"), ("duration", "duration")):
        return duration_of(int(a) - int(b))  # type: ignore[call-overload]
    raise no_overload("-", a, b)


def multiply(_fuel: Fuel, a: Value, b: Value) -> Value:
    """Multiply numbers of one kind."""
    if type(a) is int and type(b) is int:
        return in_range(a * b)
    if type(a) is float and type(b) is float:
        return a * b
    raise no_overload("*", a, b)


def divide(_fuel: Fuel, a: Value, b: Value) -> Value:
    """Divide numbers of one kind."""
    if type(a) is int and type(b) is int:
        return divide_ints(a, b)
    if type(a) is float and type(b) is float:
        return divide_doubles(a, b)
    raise no_overload("/", a, b)


def remainder(_fuel: Fuel, a: Value, b: Value) -> Value:
    """Return the remainder of integers."""
    if type(a) is int and type(b) is int:
        return remainder_of_ints(a, b)
    raise no_overload("%", a, b)


def negate(_fuel: Fuel, a: Value) -> Value:
    """Return the number with the other sign."""
    if type(a) is int:
        return in_range(-a)
    if type(a) is float:
        return -a
    raise no_overload("-", a)


def invert(_fuel: Fuel, a: Value) -> bool:
    """Return the other boolean."""
    return not a_bool(a)


def timestamp_of(nanoseconds: int) -> Timestamp:
    """Return the point in time, if it is in the years 1 to 9999."""
    if _FIRST_SECOND <= nanoseconds // _SECOND <= _LAST_SECOND:
        return Timestamp(nanoseconds)
    raise CelError("the point in time is not in the years 1 to 9999")


def duration_of(nanoseconds: int) -> Duration:
    """Return the length of time, if its nanoseconds fit in 64 bits."""
    return Duration(in_range(nanoseconds))


def divide_ints(a: int, b: int) -> int:
    """Divide, towards zero."""
    if b == 0:
        raise CelError("division by zero")
    quotient = abs(a) // abs(b)
    return in_range(quotient if (a < 0) == (b < 0) else -quotient)


def remainder_of_ints(a: int, b: int) -> int:
    """Return the remainder, which has the sign of *a*."""
    if b == 0:
        raise CelError("remainder of a division by zero")
    if b == -1:
        return overflow() if a == MIN_INT else 0
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


def divide_doubles(a: float, b: float) -> float:
    """Divide as IEEE 754 says: by zero it is infinite, or no number."""
    if b:
        return a / b
    if a == 0 or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1, b)


def index(_fuel: Fuel, container: Value, key: Value) -> Value:
    """Look an element up by index, or a value by key."""
    match container:
        case list():
            if type(key) is float and key.is_integer():
                key = int(key)
            if type(key) is not int:
                raise no_overload("an index", container, key)
            return element(container, key)
        case dict():
            if kind_of(key) in ("null", "list", "map"):
                raise no_overload("a key", container, key)
            if type(key) is not str:
                raise KeyError(key)
            return container[key]
        case Maybe():
            return may_index(_fuel, container, key)
    raise no_overload("[]", container, key)


def element(container: Sequence[Value], position: int) -> Value:
    """Look an element up in what is known to be a list."""
    if 0 <= position < len(container):
        return container[position]
    raise out_of_range(position, len(container))


def select(container: Value, key: str) -> Value:
    """Look a field up; of an optional it is an optional."""
    if isinstance(container, dict):
        return container[key]
    if type(container) is Maybe:
        return may_select(None, container, key)
    raise CelError(f"{with_article(container)} has no fields: .{key} cannot be read")


def is_present(container: Value, key: str) -> bool:
    """Return whether a map has the key; a null is present."""
    if isinstance(container, dict):
        return key in container
    if type(container) is Maybe:
        return may_select(None, container, key).is_present
    raise CelError(f"{with_article(container)} has no fields: has() cannot ask for .{key}")


def may_select(_fuel: Fuel | None, container: Value, key: str) -> Maybe:
    """Look a field up that may be absent."""
    if type(container) is Maybe:
        return may_select(_fuel, container.value, key) if container.is_present else container
    if isinstance(container, dict):
        return Maybe(container[key]) if key in container else NOTHING
    raise CelError(f"{with_article(container)} has no fields: .?{key} cannot be read")


def may_index(_fuel: Fuel, container: Value, key: Value) -> Maybe:
    """Look an element or a value up that may be absent."""
    match container:
        case Maybe():
            return may_index(_fuel, container.value, key) if container.is_present else container
        case dict():
            return Maybe(container[key]) if type(key) is str and key in container else NOTHING
        case list():
            if type(key) is not int:
                raise no_overload("[?]", container, key)
            return Maybe(container[key]) if 0 <= key < len(container) else NOTHING
    raise no_overload("[?]", container, key)


def may_be(value: Value) -> Maybe:
    """Return *value* if it is an optional, as `?` before an entry needs it."""
    return a_maybe("an entry with ?", value)


def contained(fuel: Fuel, value: Value, container: Value) -> bool:
    """Return whether a list has the element, or a map the key."""
    match container:
        case dict():
            kind = kind_of(value)
            if kind == "string":
                return value in container
            if kind in _KEYS_NOT_THERE:
                return False
        case list():
            spend(fuel, len(container))
            return any(equal(fuel, value, each) for each in container)
    raise no_overload("in", value, container)


def again(error: Exception) -> Value:
    """Raise what was kept when a bound value failed."""
    raise error


OPERATORS: Mapping[str, Callable[..., Value]] = {
    "_==_": equal,
    "_!=_": unequal,
    "_<_": _comparison("<", operator.lt),
    "_<=_": _comparison("<=", operator.le),
    "_>_": _comparison(">", operator.gt),
    "_>=_": _comparison(">=", operator.ge),
    "_+_": add,
    "_-_": subtract,
    "_*_": multiply,
    "_/_": divide,
    "_%_": remainder,
    "-_": negate,
    "!_": invert,
    "_[_]": index,
    "_?._": may_select,
    "_[?_]": may_index,
    "@in": contained,
}
