"""Schemas whose members cannot be checked one by one, and the rarer keywords."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest

from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.core.values import freeze_mapping

CHOICE = compile_schema(
    {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "n": {"type": "integer", "default": 1}},
        "oneOf": [
            {"properties": {"kind": {"const": "a"}}},
            {"properties": {"kind": {"const": "b"}}},
        ],
        "required": ["kind"],
        "unevaluatedProperties": False,
    }
)
BOUNDED = compile_schema({"type": "object", "properties": {"a": {}}, "maxProperties": 2})


def refusal(schema: Schema, value: object) -> str:
    with pytest.raises(SchemaError) as caught:
        schema.check(value)  # type: ignore[arg-type]
    return str(caught.value)


def text(value: object) -> str:
    return json.dumps(value)


def test_a_schema_with_alternatives_is_checked_as_a_whole():
    assert text(CHOICE.check({"kind": "a", "n": 2.0})) == text({"kind": "a", "n": 2})
    assert CHOICE.check({"kind": "b"}) == {"kind": "b", "n": 1}
    assert CHOICE.defaults() == {"n": 1}
    assert (CHOICE.is_open, CHOICE.is_flat, CHOICE.properties) == (False, False, ("kind", "n"))
    assert "is not valid under any of the schemas" in refusal(CHOICE, {"kind": "c"})
    assert refusal(CHOICE, {"kind": "a", "knid": 1}) == "unknown key 'knid'; did you mean 'kind'?"


def test_data_for_it_is_selected_by_what_it_declares():
    assert CHOICE.take({"kind": "a", "other": 1}) == {"kind": "a", "n": 1}
    assert CHOICE.take_strict({"kind": "a"}) == {"kind": "a", "n": 1}
    assert BOUNDED.take({"a": 1, "b": 2}) == {"a": 1, "b": 2}
    with pytest.raises(SchemaError):
        CHOICE.take_strict({"kind": "a", "other": 1})


def test_results_are_merged_into_a_state_of_it_and_all_of_it_is_checked():
    base = CHOICE.check({"kind": "a"})
    state, output = CHOICE.absorb(base, {"n": 5.0})
    assert (text(state), output) == (text({"kind": "a", "n": 5}), {"n": 5})
    assert CHOICE.merge(base, {"n": 1}) is base
    with pytest.raises(SchemaError):
        CHOICE.merge(base, {"kind": "z"})
    with pytest.raises(SchemaError, match="n: a set is not a JSON value"):
        CHOICE.merge(base, {"n": {1}})
    assert CHOICE.recheck(base, freeze_mapping({"kind": "b"})) == {"kind": "b"}


def test_an_object_that_counts_its_members_is_open_but_bounded():
    assert BOUNDED.check({"a": 1, "b": 2}) == {"a": 1, "b": 2}
    assert BOUNDED.check(MappingProxyType({"a": 1})) == {"a": 1}
    assert "maxProperties" in str(BOUNDED.source)
    with pytest.raises(SchemaError):
        BOUNDED.check({"a": 1, "b": 2, "c": 3})


def test_a_schema_that_is_one_reference_is_followed():
    schema = compile_schema({"$ref": "#/$defs/x", "$defs": {"x": {"type": "object"}}})
    assert (schema.check({"a": 1}), schema.defaults(), schema.properties) == ({"a": 1}, {}, ())


def test_a_schema_that_is_none_of_an_object_never_gives_one():
    schema = compile_schema({"$ref": "#/$defs/x", "$defs": {"x": {"type": "integer"}}})
    assert refusal(schema, {"a": 1}) == "{'a': 1} is not an integer"
    assert refusal(schema, 5) == "5 is not a mapping"
    anything = compile_schema({"$ref": "#/$defs/x", "$defs": {"x": {}}})
    with pytest.raises(SchemaError, match="5 is not a mapping"):
        anything.take_strict(5)


def test_references_reach_into_lists_and_odd_names():
    schema = compile_schema(
        {
            "type": "object",
            "properties": {
                "a": {"anyOf": [{"type": "number"}, {"type": "string"}]},
                "b": {"$ref": "#/properties/a/anyOf/0"},
                "007": {"type": "number"},
                "c": {"$ref": "#/properties/007"},
                "d": {"$ref": "#/properties/x~1y~0z"},
                "x/y~z": {"type": "number"},
            },
        }
    )
    given = {"a": 1, "b": 1, "007": 1, "c": 1, "d": 1, "x/y~z": 1}
    assert text(schema.check(given)) == text(dict.fromkeys(given, 1.0))
    assert refusal(schema, {"b": "x"}) == "b: 'x' is not a number"


def test_a_number_that_is_too_large_is_told_with_its_place_also_inside():
    schema = compile_schema({"l": {"type": "array", "items": {"type": "integer"}}})
    assert refusal(schema, {"l": [1, 1e300]}) == "l[1]: 1e+300 is not a 64-bit integer"


def test_a_number_that_is_too_large_for_one_alternative_may_fit_another():
    schema = compile_schema(
        {"v": {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "number"}]}}
    )
    assert text(schema.check({"v": 1e300})) == text({"v": 1e300})
    assert text(schema.check({"v": 2.0})) == text({"v": 2})


def test_alternatives_and_conditions_that_change_nothing_cost_nothing():
    schema = compile_schema(
        {
            "v": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
            "w": {"if": {"type": "string"}, "then": {"minLength": 1}},
        }
    )
    assert schema.check({"v": "x", "w": 1}) == {"v": "x", "w": 1}
    assert refusal(schema, {"v": 1, "w": ""}).startswith("v: 1 is not valid under any")
    assert refusal(schema, {"v": True, "w": ""}) == "w: '' is shorter than 1 characters"


def test_members_may_allow_everything_or_nothing():
    schema = compile_schema({"type": "object", "properties": {"yes": True, "no": False}})
    assert schema.check({"yes": [1]}) == {"yes": [1]}
    assert refusal(schema, {"no": 1}) == "no: 1 is not allowed here"


def test_null_may_be_added_to_a_reference():
    schema = compile_schema(
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/n", "nullable": True}},
            "$defs": {"n": {"type": "number"}},
        }
    )
    assert text(schema.check({"a": None})) == text({"a": None})
    assert text(schema.check({"a": 1})) == text({"a": 1.0})


def test_an_object_that_allows_no_members_says_so():
    schema = compile_schema({"o": {"type": "object", "additionalProperties": False}})
    assert refusal(schema, {"o": {"a": 1}}) == "o: 1 is not allowed here"


def test_an_unknown_key_has_no_hint_where_no_name_is_known():
    inner = {"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": False}
    assert refusal(compile_schema({"o": inner}), {"o": {"a": 1}}) == "o: unknown key 'a'"


def test_near_names_are_found_through_lists_of_schemas():
    inner = {"type": "object", "properties": {"alpha": {}}, "additionalProperties": False}
    schema = compile_schema({"v": {"allOf": [inner]}})
    assert refusal(schema, {"v": {"alpa": 1}}) == "v: unknown key 'alpa'; did you mean 'alpha'?"


def test_extensions_of_a_schema_are_no_obstacle():
    schema = compile_schema(
        {
            "type": "object",
            "properties": {"a": {"type": "integer", "x-unit": "ms"}},
            "x-owner": "me",
        }
    )
    assert schema.is_flat
    assert refusal(schema, {"b": 1}) == "unknown key 'b'; known: 'a'"
