"""`k=v` is typed by the schema, else JSON if it parses, else text; `k:=json` is explicit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.control.parameters import example, read_pairs, typed
from jido_cli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("2", {"type": "integer"}, 2),
        ("two", {"type": "integer"}, "two"),
        ("2.0", {"type": "integer"}, "2.0"),
        ("2", {"type": "number"}, 2),
        ("2.5", {"type": "number"}, 2.5),
        ("NaN", {"type": "number"}, "NaN"),
        ("2", {"type": "string"}, "2"),
        ("null", {"type": ["string", "null"]}, None),
        ("true", {"type": "boolean"}, True),
        ("yes", {"type": "boolean"}, "yes"),
        ('["a"]', {"type": "array"}, ["a"]),
        ("{}", {"type": "array"}, "{}"),
        ("1", {"enum": ["1", "2"]}, "1"),
        ("1", {"enum": [1, 2]}, 1),
        ("1", {"anyOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ("1", None, 1),
        ("A-100", None, "A-100"),
        ("null", None, None),
        ("Infinity", None, "Infinity"),
        ("1", {}, 1),
    ],
)
def test_a_text_is_typed_by_its_schema(text, schema, value):
    got = typed(text, schema)
    assert got == value
    assert type(got) is type(value)


def test_pairs_are_read_with_the_schema_of_each_member():
    schema = {
        "properties": {"sku": {"type": "string"}, "where": {"$ref": "#/$defs/place"}},
        "additionalProperties": {"type": "integer"},
        "$defs": {"place": {"type": "string"}},
    }
    assert read_pairs(["sku=100", "where=7", "n=3", "list:=[1]", "text=a=b"], schema) == {
        "sku": "100",
        "where": "7",
        "n": 3,
        "list": [1],
        "text": "a=b",
    }


def test_what_the_actions_leave_out_is_read_as_the_catalogue_says():
    taken = {"properties": {"n": {"type": "string"}}}
    carried = {"properties": {"id": {"type": "string"}, "n": {"type": "integer"}}}
    words = ["id=1", "n=2", "x=3"]
    assert read_pairs(words, taken, carried) == {"id": "1", "n": "2", "x": 3}
    assert read_pairs(words, None, carried) == {"id": "1", "n": 2, "x": 3}


def test_explicit_json_wins_over_the_schema():
    assert read_pairs(["sku:=100"], {"properties": {"sku": {"type": "string"}}}) == {"sku": 100}


def test_an_empty_value_is_an_empty_text():
    assert read_pairs(["a="], None) == {"a": ""}


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(UsageError, match="'a' is given twice"):
        read_pairs(["a=1", "a=2"], None)


@given(st.text())
def test_a_text_parameter_takes_every_text(text):
    assert typed(text, {"type": "string"}) == text


@given(st.text(), st.sampled_from(["integer", "number", "boolean", "null", "array", "object"]))
def test_typing_never_fails(text, name):
    typed(text, {"type": name})


def test_examples_come_from_the_schema():
    assert example({"type": "integer", "default": 3}) == "3"
    assert example({"type": "integer"}) == "1"
    assert example({"enum": ["a", "b"]}) == "a"
    assert example({"type": "string"}) is None
