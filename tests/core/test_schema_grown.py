"""Lists that grew: what is spared is never what could be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.schema import SchemaError, compile_schema
from jido_cli.core.schema_grown import FEW, list_places
from jido_cli.core.updates import extended, with_items
from jido_cli.core.values import FrozenList, freeze, freeze_mapping

SOURCE = {
    "type": "object",
    "properties": {
        "log": {
            "type": "object",
            "properties": {
                "entries": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"n": {"type": "integer"}, "f": {"type": "number"}},
                        "required": ["n"],
                    },
                },
                "name": {"type": "string"},
            },
        },
        "few": {"type": "array", "maxItems": 3},
    },
}
SCHEMA = compile_schema(SOURCE)
ENTRIES = st.fixed_dictionaries(
    {"n": st.one_of(st.integers(0, 9), st.sampled_from([1.0, 0.5, "x"]))},
    optional={"f": st.sampled_from([1, 2.5, None])},
)


def state_of(entries: object) -> object:
    return freeze_mapping({"log": {"entries": entries, "name": "a"}, "few": []})


def test_only_lists_of_which_nothing_but_their_elements_is_said_are_spared():
    log, few = SOURCE["properties"].values()
    assert (list(list_places(log)), list(list_places(few))) == ([("entries",)], [])
    assert list(list_places({"type": "array", "uniqueItems": True})) == []
    assert list(list_places({"type": "object", "properties": log["properties"], "not": {}})) == []


@given(st.integers(0, 40), st.integers(0, 3), st.lists(ENTRIES, max_size=4))
def test_a_list_that_grew_or_lost_its_first_is_judged_as_if_all_of_it_were_new(size, gone, more):
    base = SCHEMA.check(state_of([{"n": n} for n in range(size)]))
    old = base["log"]["entries"]
    entries = extended(old, more, most=max(0, size + len(more) - gone))
    after = with_items(base, {"log": with_items(base["log"], {"entries": entries})})
    try:
        wanted = SCHEMA.check(state_of([*old, *more][gone:]))
    except SchemaError as error:
        with pytest.raises(SchemaError) as told:
            SCHEMA.recheck(base, after)
        assert (str(told.value), told.value.path) == (str(error), error.path)
        return
    found = SCHEMA.recheck(base, after)
    assert repr(found) == repr(wanted)
    assert type(found["log"]["entries"]) is FrozenList


def test_elements_that_only_look_like_those_before_are_checked():
    base = SCHEMA.check(state_of([{"n": 1}] * (2 * FEW)))
    after = state_of([{"n": 1.0}, *base["log"]["entries"]])
    found = SCHEMA.recheck(base, after)
    assert repr(found["log"]["entries"][0]) == "{'n': 1}"


@given(st.lists(st.text(max_size=5), max_size=9), st.lists(st.integers(0, 9), max_size=5))
def test_an_extended_list_knows_its_size_and_depth_as_a_frozen_one(base, more):
    for most in (None, 0, 4):
        made = extended(freeze(base), more, most=most)
        whole = [*base, *more]
        exact = freeze(whole if most is None else whole[max(0, len(whole) - most) :])
        assert (made, made.size, made.depth) == (exact, exact.size, exact.depth)
