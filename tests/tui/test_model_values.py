"""A state as rows: what changed is found and marked, what is long is cut and counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.tui.model.changes import MOST, NOTHING, Change, changes
from jido_cli.tui.model.value_tree import MEMBERS_SHOWN, value_rows
from jido_cli.tui.model.watched import Watched
from jido_cli.tui.view.values import spelled

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [Change(("a",), 1, 2)]),
        ({"a": 1}, {}, [Change(("a",), 1, NOTHING)]),
        ({}, {"a": {}}, [Change(("a",), NOTHING, {})]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [Change(("a", 1), 2, 3), Change(("a", 2), NOTHING, 4)]),
        ({"a": {"b": 1}}, {"a": [1]}, [Change(("a",), {"b": 1}, [1])]),
        (None, {"a": 1}, [Change((), None, {"a": 1})]),
    ],
)
def test_changes_are_the_leaves_that_differ(before, after, found):
    assert list(changes(before, after)) == found


def test_changes_are_bounded():
    assert len(changes({}, {str(n): n for n in range(2 * MOST)})) == MOST


@given(JSON)
def test_nothing_changes_between_equal_values(value):
    assert changes(value, value) == ()


@given(JSON, JSON)
def test_different_values_have_changes(before, after):
    assert bool(changes(before, after)) or before == after


def watched(*states: object, start: int = 1) -> Watched:
    found = Watched("root/a")
    for seq, state in enumerate(states, start):
        found.take_state({"state": state, "seq": seq}, at=float(seq))
    return found


def test_the_first_state_is_no_change():
    found = watched({"a": 1})
    assert (found.changes, found.seq) == ((), 1)


def test_the_newest_commands_changes_are_marked():
    found = watched({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 2})
    assert [change.path for change in found.changes] == [("b",)]
    assert (found.commands, found.changed_at) == (1, 3.0)


def test_a_command_that_changes_nothing_takes_the_marks_away():
    found = watched({"a": 1}, {"a": 2}, {"a": 2})
    assert found.changes == ()


def test_states_that_were_skipped_are_counted():
    found = watched({"a": 1})
    found.take_state({"state": {"a": 9}, "seq": 13}, at=2.0)
    assert found.commands == 12


def test_a_new_incarnation_begins_without_marks():
    found = watched({"a": 1}, {"a": 2})
    found.take_state({"state": {"a": 0}, "seq": 0}, at=3.0)
    assert (found.changes, found.state) == ((), {"a": 0})


def test_an_answer_without_state_is_no_state():
    found = Watched("root")
    found.take({"kind": "supervisor"}, 1.0)
    assert found.seq is None
    found.refuse("no node 'a'")
    assert found.problem == "no node 'a'"
    found.take({"kind": "agent", "state": None, "seq": 3}, 2.0)
    assert (found.problem, found.state) == (None, None)


def keys(found: Watched) -> list[str]:
    return [f"{'~' if row.is_changed else ''}{row.key}" for row in value_rows(found)]


def test_containers_begin_folded_and_open_where_something_changes():
    before = {"status": "open", "orders": {"o-1": {"cents": 1}}}
    after = {"status": "open", "orders": {"o-1": {"cents": 2}}}
    assert keys(watched(before)) == ["status", "orders"]
    assert keys(watched(before, after)) == ["status", "orders", "~o-1", "~cents"]


def test_a_folded_container_carries_the_mark_of_what_is_in_it():
    found = watched({"a": {"b": 1}}, {"a": {"b": 2}})
    found.fold(("a",), folded=True)
    assert keys(found) == ["~a"]


def test_of_a_long_container_the_newest_are_shown_until_it_is_opened_by_hand():
    before = {"orders": {f"o-{n}": 0 for n in range(20)}}
    after = {"orders": before["orders"] | {"o-3": 1}}
    found = watched(before, after)
    assert keys(found) == ["orders", "~o-3", "o-17", "o-18", "o-19"]
    found.fold(("orders",), folded=False)
    assert len(keys(found)) == 21


def test_what_is_too_long_even_then_is_counted():
    found = watched({"orders": list(range(MEMBERS_SHOWN + 5))})
    found.fold(("orders",), folded=False)
    rows = value_rows(found)
    assert (rows[1].hidden, len(rows)) == (5, MEMBERS_SHOWN + 2)
    assert value_rows(watched({str(n): n for n in range(MEMBERS_SHOWN + 7)}))[0].hidden == 7


@given(JSON)
def test_every_state_has_rows(state):
    for row in value_rows(watched(state)):
        assert isinstance(spelled(row.value), str)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4_812_050, "4,812,050"),
        (-1, "-1"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ("open", '"open"'),
        ('a"b\n', '"a\\"b\\n"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ({}, "{}"),
        ([], "[]"),
        ({"a": 1}, "{1 key}"),
        ([1, 2], "[2 items]"),
        (dict.fromkeys(map(str, range(412))), "412 items"),
        ([0] * 12, "12 items"),
        (NOTHING, "nothing"),
    ],
)
def test_values_are_spelled_in_one_short_line(value, text):
    assert spelled(value) == text


def test_a_long_text_is_cut_and_counted():
    assert spelled("x" * 5000) == '"' + "x" * 400 + '"… 5,000'
