"""The values of the expression language, and what an evaluation may use up.

Here live the kinds that JSON does not have (points in time, durations, optionals, types as
values), the word for the kind of any value, the two budgets, and the errors of an evaluation.
Each helper that can meet dynamic values takes the fuel first and charges what it touches and
makes. What operators and functions do with values is written elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn

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


class Timestamp(int):
    """A point in time as nanoseconds since 1970."""

    __slots__ = ()


class Duration(int):
    """A length of time in nanoseconds."""

    __slots__ = ()


class TypeName(str):
    """The name of a type, as a value."""

    __slots__ = ()


class Maybe:
    """A value that may be absent: CEL's optional."""

    __slots__ = ("is_present", "value")

    def __init__(self, value: Value = None, *, is_present: bool = True) -> None:
        self.value = value
        self.is_present = is_present


NOTHING: Final = Maybe(is_present=False)
"""The optional without a value."""

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
    bytes: "bytes",
    type(None): "null",
    list: "list",
    FrozenList: "list",
    dict: "map",
    FrozenDict: "map",
    Timestamp: "timestamp",
    Duration: "duration",
    TypeName: "type",
    Maybe: "optional",
}


def kind_of(value: Value) -> str:
    """Return the word for the kind of *value*."""
    kind = _KINDS.get(type(value))
    if kind is None:
        raise CelError(f"a value of type {type(value).__name__} cannot be used")
    return kind


def with_article(value: Value) -> str:
    """Return the word for the kind of *value* as it stands in a sentence."""
    kind = kind_of(value)
    if kind == "null":
        return kind
    return f"{'an' if kind in ('int', 'optional') else 'a'} {kind}"


def no_overload(name: str, *values: Value) -> CelError:
    """Return the error that *name* does not take such values."""
    return CelError(f"{name} cannot be applied to ({', '.join(map(kind_of, values))})")


def overflow() -> NoReturn:
    """Raise that an integer does not fit."""
    raise CelError("integer overflow: the result does not fit in 64 bits")


def in_range(number: int) -> int:
    """Return *number* if it is a 64-bit integer."""
    return number if MIN_INT <= number <= MAX_INT else overflow()


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


def afford_text(fuel: Fuel, length: int) -> None:
    """Raise if a text of that length could not be paid; it is charged once it is made."""
    if length > fuel[1]:
        out_of_text()


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


def a_text(name: str, value: Value) -> str:
    """Return *value* if it is a text."""
    if type(value) is str:
        return value
    raise CelError(f"{name}() needs a string, not {kind_of(value)}")


def an_int(name: str, value: Value) -> int:
    """Return *value* if it is an integer."""
    if type(value) is int:
        return value
    raise CelError(f"{name}() needs an int, not {kind_of(value)}")


def a_list(name: str, value: Value) -> list[Value]:
    """Return *value* if it is a list."""
    if isinstance(value, list):
        return value
    raise CelError(f"{name}() needs a list, not {kind_of(value)}")


def a_map(name: str, value: Value) -> dict[str, Value]:
    """Return *value* if it is a map."""
    if isinstance(value, dict):
        return value
    raise CelError(f"{name}() needs a map, not {kind_of(value)}")


def a_maybe(name: str, value: Value) -> Maybe:
    """Return *value* if it is an optional."""
    if type(value) is Maybe:
        return value
    raise CelError(f"{name} needs an optional, not {kind_of(value)}")
