"""How JSON Schemas become types, and that the checker takes whatever names they bring."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.core.cel.messages import MessageTypes
from jido_cli.core.cel.types import (
    ANY_LIST,
    ANY_MAP,
    BOOL,
    DOUBLE,
    DYN,
    INT,
    STRING,
    CelType,
    list_of,
    map_of,
)
from jido_cli.core.expressions import Environment, ExpressionError, Scope


def field_type(schema: object) -> CelType:
    """Return the type of a field with this schema."""
    types = MessageTypes()
    holder = types.add({"type": "object", "properties": {"f": schema}})
    return types.fields[holder.name]["f"]


@pytest.mark.parametrize(
    ("schema", "want"),
    [
        ({"type": "integer"}, INT),
        ({"type": "number"}, DOUBLE),
        ({"type": "string", "format": "date-time"}, STRING),
        ({"type": "boolean"}, BOOL),
        ({"type": "null"}, DYN),
        ({"type": ["integer", "null"]}, DYN),
        ({"type": "integer", "nullable": True}, DYN),
        ({"type": ["integer"]}, INT),
        ({"type": ["integer", "string"]}, DYN),
        ({"type": "array"}, ANY_LIST),
        ({"type": "array", "items": {"type": "integer"}}, list_of(INT)),
        ({"type": "array", "items": {"type": ["integer", "null"]}}, ANY_LIST),
        (
            {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
            list_of(list_of(STRING)),
        ),
        ({"type": "array", "prefixItems": [{"type": "integer"}]}, ANY_LIST),
        ({"type": ["array", "null"], "items": {"type": "integer"}}, DYN),
        ({"type": "object"}, ANY_MAP),
        ({"type": ["object", "null"]}, DYN),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, map_of(INT)),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": True}, ANY_MAP),
        ({"type": "object", "properties": {"a-b": {}}}, ANY_MAP),
        ({"type": "object", "properties": {"in": {}}}, ANY_MAP),
        ({"enum": ["a", "b"]}, STRING),
        ({"enum": ["a", 1]}, DYN),
        ({"const": 3}, INT),
        ({"anyOf": [{"type": "integer"}]}, DYN),
        ({}, DYN),
        (True, DYN),
        ({"$ref": "https://elsewhere.example/s.json"}, DYN),
        ({"$ref": "#/$defs/nowhere"}, DYN),
    ],
)
def test_a_schema_becomes_a_type(schema: object, want: CelType) -> None:
    assert field_type(schema) == want


def test_a_closed_object_becomes_a_message_with_its_fields() -> None:
    types = MessageTypes()
    holder = types.add(
        {"type": "object", "properties": {"in_it": {"type": "object", "properties": {"a": {}}}}}
    )
    inner = types.fields[holder.name]["in_it"]
    assert (holder.kind, inner.kind) == ("message", "message")
    assert types.fields[inner.name] == {"a": DYN}


def test_a_schema_may_contain_itself() -> None:
    tree = {
        "type": "object",
        "properties": {
            "value": {"type": "integer"},
            "kids": {"type": "array", "items": {"$ref": "#"}},
        },
    }
    environment = Environment({"state": tree})
    value = {"value": 1, "kids": [{"value": 2, "kids": []}]}
    assert environment.compile("state.kids[0].value + 1").run(Scope(state=value)) == 3
    with pytest.raises(ExpressionError, match="undefined field 'vlaue'"):
        environment.compile("state.kids[0].kids[0].vlaue")


def test_references_that_lead_in_a_circle_are_dynamic() -> None:
    schema = {
        "type": "object",
        "properties": {"f": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
    }
    types = MessageTypes()
    assert types.fields[types.add(schema).name]["f"] == DYN


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True), min_size=1, max_size=6
    )
)
def test_whatever_the_fields_are_called_the_checker_reads_them(names: list[str]) -> None:
    mapping = {"type": "object", "additionalProperties": {"type": "integer"}}
    schema = {"type": "object", "properties": dict.fromkeys(names, mapping)}
    environment = Environment({"state": schema})
    for name in names:
        if name in ("in", "true", "false", "null"):
            continue
        expression = environment.compile(f"state.{name}.x + 1")
        assert expression.run(Scope(state={name: {"x": 1}})) == 2


@pytest.mark.parametrize(
    "names", [("a_b", "aB"), ("ab", "AbEntry"), ("a_b", "AB", "aB", "ABEntry"), ("_0", "_", "_a")]
)
def test_names_that_protobuf_would_confuse_stay_apart(names: tuple[str, ...]) -> None:
    mapping = {"type": "object", "additionalProperties": {"type": "integer"}}
    schema = {"type": "object", "properties": dict.fromkeys(names, mapping)}
    environment = Environment({"state": schema})
    value = {name: {"x": number} for number, name in enumerate(names)}
    for number, name in enumerate(names):
        assert environment.compile(f"state.{name}.x").run(Scope(state=value)) == number
