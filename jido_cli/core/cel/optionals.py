"""Functions on optionals: values that may be absent."""

from __future__ import annotations

from collections.abc import Callable

from jido_cli.core.cel.signatures import Function
from jido_cli.core.cel.values import (
    NOTHING,
    CelError,
    Fuel,
    Maybe,
    Value,
    a_list,
    a_maybe,
)


def _of(_fuel: Fuel, value: Value) -> Maybe:
    return Maybe(value)


def _none(_fuel: Fuel) -> Maybe:
    return NOTHING


def _of_non_zero(_fuel: Fuel, value: Value) -> Maybe:
    is_zero = value is None or value is NOTHING or (not isinstance(value, Maybe) and not value)
    return NOTHING if is_zero else Maybe(value)


def _has_value(_fuel: Fuel, value: Value) -> bool:
    return a_maybe("hasValue()", value).is_present


def _value(_fuel: Fuel, value: Value) -> Value:
    found = a_maybe("value()", value)
    if found.is_present:
        return found.value
    raise CelError("the optional has no value")


# These two are calls only where the second operand needs no statements of its own; else the
# generator writes a choice.
def _or(_fuel: Fuel, value: Value, other: Value) -> Value:
    found = a_maybe("or()", value)
    return found if found.is_present else other


def _or_value(_fuel: Fuel, value: Value, other: Value) -> Value:
    found = a_maybe("orValue()", value)
    return found.value if found.is_present else other


def _first(_fuel: Fuel, items: Value) -> Maybe:
    found = a_list("first", items)
    return Maybe(found[0]) if found else NOTHING


def _last(_fuel: Fuel, items: Value) -> Maybe:
    found = a_list("last", items)
    return Maybe(found[-1]) if found else NOTHING


def _row(
    name: str, signature: str, meaning: str, example: tuple[str, object], run: Callable[..., object]
) -> Function:
    return Function(name, (signature,), meaning, (example,), run, "optional")


OPTIONALS = (
    _row(
        "optional.of",
        "optional.of(T) -> optional(T)",
        "an optional that has this value",
        ("optional.of(3).hasValue()", True),
        _of,
    ),
    _row(
        "optional.none",
        "optional.none() -> optional(T)",
        "the optional that has none",
        ("optional.none().hasValue()", False),
        _none,
    ),
    _row(
        "optional.ofNonZeroValue",
        "optional.ofNonZeroValue(T) -> optional(T)",
        "an optional that has the value, unless it is null, false, zero or empty",
        ("optional.ofNonZeroValue('').orValue('none')", "none"),
        _of_non_zero,
    ),
    _row(
        "hasValue",
        "optional(T).hasValue() -> bool",
        "whether there is a value",
        ("{'a': 1}.?a.hasValue()", True),
        _has_value,
    ),
    _row(
        "value",
        "optional(T).value() -> T",
        "the value; an error if there is none",
        ("[7][?0].value()", 7),
        _value,
    ),
    _row(
        "or",
        "optional(T).or(optional(T)) -> optional(T)",
        "this optional if it has a value, else the other one",
        ("[7][?9].or([7][?0]).value()", 7),
        _or,
    ),
    _row(
        "orValue",
        "optional(T).orValue(T) -> T",
        "the value if there is one, else this one",
        ("{'a': 1}[?'b'].orValue(0)", 0),
        _or_value,
    ),
    _row(
        "first",
        "list(T).first() -> optional(T)",
        "the first element, if there is one",
        ("[5, 6].first().value()", 5),
        _first,
    ),
    _row(
        "last",
        "list(T).last() -> optional(T)",
        "the last element, if there is one",
        ("[5, 6].last().orValue(0)", 6),
        _last,
    ),
)
