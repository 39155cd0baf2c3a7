from __future__ import annotations

import json
import socket

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.core.values import FrozenDict, freeze_mapping, thaw
from tests.core.values_strategies import SCALARS, VALUES


def refusal(schema: Schema, value: object) -> str:
    with pytest.raises(SchemaError) as caught:
        schema.check(value)  # type: ignore[arg-type]
    return str(caught.value)


def text(value: object) -> str:
    return json.dumps(value)


COUNTER = compile_schema({"count": 0, "ratio": 0.5, "name": {"type": "string"}})
ORDER = compile_schema(
    {
        "lines": {
            "type": "array",
            "default": [],
            "items": {
                "type": "object",
                "properties": {"sku": {"type": "string"}, "qty": {"type": "integer", "default": 1}},
                "required": ["sku"],
                "additionalProperties": False,
            },
        },
        "status": {"enum": ["new", "paid"], "default": "new"},
        "note": {"type": "string", "nullable": True, "default": None},
    }
)


def test_defaults_are_filled_in_and_numbers_take_the_declared_kind():
    got = COUNTER.check({"name": "a", "count": 2.0, "ratio": 1})
    assert text(got) == text({"count": 2, "ratio": 1.0, "name": "a"})
    assert text(COUNTER.check({"name": "a"})) == text({"count": 0, "ratio": 0.5, "name": "a"})
    assert type(got) is FrozenDict


def test_defaults_inside_members_are_filled_in():
    got = ORDER.check({"lines": [{"sku": "a"}, {"sku": "b", "qty": 2.0}]})
    assert got["lines"] == [{"sku": "a", "qty": 1}, {"sku": "b", "qty": 2}]
    assert [type(line["qty"]) for line in got["lines"]] == [int, int]


@pytest.mark.parametrize(
    ("schema", "value", "want"),
    [
        (COUNTER, {}, "'name' is missing"),
        (COUNTER, {"name": 1}, "name: 1 is not text"),
        (COUNTER, {"name": "a", "cuont": 1}, "unknown key 'cuont'; did you mean 'count'?"),
        (
            COUNTER,
            {"name": "a", "zzz": 1},
            "unknown key 'zzz'; known: 'count', 'ratio', 'name'",
        ),
        (COUNTER, {"name": "a", "count": 1.5}, "count: 1.5 is not an integer"),
        (COUNTER, {"name": "a", "count": True}, "count: True is not an integer"),
        (COUNTER, {"name": "a", "count": 2**63}, f"count: {2**63} is not a 64-bit integer"),
        (COUNTER, {"name": "a", "count": 1e300}, "count: 1e+300 is not a 64-bit integer"),
        (COUNTER, {"name": "a", "ratio": float("nan")}, "ratio: nan is not a finite number"),
        (COUNTER, {"name": "\ud800"}, "name: '\\ud800' holds a lone surrogate"),
        (COUNTER, [1], "[1] is not a mapping"),
        (ORDER, {"lines": [{"sku": "a"}, {}]}, "lines[1]: 'sku' is missing"),
        (
            ORDER,
            {"lines": [{"sku": "a", "qyt": 1}]},
            "lines[0]: unknown key 'qyt'; did you mean 'qty'?",
        ),
        (ORDER, {"lines": [{"sku": "a", "qty": "1"}]}, "lines[0].qty: '1' is not an integer"),
        (ORDER, {"lines": 3}, "lines: 3 is not a list"),
        (
            ORDER,
            {"status": "piad"},
            "status: 'piad' is not one of 'new', 'paid'; did you mean 'paid'?",
        ),
        (ORDER, {"note": 1}, "note: 1 is not text or null"),
    ],
)
def test_a_refusal_says_where_what_and_what_was_meant(schema, value, want):
    assert refusal(schema, value) == want


@pytest.mark.parametrize(
    ("schema", "value", "want"),
    [
        ({"type": "integer", "minimum": 3}, 2, "v: 2 is less than 3"),
        ({"type": "integer", "exclusiveMinimum": 3}, 3, "v: 3 is not more than 3"),
        ({"type": "number", "maximum": 3}, 4, "v: 4.0 is more than 3"),
        ({"type": "number", "exclusiveMaximum": 3}, 3, "v: 3.0 is not less than 3"),
        ({"type": "integer", "multipleOf": 2}, 3, "v: 3 is not a multiple of 2"),
        ({"type": "string", "minLength": 2}, "a", "v: 'a' is shorter than 2 characters"),
        ({"type": "string", "maxLength": 2}, "abc", "v: 'abc' is longer than 2 characters"),
        ({"type": "string", "pattern": "^a+$"}, "b", "v: 'b' does not match '^a+$'"),
        ({"type": "array", "maxItems": 1}, [1, 2], "v: [1, 2] has more than 1 elements"),
        ({"type": "array", "minItems": 1}, [], "v: [] has fewer than 1 elements"),
        ({"const": "x"}, "y", "v: 'y' is not 'x'"),
        (
            {"type": "string", "maxLength": 2},
            "x" * 500,
            f"v: '{'x' * 76}... is longer than 2 characters",
        ),
    ],
)
def test_limits_are_told_in_the_words_of_the_house(schema, value, want):
    assert refusal(compile_schema({"v": schema}), {"v": value}) == want


def test_what_is_checked_keeps_the_order_of_the_schema():
    assert list(COUNTER.check({"ratio": 1.0, "name": "a"})) == ["count", "ratio", "name"]


def test_an_optional_member_without_default_stays_away():
    schema = compile_schema(
        {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    )
    assert (schema.check({}), schema.check({"b": 1})) == ({}, {"b": 1})


def test_data_is_read_by_the_names_that_are_declared():
    data = freeze_mapping({"name": "a", "other": {"x": 1}, "count": 3.0})
    assert COUNTER.take(data) == {"count": 3, "ratio": 0.5, "name": "a"}
    assert COUNTER.select(data) == {"name": "a", "count": 3.0}


@pytest.mark.parametrize("data", [None, 5, "text", [1]])
def test_data_that_is_no_mapping_has_no_members(data):
    schema = compile_schema({"by": 1})
    assert (schema.take(data), schema.select(data)) == ({"by": 1}, {})


def test_a_full_schema_that_says_nothing_of_other_members_refuses_them():
    schema = compile_schema({"type": "object", "properties": {"a": {"type": "integer"}}})
    assert refusal(schema, {"b": 1}) == "unknown key 'b'; known: 'a'"
    lax = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert compile_schema(lax, is_closed=False).check({"b": 1}) == {"b": 1}


def test_an_open_schema_keeps_other_members_frozen():
    schema = compile_schema(
        {"type": "object", "properties": {"a": {"default": 1}}, "additionalProperties": True}
    )
    checked = schema.check({"b": [1]})
    assert checked == {"a": 1, "b": [1]}
    assert schema.merge(checked, {"c": {"d": 1.0}}) == {"a": 1, "b": [1], "c": {"d": 1.0}}
    assert schema.select({"a": 1, "z": 2}) == {"a": 1, "z": 2}
    assert schema.take_strict({"z": 2}) == {"a": 1, "z": 2}
    with pytest.raises(SchemaError, match="c: a set is not a JSON value"):
        schema.merge(checked, {"c": {1}})


@pytest.mark.parametrize(
    "nullable", [{"type": ["integer", "null"]}, {"type": "integer", "nullable": True}]
)
def test_null_is_taken_where_it_is_allowed(nullable):
    schema = compile_schema({"v": nullable})
    assert text(schema.check({"v": None})) == text({"v": None})
    assert text(schema.check({"v": 1.0})) == text({"v": 1})


def test_nullable_reaches_choices_and_members_of_members_but_no_plain_data():
    schema = compile_schema(
        {
            "c": {"enum": ["a"], "type": "string", "nullable": True},
            "o": {
                "type": "object",
                "properties": {"nullable": {"type": "string", "nullable": True}},
            },
            "d": {"default": {"nullable": True}},
        }
    )
    got = schema.check({"c": None, "o": {"nullable": None}})
    assert got == {"c": None, "o": {"nullable": None}, "d": {"nullable": True}}


def test_references_within_the_schema_are_followed_also_around_in_circles():
    schema = compile_schema(
        {
            "type": "object",
            "properties": {"tree": {"$ref": "#/$defs/node"}, "same": {"$ref": "#/properties/tree"}},
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {
                        "weight": {"type": "number", "default": 0},
                        "below": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                    },
                    "additionalProperties": False,
                }
            },
        }
    )
    got = schema.check({"tree": {"below": [{"weight": 2}]}, "same": {}})
    assert text(got) == text(
        {"tree": {"below": [{"weight": 2.0}], "weight": 0.0}, "same": {"weight": 0.0}}
    )
    assert (
        refusal(schema, {"tree": {"below": [{"wieght": 2}]}})
        == "tree.below[0]: unknown key 'wieght'; did you mean 'weight'?"
    )


def test_the_branch_that_fits_says_how_numbers_are_read():
    schema = compile_schema(
        {
            "v": {
                "anyOf": [
                    {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
                    {"type": "array", "items": {"type": "number"}},
                ]
            }
        }
    )
    assert text(schema.check({"v": {"n": 2.0}})) == text({"v": {"n": 2}})
    assert text(schema.check({"v": [1]})) == text({"v": [1.0]})
    assert refusal(schema, {"v": "x"}).startswith("v: ")


def test_conditions_and_combinations_are_normalised_too():
    schema = compile_schema(
        {
            "type": "object",
            "properties": {"kind": {"type": "string"}},
            "allOf": [{"properties": {"n": {"type": "integer"}}}],
            "if": {"properties": {"kind": {"const": "f"}}},
            "then": {"properties": {"v": {"type": "number"}}},
            "else": {"properties": {"v": {"type": "integer"}}},
        }
    )
    assert text(schema.check({"kind": "f", "n": 1.0, "v": 1})) == text(
        {"kind": "f", "n": 1, "v": 1.0}
    )
    assert text(schema.check({"kind": "i", "v": 1.0})) == text({"kind": "i", "v": 1})


def test_positions_of_a_list_may_have_their_own_types():
    schema = compile_schema(
        {"p": {"type": "array", "prefixItems": [{"type": "number"}], "items": {"type": "integer"}}}
    )
    assert text(schema.check({"p": [1, 2.0]})) == text({"p": [1.0, 2]})


@pytest.mark.parametrize(
    ("source", "want"),
    [
        (
            {"type": "object", "properties": {"a": {"$ref": "http://host/x"}}},
            "properties.a: $ref 'http://host/x' leads out of the schema; only '#/...' is followed",
        ),
        (
            {"type": "object", "properties": {"a": {"$ref": "#/$defs/q"}}},
            "properties.a: $ref '#/$defs/q' leads nowhere",
        ),
        (
            {"type": "object", "properties": {"a": {"$ref": "#anchor"}}},
            "properties.a: $ref '#anchor' leads nowhere; use a pointer such as '#/$defs/name'",
        ),
        (
            {"a": {"type": "string", "pattern": "(?=a)"}},
            'properties.a.pattern: not a JSON Schema: "(?=a)" is not a "regex"',
        ),
        ({"a": {"type": "integer", "default": "x"}}, "a: 'x' is not an integer"),
        ({"a": {"type": "integer", "minimum": 2, "default": 1}}, "a: 1 is less than 2"),
        (
            {"a": {"typ": "integer"}},
            "a: 'typ' is not a keyword of JSON Schema; did you mean 'type'?",
        ),
        (
            {"a": {"street": ""}},
            (
                "a: the mapping with 'street' is not a schema; "
                "a mapping needs `type: object` and `default` or `properties`"
            ),
        ),
        ({"a": {"enum": [{1: 2}]}}, "properties.a.enum[0]: the key 1 is not text"),
    ],
)
def test_a_wrong_schema_is_refused_when_it_is_compiled(source, want):
    with pytest.raises(SchemaError) as caught:
        compile_schema(source)
    assert str(caught.value) == want


def test_no_reference_is_fetched_from_a_listening_server_or_a_file(tmp_path):
    canary = tmp_path / "canary.json"
    canary.write_text('{"type": "string", "title": "secret"}')
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        port = server.getsockname()[1]
        for reference in (f"http://127.0.0.1:{port}/schema.json", canary.as_uri(), "canary.json"):
            for keyword in ("$ref", "$dynamicRef", "$recursiveRef", "$schema", "$id"):
                for source in (
                    {"type": "object", "properties": {"a": {keyword: reference}}},
                    {"type": "object", "properties": {"a": {}}, keyword: reference},
                ):
                    got = compiled_or_refused(source)
                    assert got in ({"a": 1}, "refused"), (source, got)
        with pytest.raises(TimeoutError):
            server.accept()


def compiled_or_refused(source: dict) -> object:
    try:
        return compile_schema(source).check({"a": 1})
    except SchemaError as error:
        return str(error) if "secret" in str(error) else "refused"


def test_patterns_run_in_linear_time():
    schema = compile_schema({"v": {"type": "string", "pattern": "^(a+)+$"}})
    assert refusal(schema, {"v": "a" * 4000 + "!"}).endswith("does not match '^(a+)+$'")


# -- the short form


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ({"n": 0}, {"type": "integer", "default": 0}),
        ({"n": 0.0}, {"type": "number", "default": 0.0}),
        ({"n": True}, {"type": "boolean", "default": True}),
        ({"n": "x"}, {"type": "string", "default": "x"}),
        ({"n": []}, {"type": "array", "default": []}),
        ({"n": None}, {"default": None}),
    ],
)
def test_a_scalar_or_a_list_is_a_default_whose_type_is_inferred(short, full):
    assert compile_schema(short).source == {
        "type": "object",
        "properties": {"n": full},
        "required": [],
        "additionalProperties": False,
    }


def test_members_without_default_are_required():
    source = compile_schema({"a": {"type": "integer"}, "b": 1}).source
    assert source["required"] == ["a"]


def test_a_mapping_with_type_object_and_properties_is_a_full_schema_already():
    full = {
        "type": "object",
        "properties": {"type": {"type": "string"}},
        "additionalProperties": True,
    }
    assert compile_schema(full).source == full


def test_members_may_be_called_type_and_properties_in_the_short_form():
    schema = compile_schema({"type": {"type": "string"}, "properties": 3})
    assert schema.check({"type": "x"}) == {"type": "x", "properties": 3}


# -- merging into a valid state


@given(st.dictionaries(st.sampled_from(["count", "ratio", "name", "zzz"]), SCALARS))
def test_merging_into_a_flat_state_is_merging_then_checking_the_whole(delta):
    base = COUNTER.check({"name": "a"})
    agrees_with_the_whole_check(COUNTER, base, delta)


@given(
    st.dictionaries(st.sampled_from(["lines", "status", "note"]), VALUES),
    st.lists(st.sampled_from([{"sku": "a"}, {"sku": "a", "qty": 1.0}, {"qty": 1}, {}]), max_size=2),
)
def test_merging_into_a_nested_state_is_merging_then_checking_the_whole(delta, lines):
    base = ORDER.check({"lines": [{"sku": "z"}]})
    agrees_with_the_whole_check(ORDER, base, {**delta, "lines": lines})


def agrees_with_the_whole_check(schema: Schema, base: FrozenDict, delta: dict) -> None:
    try:
        got, output = schema.absorb(base, delta)
    except SchemaError:
        with pytest.raises(SchemaError):
            whole = {**thaw(base), **thaw(delta)}
            schema.recheck(freeze_mapping({}), freeze_mapping(whole))
        return
    whole = schema.recheck(freeze_mapping({}), freeze_mapping({**base, **delta}))
    assert text(got) == text(whole)
    assert set(output) == set(delta)
    fresh = freeze_mapping(thaw(got))
    assert got.depth >= fresh.depth
    assert got.size >= fresh.size - 24


def test_a_merge_that_changes_nothing_returns_the_state_itself():
    base = COUNTER.check({"name": "a"})
    assert COUNTER.merge(base, {"count": 0, "name": "a", "ratio": 0.5}) is base
    assert COUNTER.merge(base, {"count": 0.0}) is base
    equal = {"name": "".join(["a"]), "ratio": float("0.5")}
    assert COUNTER.merge(base, equal) is base
    long = COUNTER.check({"name": "name"})
    assert COUNTER.merge(long, {"name": "".join(["na", "me"])}) is long


def test_a_merge_does_not_look_at_members_that_it_does_not_touch():
    base = ORDER.check({"lines": [{"sku": "a"}]})
    merged = ORDER.merge(base, {"status": "paid"})
    assert merged["lines"] is base["lines"]


def test_a_mapping_is_merged_deeply_and_its_result_checked():
    schema = compile_schema(
        {
            "o": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "number"}},
                "additionalProperties": False,
                "default": {"a": 1, "b": 1.0},
            }
        }
    )
    base = schema.check({})
    state, output = schema.absorb(base, {"o": {"b": 2}})
    assert text(state) == text({"o": {"a": 1, "b": 2.0}})
    assert output == {"o": {"b": 2}}
    with pytest.raises(SchemaError) as caught:
        schema.merge(base, {"o": {"c": 1}})
    assert str(caught.value) == "o: unknown key 'c'; known: 'a', 'b'"


def test_the_frozen_result_is_no_longer_the_action_s_own_dict():
    base = ORDER.check({})
    result = {"lines": [{"sku": "a", "qty": 2.0}]}
    _, output = ORDER.absorb(base, result)
    result["lines"].append({"sku": "b"})
    assert text(output) == text({"lines": [{"sku": "a", "qty": 2}]})
    assert type(output) is FrozenDict


def test_what_a_command_deleted_stays_deleted_and_what_is_required_cannot_be():
    base = COUNTER.check({"name": "a"})
    assert COUNTER.recheck(base, freeze_mapping({"name": "a"})) == {"name": "a"}
    with pytest.raises(SchemaError, match="'name' is missing"):
        COUNTER.recheck(base, freeze_mapping({"count": 0}))


def test_a_state_that_nests_too_deep_is_refused():
    schema = compile_schema({"v": {"default": 0}})
    state = schema.check({})
    with pytest.raises(SchemaError, match="nested deeper than 64"):
        for _ in range(70):
            state = schema.merge(state, {"v": [state["v"]]})


# -- the judge: jsonschema_rs

FLAT = {
    "i": {"type": "integer", "minimum": -5, "exclusiveMaximum": 100},
    "n": {"type": "number", "maximum": 10.5, "exclusiveMinimum": -10},
    "s": {"type": "string", "minLength": 1, "maxLength": 3},
    "e": {"type": "string", "enum": ["a", "b"]},
    "b": {"type": "boolean"},
    "m": {"type": ["integer", "null"]},
    "p": {"type": "string", "pattern": "^[a-z]*$"},
    "a": {},
}
FLAT_SCHEMA = compile_schema({"type": "object", "properties": FLAT, "required": ["i"]})
JUDGE = jsonschema_rs.validator_for(FLAT_SCHEMA.source)


@given(st.dictionaries(st.sampled_from([*FLAT, "zzz"]), SCALARS | st.integers(-6, 101)))
def test_generated_checks_accept_exactly_what_a_validator_accepts(value):
    try:
        checked = FLAT_SCHEMA.check(value)
    except SchemaError as error:
        is_huge = "64-bit" in str(error)
        assert is_huge or not JUDGE.is_valid(value)
        return
    assert JUDGE.is_valid(value)
    assert JUDGE.is_valid(thaw(checked))
    assert checked == value


@given(st.dictionaries(st.sampled_from([*FLAT, "zzz"]), SCALARS))
def test_checking_what_was_checked_changes_nothing(value):
    try:
        checked = FLAT_SCHEMA.check(value)
    except SchemaError:
        return
    assert text(FLAT_SCHEMA.check(checked)) == text(checked)
