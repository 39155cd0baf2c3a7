from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.state_ops import (
    DeleteKeys,
    DeletePath,
    ReplaceState,
    SetPath,
    SetState,
    StateOp,
    StateOpError,
    apply,
)
from jido_cli.core.values import FrozenDict, ValueDomainError, freeze_mapping
from tests.core.values_strategies import KEYS, TREES, VALUES

STATE = freeze_mapping({"a": {"x": 1, "y": 2}, "b": [1], "c": None})


@pytest.mark.parametrize(
    ("op", "want"),
    [
        (SetState({"a": {"x": 9}}), {"a": {"x": 9, "y": 2}, "b": [1], "c": None}),
        (ReplaceState({"z": 1}), {"z": 1}),
        (DeleteKeys(["a", "nope"]), {"b": [1], "c": None}),
        (SetPath(["a", "x"], {"deep": 1}), {"a": {"x": {"deep": 1}, "y": 2}, "b": [1], "c": None}),
        (SetPath(("n", "m"), 1), {"a": {"x": 1, "y": 2}, "b": [1], "c": None, "n": {"m": 1}}),
        (DeletePath(["a", "x"]), {"a": {"y": 2}, "b": [1], "c": None}),
        (DeletePath(["a", "nope"]), STATE),
        (DeletePath(["nope", "x"]), STATE),
    ],
)
def test_an_operation_does_what_it_says(op, want):
    assert apply(STATE, [op]) == want
    assert STATE == {"a": {"x": 1, "y": 2}, "b": [1], "c": None}


@pytest.mark.parametrize(
    ("op", "want"),
    [
        (SetPath([], 1), "the path is empty"),
        (DeletePath([]), "the path is empty"),
        (SetPath(["b", "x"], 1), "b.x: b is [1], not a mapping"),
        (SetPath(["c", "x"], 1), "c.x: c is None, not a mapping"),
        (DeletePath(["a", "x", "y"]), "a.x.y: a.x is 1, not a mapping"),
        (StateOp(), "StateOp() is not a state operation"),
    ],
)
def test_an_operation_that_does_not_fit_is_refused(op, want):
    with pytest.raises(StateOpError) as caught:
        apply(STATE, [op])
    assert str(caught.value) == want


@pytest.mark.parametrize(
    ("make", "want"),
    [
        (lambda: SetPath("a.b", 1), "path 'a.b' is not a list of text"),
        (lambda: DeletePath([1]), "path [1]: 1 is not text"),
        (lambda: DeleteKeys("a"), "keys 'a' is not a list of text"),
    ],
)
def test_a_malformed_operation_is_refused_where_it_is_made(make, want):
    with pytest.raises(StateOpError) as caught:
        make()
    assert str(caught.value) == want


@pytest.mark.parametrize(
    "make",
    [lambda: SetState({"a": {1}}), lambda: ReplaceState({"a": {1}}), lambda: SetPath(["a"], {1})],
)
def test_values_of_operations_are_json(make):
    with pytest.raises(ValueDomainError, match="a set is not a JSON value"):
        make()


def test_an_operation_no_longer_sees_what_its_maker_does_to_the_value():
    value = {"x": [1]}
    op = SetPath(["v"], value)
    value["x"].append(2)
    assert apply(STATE, [op])["v"] == {"x": [1]}


def test_parts_that_an_operation_does_not_touch_are_shared():
    after = apply(STATE, [SetPath(["a", "x"], 2), DeleteKeys(["c"])])
    assert after["b"] is STATE["b"]
    assert apply(STATE, [SetState({"c": None}), DeletePath(["no"]), DeleteKeys(["no"])]) is STATE
    assert apply(STATE, [SetPath(["a", "x"], 1)]) == STATE


OPS = st.one_of(
    TREES.map(SetState),
    TREES.map(ReplaceState),
    st.lists(KEYS, max_size=2).map(DeleteKeys),
    st.builds(SetPath, st.lists(KEYS, min_size=1, max_size=3), VALUES),
    st.lists(KEYS, min_size=1, max_size=3).map(DeletePath),
)


@given(TREES, st.lists(OPS, max_size=4))
def test_what_comes_out_is_frozen_json_with_true_bounds(state, ops):
    before = freeze_mapping(state)
    try:
        after = apply(before, ops)
    except StateOpError:
        return
    assert type(after) is FrozenDict
    fresh = freeze_mapping(json.loads(json.dumps(after)))
    assert fresh == after
    assert after.depth >= fresh.depth
    assert after.size >= fresh.size - 24


def test_a_path_that_nests_too_deep_is_refused():
    with pytest.raises(ValueDomainError, match="nested deeper than 64"):
        apply(STATE, [SetPath(["x"] * 65, 1)])
