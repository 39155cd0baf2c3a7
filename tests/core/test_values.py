from __future__ import annotations

import copy
import json
import math
import pickle
from collections import OrderedDict
from enum import IntEnum, StrEnum
from types import MappingProxyType

import msgspec
import pytest
from hypothesis import given

from jido_cli.core.updates import merge
from jido_cli.core.values import (
    MAX_DEPTH,
    FrozenDict,
    FrozenList,
    ValueDomainError,
    check_size,
    freeze,
    freeze_mapping,
    thaw,
)
from tests.core.values_strategies import VALUES, nested, same_types

READ_ONLY = "this value is read-only: return the changes, do not make them in place"


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Ratio(float):
    pass


class Rows(list):
    pass


def rows(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def exact_depth(value: object) -> int:
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return 1 + max(map(exact_depth, items), default=0)
    return 0


@given(VALUES)
def test_thawing_what_was_frozen_gives_the_same_value_back(value):
    frozen = freeze(value)
    back = thaw(frozen)
    assert same_types(back, value)
    assert type(back) not in (FrozenDict, FrozenList)


@given(VALUES)
def test_a_frozen_value_is_frozen_all_the_way_down(value):
    def is_frozen(part: object) -> bool:
        if isinstance(part, dict):
            return type(part) is FrozenDict and all(map(is_frozen, part.values()))
        if isinstance(part, list):
            return type(part) is FrozenList and all(map(is_frozen, part))
        return True

    assert is_frozen(freeze(value))


@given(VALUES)
def test_json_pickle_and_msgspec_take_frozen_values(value):
    frozen = freeze(value)
    assert same_types(json.loads(json.dumps(frozen)), value)
    assert same_types(pickle.loads(pickle.dumps(frozen)), value)
    assert same_types(msgspec.json.decode(msgspec.json.encode(frozen)), value)


@given(VALUES)
def test_a_frozen_value_knows_bounds_of_its_depth_and_size(value):
    frozen = freeze(value)
    if isinstance(frozen, FrozenDict | FrozenList):
        assert frozen.depth == exact_depth(value)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        escapes = sum(6 for char in plain if char == "\\")
        assert frozen.size >= len(plain.encode()) - escapes


def test_freezing_a_frozen_value_returns_the_same_object():
    frozen = freeze({"a": [1, {"b": 2}]})
    assert freeze(frozen) is frozen
    assert freeze({"x": frozen})["x"] is frozen


def test_pickled_frozen_values_come_back_frozen():
    back = pickle.loads(pickle.dumps(freeze({"a": [1]})))
    assert (type(back), type(back["a"])) == (FrozenDict, FrozenList)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.__setitem__("a", 1),
        lambda d: d.__delitem__("a"),
        lambda d: d.clear(),
        lambda d: d.pop("a"),
        lambda d: d.popitem(),
        lambda d: d.setdefault("b", 1),
        lambda d: d.update(b=1),
        lambda d: d.__ior__({"b": 1}),
        lambda d: d["l"].append(1),
        lambda d: d["l"].__setitem__(0, 1),
        lambda d: d["l"].__delitem__(0),
        lambda d: d["l"].__iadd__([1]),
        lambda d: d["l"].__imul__(2),
        lambda d: d["l"].clear(),
        lambda d: d["l"].extend([1]),
        lambda d: d["l"].insert(0, 1),
        lambda d: d["l"].pop(),
        lambda d: d["l"].remove(1),
        lambda d: d["l"].reverse(),
        lambda d: d["l"].sort(),
    ],
)
def test_every_way_to_change_a_frozen_value_raises_and_changes_nothing(change):
    frozen = freeze({"a": 1, "l": [1, 2]})
    with pytest.raises(TypeError, match=READ_ONLY):
        change(frozen)
    assert frozen == {"a": 1, "l": [1, 2]}


def test_copies_of_frozen_values_are_plain_and_may_be_changed():
    frozen = freeze({"l": [{"a": 1}]})
    shallow, deep = copy.copy(frozen), copy.deepcopy(frozen)
    assert (type(shallow), type(frozen.copy()), type(frozen | {})) == (dict, dict, dict)
    deep["l"][0]["a"] = 2
    assert (deep, frozen) == ({"l": [{"a": 2}]}, {"l": [{"a": 1}]})
    assert (type(copy.copy(frozen["l"])), copy.deepcopy(frozen["l"])) == (list, [{"a": 1}])


@pytest.mark.parametrize(
    ("value", "path", "why"),
    [
        ({"a": [1, math.nan]}, ("a", 1), "nan is not a finite number"),
        (math.inf, (), "inf is not a finite number"),
        ({"n": 2**63}, ("n",), "9223372036854775808 is not a 64-bit integer"),
        ({"n": -(2**63) - 1}, ("n",), "-9223372036854775809 is not a 64-bit integer"),
        ({"n": 10**5000}, ("n",), "an integer of 16610 bits is not a 64-bit integer"),
        ({"a": {1: 2}}, ("a",), "the key 1 is not text"),
        ({"t": (1, 2)}, ("t",), "a tuple is not a JSON value: use a list"),
        ({"s": {1}}, ("s",), "a set is not a JSON value"),
        ({"o": object()}, ("o",), "an object is not a JSON value"),
        ({"t": "\ud800"}, ("t",), "'\\ud800' holds a lone surrogate"),
        ({"\ud800": 1}, (), "'\\ud800' holds a lone surrogate"),
        (b"bytes", (), "a bytes is not a JSON value"),
        (nested(MAX_DEPTH + 1), ("a",) * MAX_DEPTH, "nested deeper than 64"),
        (rows(MAX_DEPTH + 1), (0,) * MAX_DEPTH, "nested deeper than 64"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(value, path, why):
    with pytest.raises(ValueDomainError) as caught:
        freeze(value)
    assert (caught.value.path, caught.value.reason) == (path, why)


def test_the_error_names_the_value_and_the_place():
    with pytest.raises(ValueDomainError) as caught:
        freeze({"lines": [{"qty": {1}}]}, where="data")
    assert str(caught.value) == "data['lines'][0]['qty']: a set is not a JSON value"


def test_a_cyclic_value_is_refused_instead_of_followed_for_ever():
    cyclic: dict[str, object] = {}
    cyclic["self"] = cyclic
    with pytest.raises(ValueDomainError, match="nested deeper than 64"):
        freeze(cyclic)


def test_subclasses_become_the_plain_kind():
    frozen = freeze(
        OrderedDict(
            c=Colour.RED,
            n=Level.HIGH,
            m=MappingProxyType({Colour.RED: 1}),
            r=Ratio(0.5),
            l=Rows([1]),
        )
    )
    assert frozen == {"c": "red", "n": 3, "m": {"red": 1}, "r": 0.5, "l": [1]}
    assert [type(part) for part in frozen.values()] == [str, int, FrozenDict, float, FrozenList]
    assert [type(key) for key in frozen["m"]] == [str]


def test_a_frozen_container_that_others_made_is_taken_for_what_it_holds():
    made = FrozenDict(a=FrozenList([(1,)]))
    with pytest.raises(ValueDomainError, match="a tuple is not a JSON value"):
        freeze({"x": made})
    frozen = freeze_mapping(FrozenDict(a=FrozenList([1])))
    assert (frozen, frozen.depth) == ({"a": [1]}, 2)
    assert merge(frozen, FrozenDict(b=[1])) == {"a": [1], "b": [1]}


def test_a_mapping_is_asked_for_where_one_is_needed():
    with pytest.raises(ValueDomainError) as caught:
        freeze_mapping([1], where="state")
    assert str(caught.value) == "state: a list where a mapping is needed"


def test_wrapping_the_state_again_and_again_ends_at_the_allowed_depth():
    value = freeze_mapping({"a": 1})
    with pytest.raises(ValueDomainError, match="nested deeper than 64"):
        for _ in range(MAX_DEPTH + 1):
            value = freeze_mapping({"a": value})
    assert value.depth == MAX_DEPTH


def test_a_state_over_the_limit_is_refused_and_one_below_it_is_not():
    state = freeze_mapping({"t": "x" * 1000})
    check_size(state, 1100)
    with pytest.raises(ValueDomainError, match="larger than 900 bytes as JSON: 1008"):
        check_size(state, 900)


def test_a_bound_that_is_too_high_is_measured_before_it_counts():
    state = freeze_mapping({"n": [1] * 100})
    assert state.size > 1000
    check_size(state, 300)
    assert state.size == len('{"n":[]}') + 199
