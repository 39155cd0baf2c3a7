from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Optional, TypedDict

import pytest

from jido_cli.core.schema import SchemaError
from jido_cli.core.schema_signature import schema_from_signature

if TYPE_CHECKING:
    from nowhere import Hidden


class Line(TypedDict):
    sku: str
    qty: NotRequired[int]


def properties(function) -> object:
    return schema_from_signature(function).source["properties"]


def test_hints_and_defaults_become_a_closed_schema():
    def restock(state, ctx, sku: str, qty: int = 1, *, price: float = 2): ...

    assert schema_from_signature(restock).source == {
        "type": "object",
        "properties": {
            "sku": {"type": "string"},
            "qty": {"type": "integer", "default": 1},
            "price": {"type": "number", "default": 2},
        },
        "additionalProperties": False,
        "required": ["sku"],
    }


def test_every_hint_with_a_meaning_in_json_is_read():
    def act(
        a: bool,
        b: list,
        c: list[int],
        d: dict,
        e: dict[str, float],
        f: Optional[str],  # noqa: UP045
        g: int | None,
        h: int | str,
        i: Literal["x", "y"],
        j: Literal["x"] | None,
        k: Any,
        z,
        m: Sequence[bool],
        n: Mapping[str, Any],
        o: Line,
        p: list[Line] | None,
        q: Annotated[int, {"minimum": 1}, "how many"],
        r: Literal["x", 1],
        s: object,
        t: Literal[1, 2],
        u: int | Any,
        v: list[int] | str,
        w: Annotated[int, object()],
    ): ...

    line = {
        "type": "object",
        "properties": {"sku": {"type": "string"}, "qty": {"type": "integer"}},
        "required": ["sku"],
        "additionalProperties": False,
    }
    assert properties(act) == {
        "a": {"type": "boolean"},
        "b": {"type": "array"},
        "c": {"type": "array", "items": {"type": "integer"}},
        "d": {"type": "object"},
        "e": {"type": "object", "additionalProperties": {"type": "number"}},
        "f": {"type": ["string", "null"]},
        "g": {"type": ["integer", "null"]},
        "h": {"type": ["integer", "string"]},
        "i": {"type": "string", "enum": ["x", "y"]},
        "j": {"type": ["string", "null"], "enum": ["x", None]},
        "k": {},
        "z": {},
        "m": {"type": "array", "items": {"type": "boolean"}},
        "n": {"type": "object"},
        "o": line,
        "p": {"type": ["array", "null"], "items": line},
        "q": {"type": "integer", "minimum": 1, "description": "how many"},
        "r": {"enum": ["x", 1]},
        "s": {},
        "t": {"type": "integer", "enum": [1, 2]},
        "u": {},
        "v": {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "string"}]},
        "w": {"type": "integer"},
    }


def test_a_hint_that_allows_null_may_have_none_as_its_default():
    def act(a: int | None = None, b: int | str | None = None): ...

    assert properties(act) == {
        "a": {"type": ["integer", "null"], "default": None},
        "b": {"type": ["integer", "string", "null"], "default": None},
    }


def test_a_default_of_none_allows_null():
    def act(a: int = None, b: Literal["x"] = None, c=None): ...  # noqa: RUF013

    assert properties(act) == {
        "a": {"type": ["integer", "null"], "default": None},
        "b": {"type": ["string", "null"], "enum": ["x", None], "default": None},
        "c": {"default": None},
    }


def test_hints_that_are_imported_for_checkers_only_do_no_harm_beside_params():
    def act(state: Hidden, ctx: Hidden, by: int = 1) -> Hidden: ...

    assert properties(act) == {"by": {"type": "integer", "default": 1}}


def refused(function) -> str:
    with pytest.raises(SchemaError) as caught:
        schema_from_signature(function)
    return str(caught.value)


def test_what_cannot_be_given_by_name_is_refused():
    def stars(*rest): ...
    def names(**rest): ...
    def first(a, /): ...

    assert [refused(each) for each in (stars, names, first)] == [
        "rest: *rest takes what has no name; name each",
        "rest: **rest takes what has no name; name each",
        "a: is positional-only; params are given by name",
    ]


def test_hints_without_a_meaning_in_json_are_refused_by_name():
    def bytes_(a: bytes): ...
    def keys(a: dict[int, str]): ...
    def tuples(a: list[tuple[int]]): ...
    def unknown(a: Hidden): ...

    hint = "use int, float, str, bool, list, dict, Literal, TypedDict, or give params= a schema"
    assert [refused(each) for each in (bytes_, keys, tuples)] == [
        f"a: the hint bytes says nothing in JSON; {hint}",
        "a: keys of mappings are text, not int",
        f"a: the hint tuple[int] says nothing in JSON; {hint}",
    ]
    assert refused(unknown).endswith("name 'Hidden' is not defined")


def test_defaults_fit_their_hints_and_are_json():
    def wrong(a: int = "x"): ...
    def no_json(a=()): ...

    assert [refused(each) for each in (wrong, no_json)] == [
        "a: 'x' is not an integer",
        "a: default a tuple is not a JSON value: use a list",
    ]
