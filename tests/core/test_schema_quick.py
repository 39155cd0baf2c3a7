"""What is made of a schema on first use: it says of the first value what it says of all others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.core.schema_generate import generate_fix
from jido_cli.core.schema_quick import passes, quick_test

numbers = st.integers(-3, 3) | st.sampled_from([-1.5, 0.0, 2.5])
members = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number", ["integer", "null"]])},
        optional={
            "minimum": numbers,
            "maximum": numbers,
            "exclusiveMinimum": numbers,
            "exclusiveMaximum": numbers,
        },
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", ["null", "string"], ["string", "integer"]])},
        optional={"minLength": st.integers(0, 3), "maxLength": st.integers(0, 3)},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", ["string", "null"]])},
        optional={"enum": st.lists(st.sampled_from(["a", "é", "bc"]), min_size=1, unique=True)},
    ),
    st.sampled_from([{"type": "boolean"}, {"type": ["boolean", "null"]}, {}]),
)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-4, 4),
    st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["", "a", "é", "bc", "abcd"]),
    st.just(["a"]),
)


def outcome(schema: Schema, value: dict[str, object]) -> object:
    try:
        return repr(schema.check(value))
    except SchemaError as error:
        return error.path, error.message, error.hint


@given(member=members, value=values)
def test_a_quick_test_passes_what_the_generated_one_passes(member: object, value: object):
    quick = quick_test(member)
    if quick is None:
        return
    failed = object()
    fix = generate_fix(quick, lambda _: failed)
    assert passes(quick, value) == (fix(value) is not failed)


@given(
    declared=st.dictionaries(st.sampled_from("abc"), members, max_size=3),
    needed=st.sets(st.sampled_from("abc")),
    is_open=st.booleans(),
    value=st.dictionaries(st.sampled_from("abcd"), values, max_size=4),
)
def test_the_first_value_is_checked_as_the_next_one_is(
    declared: dict[str, object], needed: set[str], is_open: bool, value: dict[str, object]
):
    schema = compile_schema(
        {
            "type": "object",
            "properties": declared,
            "required": sorted(needed & set(declared)),
            "additionalProperties": is_open,
        }
    )
    first = outcome(schema, value)
    assert outcome(schema, value) == first
    assert outcome(schema.generated(), value) == first


def test_a_schema_has_nothing_that_is_not_declared():
    assert not hasattr(compile_schema({"count": 0}), "countenance")
