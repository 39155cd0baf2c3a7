"""Helpers that meet values of any kind: they take them, or refuse them with a sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jido_cli.core.cel.library import FUNCTIONS, signatures
from jido_cli.core.cel.run import (
    OPERATORS,
    again,
    equal,
    is_present,
    may_be,
    select,
)
from jido_cli.core.cel.values import (
    NOTHING,
    TEXT,
    WORK,
    CelError,
    Duration,
    FuelError,
    Maybe,
    Timestamp,
    TypeName,
    a_bool,
    a_maybe,
    a_range,
    kind_of,
    spend_text,
)
from jido_cli.core.values import freeze

VALUES: tuple[object, ...] = (
    *(0, 1, -1, 7, 2**63 - 1, -(2**63), 0.0, 1.5, float("nan"), float("inf"), True, False, None),
    *("", "a", "1", "äb", "2026-01-01T00:00:00Z", "1h", b"", b"a", b"\xff"),
    *([], [1], ["a", 1], [[1], [None]], {}, {"a": 1}, {"a": {"b": [1]}}),
    *(freeze([1, 2]), freeze({"k": "v"}), Timestamp(0), Timestamp(10**18), Duration(-5)),
    *(
        Duration(10**9),
        TypeName("int"),
        NOTHING,
        Maybe(1),
        Maybe(None),
        Maybe([1]),
        Maybe({"a": 2}),
    ),
)
TAKEN = {"int": 1, "string": "a", "double": 1.5, "bool": True, "bytes": b"a", "list": [1, 2]} | {
    "map": {"a": 1},
    "optional": Maybe(1),
    "timestamp": Timestamp(0),
    "duration": Duration(1),
}


def tried(name: str, *arguments: object) -> None:
    try:
        FUNCTIONS[name]([WORK, TEXT], *arguments)
    except (FuelError, KeyError):
        return  # a budget, or a key that is not there: both are told by the front
    except CelError as error:
        assert "NoneType" not in str(error)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_takes_a_value_of_any_kind_or_refuses_it(name: str) -> None:
    known = signatures(name)
    for signature in known:
        usual = [TAKEN.get(each.kind, 1) for each in signature.parameters]
        for position in range(len(usual)):
            for value in VALUES:
                tried(name, *usual[:position], value, *usual[position + 1 :])


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_an_operator_takes_values_of_any_kinds_or_refuses_them(name: str) -> None:
    for one in VALUES:
        if name in ("!_", "-_"):
            tried(name, one)
            continue
        for other in ["a"] if name == "_?._" else VALUES:
            tried(name, one, other)


def test_equality_is_the_same_from_both_sides() -> None:
    for one in VALUES:
        for other in VALUES:
            assert equal([WORK, TEXT], one, other) == equal([WORK, TEXT], other, one)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: a_bool(1), "a condition must be true or false, not int"),
        (lambda: a_range("abc"), "a macro needs a list or a map, not string"),
        (lambda: a_maybe("or", 1), "or needs an optional, not int"),
        (lambda: may_be(1), "an entry with ? needs an optional, not int"),
        (lambda: select(1, "a"), "an int has no fields: .a cannot be read"),
        (lambda: select(None, "a"), "null has no fields: .a cannot be read"),
        (lambda: is_present("x", "a"), "a string has no fields: has() cannot ask for .a"),
        (lambda: kind_of(object()), "a value of type object cannot be used"),
        (lambda: again(CelError("kept")), "kept"),
    ],
)
def test_a_check_says_what_is_wrong(call: Callable[[], object], message: str) -> None:
    with pytest.raises(CelError) as caught:
        call()
    assert str(caught.value) == message


def test_fields_of_an_optional_are_optionals() -> None:
    found = select(Maybe({"a": 2}), "a")
    assert isinstance(found, Maybe)
    assert (found.is_present, found.value) == (True, 2)
    assert select(NOTHING, "a") is NOTHING
    assert is_present(Maybe({"a": None}), "a")
    assert not is_present(Maybe({}), "a")


def test_text_is_paid_to_the_last_character() -> None:
    fuel = [WORK, 3]
    assert spend_text(fuel, "abc") == "abc"
    with pytest.raises(FuelError):
        spend_text(fuel, "d")
