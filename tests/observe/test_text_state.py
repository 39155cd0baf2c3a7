"""`jido state` shows JSON, cut short on a terminal only."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.observe.text.state import full_lines, one_line, short_lines

ORDERS = {f"o-{number}": {"cents": 9050, "status": "pending"} for number in range(772, 1184)}
STATE = {
    "status": "open",
    "last_order_id": "o-1183",
    "total_cents": 4812050,
    "orders": ORDERS,
}
DRAWN = """\
{
  "status": "open",
  "last_order_id": "o-1183",
  "total_cents": 4812050,
  "orders": {"o-1181": {...}, "o-1182": {...}, "o-1183": {...}}
}"""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_a_state_is_cut_short_as_drawn_and_says_what_is_missing():
    lines, notes = short_lines(STATE)
    assert "\n".join(lines) == DRAWN
    assert notes == ["412 items in orders, 3 shown"]


def test_a_scalar_is_its_json():
    assert short_lines(0) == (["0"], [])
    assert short_lines("open") == (['"open"'], [])


def test_empty_values_are_not_elided():
    lines, notes = short_lines({"a": {"b": {}}, "c": [[]], "d": {}})
    assert lines == ["{", '  "a": {"b": {}},', '  "c": [[]],', '  "d": {}', "}"]
    assert notes == []


def test_elided_depth_alone_is_told_too():
    assert short_lines({"a": {"b": {"c": 1}}})[1] == ["deeper values are left out"]


def test_a_long_text_is_cut_and_counted():
    lines, notes = short_lines({"prompt": "x" * 5000})
    assert len(lines[1]) < 200
    assert notes == ["5,000 characters in prompt, 160 shown"]


@given(VALUES)
def test_the_full_value_is_the_same_value_again(value):
    assert json.loads("\n".join(full_lines(value))) == value
    assert json.loads(one_line(value)) == value


@given(st.text())
def test_no_value_steers_the_terminal(text):
    shown = one_line(text) + "".join(full_lines({text: [text]}))
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert not any("\u202a" <= char <= "\u202e" for char in shown)
