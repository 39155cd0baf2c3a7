"""The form: fields from a schema, checked at every key, and the command that does the same."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.control.parameters import read_pairs
from jido_cli.tui.model.commands import CommandList
from jido_cli.tui.model.field import TextField
from jido_cli.tui.model.form import SignalForm
from jido_cli.tui.model.schema_words import check, describe
from jido_cli.tui.model.tree import TreeModel
from tests.tui import scripted


def form(properties: dict, required: tuple = (), pattern: str = "order.requested") -> SignalForm:
    params = {"type": "object", "properties": properties, "required": list(required)}
    route = {"pattern": pattern, "actions": ["create"], "params": params}
    return SignalForm("orders", [route], "send")


@pytest.mark.parametrize(
    ("schema", "is_required", "text"),
    [
        ({"type": "string"}, True, "text, required"),
        ({"type": "string"}, False, "text, optional"),
        ({"type": "integer", "minimum": 1, "maximum": 99}, True, "integer, 1 to 99"),
        ({"type": "integer", "minimum": 1, "default": 1}, False, "integer, at least 1"),
        ({"type": "number", "maximum": 5}, False, "number, at most 5, optional"),
        ({"type": "boolean"}, False, "true or false"),
        ({"enum": ["a", "b"]}, True, "one of 2, required"),
        ({"type": ["string", "null"]}, False, "text or null, optional"),
        ({}, False, "any value, optional"),
    ],
)
def test_what_a_field_takes_is_said_in_words(schema, is_required, text):
    assert describe(schema, is_required=is_required) == text


@pytest.mark.parametrize(
    ("value", "schema", "problem"),
    [
        (3, {"type": "integer"}, ""),
        ("x", {"type": "integer"}, "wanted is an integer"),
        (3, {"type": "number"}, ""),
        (1.5, {"type": "integer"}, "wanted is an integer"),
        (0, {"type": "integer", "minimum": 1}, "at least 1"),
        (100, {"maximum": 99}, "at most 99"),
        ("", {"minLength": 1}, "at least 1 characters"),
        ("abc", {"maxLength": 2}, "at most 2 characters"),
        ([1], {"type": "array"}, ""),
        ({}, {"type": "object"}, ""),
        ("x", {"type": "object"}, "wanted is an object"),
        (True, {"type": "integer"}, "wanted is an integer"),
        (True, {"minimum": 5}, ""),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_a_few_words(value, schema, problem):
    assert check(value, schema) == problem


def test_a_default_is_not_sent_and_a_required_field_without_one_is_asked_for():
    found = form(
        {"by": {"type": "integer", "default": 1}, "sku": {"type": "string"}}, ("by", "sku")
    )
    assert [field.problem() for field in found.fields] == ["", "required"]
    found.fields[1].line.insert("A-1")
    assert found.signal() == {"type": "order.requested", "data": {"sku": "A-1"}}


def test_choices_and_boxes_go_round_and_may_be_left_out_where_they_are_optional():
    found = form({"size": {"enum": ["s", "m"]}, "fast": {"type": "boolean"}}, ("fast",))
    size, fast = found.fields
    seen = []
    for _ in range(4):
        size.cycle(1)
        seen.append(size.chosen)
    assert seen == ["s", "m", None, "s"]
    fast.cycle(1)
    fast.cycle(1)
    assert fast.chosen in (True, False) and fast.problem() == ""


def test_objects_and_lists_are_json_fields():
    found = form({"lines": {"type": "array"}})
    found.fields[0].line.insert("[1, 2]")
    assert found.signal()["data"] == {"lines": [1, 2]}
    assert found.command() == "jido send orders order.requested 'lines=[1, 2]'"


def test_an_agent_without_routes_can_still_be_written_to_by_hand():
    found = SignalForm("orders", [], "send")
    assert (found.problems(), found.fields) == (1, [])
    found.type_line.insert("a.b")
    found.edit_json()
    found.json_line.set('{"x": 1}')
    assert found.signal() == {"type": "a.b", "data": {"x": 1}}
    assert found.command() == "jido send orders a.b x=1"


def test_what_was_typed_is_kept_when_another_route_is_looked_at():
    params = {"type": "object", "properties": {"sku": {"type": "string"}}}
    routes = [
        {"pattern": "a", "actions": [], "params": params},
        {"pattern": "b", "actions": [], "params": params},
    ]
    found = SignalForm("orders", routes, "call")
    found.fields[0].line.insert("A-1")
    found.cycle_route(1)
    assert (found.type_line.text, found.fields[0].line.text) == ("b", "A-1")
    found.cycle_route(-2)
    assert found.type_line.text == "b"


@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=5),
        st.text(max_size=8)
        | st.integers(-5, 5)
        | st.booleans()
        | st.none()
        | st.lists(st.integers()),
        max_size=4,
    )
)
def test_the_command_of_a_form_reads_back_as_the_same_data(data):
    found = SignalForm("orders", [], "send")
    found.type_line.insert("a.b")
    found.edit_json()
    found.json_line.set(json.dumps(data))
    words = shlex.split(found.command())[4:]
    assert read_pairs(words, None) == data


# -- a line that is typed


def test_keys_edit_a_line():
    line = TextField("ab")
    for key in ("left", "x", "home", "delete", "end"):
        assert line.key(key, key if len(key) == 1 else None)
    assert (line.text, line.at) == ("xb", 2)
    assert line.key("backspace", None) and line.text == "x"
    assert not line.key("f5", None) and not line.key("ctrl+x", "\x18")
    line.set("two words here")
    assert line.key("alt+backspace", None) and line.text == "two words "
    assert line.key("ctrl+u", None) and line.text == ""


def test_earlier_lines_come_back_and_the_draft_is_kept():
    line = TextField("", earlier=["first", "second"])
    line.insert("draft")
    seen = []
    for key in ("up", "up", "up", "down", "down"):
        line.key(key, None)
        seen.append(line.text)
    assert seen == ["second", "first", "first", "second", "draft"]


KEYS = ["left", "right", "home", "end", "backspace", "delete", "ctrl+k", "x"]


@given(st.lists(st.sampled_from(KEYS)))
def test_the_cursor_stays_in_the_line(keys):
    line = TextField("abc")
    for key in keys:
        line.key(key, key if len(key) == 1 else None)
        assert 0 <= line.at <= len(line.text)


def test_pasted_lines_become_one():
    line = TextField()
    line.insert("a\nb\r\nc")
    assert line.text == "a b c"


# -- the palette


def commands(typed: str) -> list[str]:
    tree = TreeModel()
    tree.update(scripted.tree(shipping={"status": "stopped"}), scripted.NOW)
    return [one.title for one in CommandList(tree, " -e shop").find(typed)]


def test_the_best_fit_comes_first():
    assert commands("rest inv")[0] == "Restart inventory"
    assert commands("kill orders")[0] == "Kill orders"
    assert commands("thm")[0] == "Theme"
    assert commands("zzz") == []


def test_without_a_word_there_are_the_selected_node_and_the_dashboard():
    assert commands("")[:3] == ["Stop root", "Restart root", "Kill root"]
    assert "Quit or detach" in commands("")


def test_what_is_down_is_started_and_only_agents_take_signals():
    assert commands("shipping")[0] == "Start shipping"
    assert "Kill shipping" not in commands("shipping")
    assert not [one for one in commands("pipeline") if one == "Call pipeline"]
