"""Mistakes in declarations: all are found, each at its place, with what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jido_cli.core.action import action, from_function
from jido_cli.core.cel.template import DeclarationError
from jido_cli.core.declarative.action import compile_action
from jido_cli.core.schema import compile_schema

STATE = compile_schema(
    {
        "count": 1,
        "ratio": 0.5,
        "name": "bo",
        "tags": [],
        "last": {"type": ["string", "null"], "default": None},
        "box": {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "default": {"a": 1},
        },
    }
)


def problems(declaration: Mapping[str, object]) -> tuple[DeclarationError, ...]:
    made = compile_action("act", declaration, state_schema=STATE)
    assert (made.action is None) == bool(made.problems)
    return made.problems


@pytest.mark.parametrize(
    ("declaration", "path", "message", "hint"),
    [
        (
            {"set": {"cuont": 1}},
            ("set", "cuont"),
            "the state has no key 'cuont'",
            "did you mean 'count'?",
        ),
        (
            {"merge": {"cuont": 1}},
            ("merge", "cuont"),
            "the state has no key 'cuont'",
            "did you mean 'count'?",
        ),
        ({"set": {"box.b": 1}}, ("set", "box.b"), "the state has no key 'box.b'", "there is a"),
        (
            {"set": {"count": "${{ state.name }}"}},
            ("set", "count"),
            "count is an integer, but this gives text",
            "convert it: int(x)",
        ),
        (
            {"set": {"count": "x"}},
            ("set", "count"),
            "count is an integer, but this gives text",
            "convert it: int(x)",
        ),
        (
            {"set": {"count": 1.5}},
            ("set", "count"),
            "count is an integer, but this gives a number",
            "convert it: int(x)",
        ),
        (
            {"set": {"name": "${{ state.count }}"}},
            ("set", "name"),
            "name is text, but this gives an integer",
            "convert it: string(x)",
        ),
        (
            {"set": {"box.a": True}},
            ("set", "box.a"),
            "box.a is an integer, but this gives a boolean",
            None,
        ),
        (
            {"set": {"tags": "${{ {'a': 1} }}"}},
            ("set", "tags"),
            "tags is a list, but this gives a mapping",
            None,
        ),
        (
            {"set": {"count": None}},
            ("set", "count"),
            "count is an integer, but this gives null",
            None,
        ),
        (
            {"set": {"count": "${{ next.count }}"}},
            ("set", "count"),
            "'next' is the state after the action: only emit and directives see it",
            None,
        ),
        (
            {"set": {"count": "${{ result.x }}"}},
            ("set", "count"),
            "'result' is what the work returns, and this action has none",
            None,
        ),
        ({"set": {"count": "${{ params.x }}"}}, ("set", "count"), "undefined field 'x'", None),
        ({"set": [1]}, ("set",), "[1] is not a mapping", None),
        ({"set": {"a..b": 1}}, ("set", "a..b"), "'a..b' has an empty part", None),
        (
            {"set": {"box.a": 1, "box": {}}},
            ("set", "box"),
            "'box' and 'box.a' of set touch one path",
            None,
        ),
        (
            {"set": {"box.a": 1}, "merge": {"box": {"a": 2}}},
            ("merge", "box", "a"),
            "merge and 'box.a' of set touch one path",
            None,
        ),
        ({"merge": 5}, ("merge",), "merge needs a mapping, not 5", None),
        (
            {"merge": "${{ state.count }}"},
            ("merge",),
            "merge needs a mapping, not an integer",
            None,
        ),
        ({"require": "state.count"}, ("require",), "a condition must be bool, not int", None),
        (
            {"require": "${{ true }}"},
            ("require",),
            "this is plain CEL already, without ${{ }}",
            "leave out the braces",
        ),
        (
            {"require": "result.x == 1", "run": "m:f"},
            ("require",),
            "'result' is what the work returns: locals and require come before it",
            None,
        ),
        (
            {"require": [{"message": "x"}]},
            ("require", 0),
            "a requirement is CEL, or {check, message}",
            None,
        ),
        (
            {"require": [{"check": "state.cuont > 1"}]},
            ("require", 0, "check"),
            "undefined field 'cuont'",
            "did you mean 'count'?",
        ),
        (
            {"require": "true", "message": "${{ state.nam }}"},
            ("message",),
            "undefined field 'nam'",
            "did you mean 'name'?",
        ),
        (
            {"message": "x"},
            ("message",),
            "message says what a failed require says; there is none",
            None,
        ),
        (
            {"require": ["true"], "message": "x"},
            ("message",),
            "write the message beside each check of the list",
            None,
        ),
        ({"emit": {"data": 1}}, ("emit",), "a signal needs a type", None),
        ({"emit": 5}, ("emit",), "5 is not a mapping {type, data, ...}", None),
        (
            {"emit": [{"type": "a", "dta": 1}]},
            ("emit", 0, "dta"),
            "unknown key 'dta'",
            "did you mean 'data'?",
        ),
        (
            {"emit": {"type": "a", "when": "state.count"}},
            ("emit", "when"),
            "a condition must be bool, not int",
            None,
        ),
        (
            {"emit": {"type": "a", "to": "slef"}},
            ("emit", "to"),
            "'slef' is not a target",
            "did you mean 'self'?",
        ),
        (
            {"emit": {"type": "a", "to": {"target": "pool"}}},
            ("emit", "to"),
            "the target {'target': 'pool'} is not available yet",
            None,
        ),
        (
            {"emit": {"type": "a", "to": ["bus", {"target": "t"}]}},
            ("emit", "to"),
            "the target {'target': 't'} is not available yet",
            None,
        ),
        (
            {"emit": {"type": "a", "data": "${{ next.cuont }}"}},
            ("emit", "data"),
            "undefined field 'cuont'",
            "did you mean 'count'?",
        ),
        ({"emit": {"type": ""}}, ("emit",), "emit: type is empty", None),
        ({"params": {"by": {"tipe": "integer"}}}, None, None, None),
        ({"params": 5}, ("params",), "5 is not a schema", None),
        (
            {"output": {"x": 1}},
            ("output",),
            "output describes what the work returns, and there is none",
            None,
        ),
        (
            {"timeout": "5 s"},
            ("timeout",),
            "'5 s' is not a duration",
            "write a number and a unit: 250ms, 5s, 2m, 1h, 1d",
        ),
        ({"steps": {}}, ("steps",), "'steps' is not available yet", None),
        ({"use": "x"}, ("use",), "'use' is not available yet", None),
        ({"sett": {}}, ("sett",), "unknown key 'sett'", "did you mean 'set'?"),
    ],
)
def test_a_mistake_is_told_once_at_its_place(
    declaration: Mapping[str, object],
    path: tuple[str | int, ...] | None,
    message: str | None,
    hint: str | None,
) -> None:
    (found,) = problems(declaration)
    if path is None:
        assert found.path[0] == "params"
        return
    assert (found.path, found.message, found.hint) == (path, message, hint)


def test_all_mistakes_come_back_in_the_order_of_the_keys() -> None:
    declaration = {
        "params": {"by": 1},
        "emit": {"type": "a", "data": "${{ state.x }}"},
        "require": "state.y",
        "set": {"count": "${{ params.z + state.w }}", "nme": 1},
        "lokals": {},
    }
    assert [each.path for each in problems(declaration)] == [
        ("emit", "data"),
        ("require",),
        ("set", "count"),
        ("set", "count"),
        ("set", "nme"),
        ("lokals",),
    ]


def test_a_mistake_in_a_key_is_placed_within_the_key() -> None:
    (found,) = problems({"set": {"box.bb": 1}})
    assert (found.is_key, found.offset_column, found.length) == (True, 5, 2)
    (found,) = problems({"set": {"box.${{ state.x }}": 1}})
    assert (found.is_key, found.path, found.offset_column) == (
        True,
        ("set", "box.${{ state.x }}"),
        15,
    )


def test_keys_for_other_tools_are_left_alone() -> None:
    assert problems({"x-note": 1, "set": {"count": 2}}) == ()


def test_a_value_that_may_be_null_takes_null() -> None:
    assert problems({"set": {"last": None}}) == ()


def test_without_a_state_schema_any_key_may_be_set() -> None:
    assert compile_action("act", {"set": {"what.ever": "${{ state.x }}"}}).problems == ()


@action
def work(by: int = 1) -> object:
    return None


def test_declared_params_must_be_parameters_of_the_function() -> None:
    declaration = {"run": "m:f", "params": {"bye": 1}}
    made = compile_action("act", declaration, work=from_function(work))
    (found,) = made.problems
    assert (found.path, found.message, found.hint) == (
        ("params", "bye"),
        "the function has no parameter 'bye'",
        "did you mean 'by'?",
    )


def test_a_problem_can_be_seen_from_further_out() -> None:
    inner = DeclarationError(("set", "a"), "wrong", 2, 3, 4, "hint", is_key=True)
    assert inner.under("actions", "x") == DeclarationError(
        ("actions", "x", "set", "a"), "wrong", 2, 3, 4, "hint", is_key=True
    )
