"""Schemas that are sound at sight: the library agrees, and is not asked."""

from __future__ import annotations

import subprocess
import sys

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.schema import SchemaError, compile_schema
from jido_cli.core.schema_document import is_simple

KEYWORDS = (
    *("type", "default", "const", "enum", "description", "title", "required", "items", "format"),
    *("additionalProperties", "properties", "minimum", "maximum", "exclusiveMinimum", "pattern"),
    *("minLength", "maxLength", "minItems", "maxItems", "x-note", "$ref", "anyOf", "uniqueItems"),
)
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["string", "integer", "null", "a", "["]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=4)
    ),
    max_leaves=10,
)
schemas = st.dictionaries(st.sampled_from(KEYWORDS), values, max_size=5)


@given(schema=schemas)
def test_the_library_takes_what_is_simple(schema: dict[str, object]):
    if is_simple(schema):
        jsonschema_rs.validator_for(schema)


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"type": ["string", "null"], "default": None, "x-mine": object},
        {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "required": []},
        {"items": {"enum": ["a", 1]}, "maxItems": 3, "additionalProperties": False},
    ],
)
def test_what_people_write_most_is_simple(schema: object):
    assert is_simple(schema)


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {"type": "text"},
        {"type": ["string", "string"]},
        {"type": []},
        {"required": ["a", "a"]},
        {"required": [1]},
        {"minLength": -1},
        {"minimum": True},
        {"enum": "a"},
        {"properties": {"a": 5}},
        {"pattern": "a"},
        {"$ref": "#/$defs/a"},
    ],
)
def test_what_a_validator_has_to_judge_is_not_simple(schema: object):
    assert not is_simple(schema)


def test_a_wrong_value_is_explained_as_ever():
    schema = compile_schema({"n": {"type": "integer", "minimum": 0}})
    with pytest.raises(SchemaError, match="-1 is less than 0"):
        schema.check({"n": -1})


@pytest.mark.slow
def test_simple_schemas_do_not_load_the_library():
    code = (
        "import sys\n"
        "from jido_cli.core.schema import compile_schema\n"
        "compile_schema({'n': 0, 'name': {'type': 'string'}}).check({'name': 'a'})\n"
        "print('jsonschema_rs' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
