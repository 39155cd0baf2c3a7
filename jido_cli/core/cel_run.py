"""What generated code calls while an expression runs: kinds, fuel, operators.

Each helper has the semantics of CEL, not of Python: 1 is not true, integers have 64 bits, integers
and decimals do not mix, division truncates towards zero, an index is never negative. A helper that
can meet dynamic values takes the fuel first and charges what it touches and makes. Functions that
have a name are in `jido_cli.core.cel_library`. No syntax, no types, no positions.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from jido_cli.core.values import MAX_INT, MIN_INT, FrozenDict, FrozenList

ITERATIONS = 10_000
STEP = 64
"""Work of one iteration; an element or 64 characters touched by a helper cost 1."""
WORK = ITERATIONS * STEP
TEXT = 4 << 20
"""Characters that one evaluation may make."""
TOO_MUCH_TEXT = "the expression makes too much text: over 4 MiB"

Fuel = list[int]
Value = object


class CelError(Exception):
    """An error of the expression's own; `||`, `&&`, `all` and `exists` may absorb it."""


class FuelError(Exception):
    """A budget has run out; nothing absorbs it."""


class Timestamp(str):
    """A point in time as RFC 3339 text; a plain text once it leaves the expression."""

    __slots__ = ()


ABSORBED = (
    CelError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
)
"""What an evaluation may raise on account of its values."""

_KINDS: Mapping[type, str] = {
    int: "int",
    bool: "bool",
    float: "double",
    str: "string",
    type(None): "null",
    list: "list",
    FrozenList: "list",
    dict: "map",
    FrozenDict: "map",
    Timestamp: "timestamp",
}
_ORDERED = frozenset({"int", "double", "string", "bool"})
_NUMBERS = frozenset({"int", "double"})
_COMPARED_BY_PYTHON = frozenset({int, float, bool, type(None)})
_ORDERED_BY_PYTHON = frozenset({int, float, bool})


def kind_of(value: Value) -> str:
    """Return the word for the kind of *value*."""
    kind = _KINDS.get(type(value))
    if kind is None:
        raise CelError(f"a value of type {type(value).__name__} cannot be used")
    return kind


def no_overload(name: str, *values: Value) -> CelError:
    """Return the error that *name* does not take such values."""
    return CelError(f"{name} cannot be applied to ({', '.join(map(kind_of, values))})")


def overflow() -> NoReturn:
    """Raise that an integer does not fit."""
    raise CelError("integer overflow: the result does not fit in 64 bits")


def out_of_range(index: int, size: int) -> CelError:
    """Return the error that there is no such element."""
    return CelError(f"index {index} is out of range: the size is {size}")


def out_of_work() -> NoReturn:
    """Raise that the work of one evaluation is used up."""
    raise FuelError(f"the expression works too long: over {ITERATIONS:,} iterations")


def out_of_text() -> NoReturn:
    """Raise that the text of one evaluation is used up."""
    raise FuelError(TOO_MUCH_TEXT)


def spend(fuel: Fuel, work: int) -> None:
    """Charge *work*."""
    fuel[0] -= work
    if fuel[0] < 0:
        out_of_work()


def spend_text(fuel: Fuel, text: str) -> str:
    """Charge a text that was made, and return it."""
    fuel[1] -= len(text)
    if fuel[1] < 0:
        out_of_text()
    return text


def a_bool(value: Value) -> bool:
    """Return *value* if it is a boolean."""
    if value is True or value is False:
        return value
    raise CelError(f"a condition must be true or false, not {kind_of(value)}")


def a_range(value: Value) -> Value:
    """Return *value* if a macro can go over it."""
    if kind_of(value) in ("list", "map"):
        return value
    raise CelError(f"a macro needs a list or a map, not {kind_of(value)}")


def a_key(key: Value, taken: Mapping[str, Value]) -> str:
    """Return *key* if it can be a new key of a map."""
    if type(key) is not str:
        raise CelError(f"the keys of a map are text, not {kind_of(key)}")
    if key in taken:
        raise CelError(f"the key {key!r} is twice in the map")
    return key


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
    if kind == "string":
        spend(fuel, len(a) >> 6)  # type: ignore[arg-type]
    return a == b


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
        if kind == "string":
            spend(fuel, len(a) >> 6)  # type: ignore[arg-type]
        return compare(a, b)

    return compared


def add(fuel: Fuel, a: Value, b: Value) -> Value:
    """Add numbers, or join texts or lists."""
    if type(a) is int and type(b) is int:
        return in_range(a + b)
    if type(a) is float and type(b) is float:
        return a + b
    if type(a) is str and type(b) is str:
        if len(a) + len(b) > fuel[1]:
            out_of_text()
        return spend_text(fuel, a + b)
    if isinstance(a, list) and isinstance(b, list):
        spend(fuel, len(a) + len(b))
        return [*a, *b]
    raise no_overload("+", a, b)


def subtract(_fuel: Fuel, a: Value, b: Value) -> Value:
    """Subtract numbers of one kind."""
    if type(a) is int and type(b) is int:
        return in_range(a - b)
    if type(a) is float and type(b) is float:
        return a - b
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


def in_range(number: int) -> int:
    """Return *number* if it is a 64-bit integer."""
    return number if MIN_INT <= number <= MAX_INT else overflow()


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
    raise no_overload("[]", container, key)


def element(container: Sequence[Value], position: int) -> Value:
    """Look an element up in what is known to be a list."""
    if 0 <= position < len(container):
        return container[position]
    raise out_of_range(position, len(container))


def select(container: Value, key: str) -> Value:
    """Look a field up."""
    if isinstance(container, dict):
        return container[key]
    raise CelError(f"{_with_article(container)} has no fields: .{key} cannot be read")


def is_present(container: Value, key: str) -> bool:
    """Return whether a map has the key; a null is present."""
    if isinstance(container, dict):
        return key in container
    raise CelError(f"{_with_article(container)} has no fields: has() cannot ask for .{key}")


def contained(fuel: Fuel, value: Value, container: Value) -> bool:
    """Return whether a list has the element, or a map the key."""
    match container:
        case dict():
            kind = kind_of(value)
            if kind in ("null", "list", "map"):
                raise no_overload("in", value, container)
            return kind == "string" and value in container
        case list():
            spend(fuel, len(container))
            return any(equal(fuel, value, each) for each in container)
    raise no_overload("in", value, container)


def _with_article(value: Value) -> str:
    kind = kind_of(value)
    return kind if kind == "null" else f"{'an' if kind == 'int' else 'a'} {kind}"


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
    "@in": contained,
}
