from __future__ import annotations

import pytest
from hypothesis import given

from jido_cli.core.updates import is_same, merge, with_items, without
from jido_cli.core.values import MAX_DEPTH, freeze, freeze_mapping, thaw
from tests.core.values_strategies import TREES, nested, same_types


def naive_merge(base: dict, delta: dict) -> dict:
    merged = dict(base)
    for key, value in delta.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = naive_merge(old, value) if both else value
    return merged


@given(TREES, TREES)
def test_merging_is_deep_and_leaves_the_base_alone(base, delta):
    frozen = freeze_mapping(base)
    merged = merge(frozen, delta)
    assert same_types(merged, naive_merge(base, delta))
    assert same_types(frozen, base)


@given(TREES, TREES)
def test_merging_twice_is_merging_once(base, delta):
    once = merge(freeze_mapping(base), delta)
    assert same_types(merge(once, delta), once)


@given(TREES, TREES)
def test_a_merge_keeps_the_bounds_of_depth_and_size(base, delta):
    merged = merge(freeze_mapping(base), delta)
    fresh = freeze_mapping(thaw(merged))
    assert merged.depth >= fresh.depth
    assert merged.size >= fresh.size - 24


@given(TREES)
def test_merging_scalars_that_are_there_already_returns_the_base_itself(base):
    frozen = freeze_mapping(base)
    scalars = {k: v for k, v in base.items() if not isinstance(v, dict | list)}
    assert merge(frozen, scalars) is frozen


def test_a_merge_shares_what_it_does_not_touch():
    base = freeze_mapping({"a": {"x": 1}, "b": {"y": 2}, "l": [1]})
    merged = merge(base, {"b": {"y": 3}})
    assert merged["a"] is base["a"]
    assert merged["l"] is base["l"]
    assert merge(base, {"a": {"x": 1}, "l": base["l"]}) is base


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (0, False), (0.0, False)])
def test_numbers_and_booleans_that_python_holds_for_equal_are_changes(one, other):
    base = freeze_mapping({"v": one})
    assert not is_same(one, other)
    assert merge(base, {"v": other})["v"] is other


def test_a_depth_that_was_once_reached_does_not_count_for_ever():
    deep = freeze_mapping({"a": nested(MAX_DEPTH - 1)})
    flat = with_items(deep, {"a": 1})
    assert freeze({"x": flat}) == {"x": {"a": 1}}


def test_keys_can_be_left_out():
    base = freeze_mapping({"a": 1, "b": 2})
    assert without(base, ["a", "z"]) == {"b": 2}
    assert without(base, ["z"]) is base
