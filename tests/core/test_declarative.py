"""Declared actions, run as commands: what the keys do to state, directives and failures."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jido_cli.core.action import ActionError
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.command import begin_signal
from jido_cli.core.context import Context
from jido_cli.core.declarative.action import compile_action, compile_with
from jido_cli.core.directives import Emit
from jido_cli.core.outcomes import Done
from jido_cli.core.signals import Signal
from jido_cli.core.targets import AgentTarget
from jido_cli.core.values import freeze
from tests.core.expressions.declared import STATE, agent_with, changes, compiled, done, failure


def test_set_assigns_what_its_expressions_give() -> None:
    outcome = done(
        {"params": {"by": 1}, "set": {"count": "${{ state.count + params.by }}"}}, {"by": 4}
    )
    assert changes(outcome) == {"count": 5}
    assert outcome.output == {"count": 5}
    assert outcome.directives == ()


def test_all_values_see_the_old_state() -> None:
    declaration = {
        "set": {"count": "${{ state.count + 1 }}", "ratio": "${{ double(state.count) }}"}
    }
    assert changes(done(declaration)) == {"count": 2, "ratio": 1.0}


def test_set_replaces_a_mapping_and_merge_merges_it() -> None:
    assert changes(done({"set": {"box": {"a": 5}}})) == {"box": {"a": 5}}
    assert changes(done({"merge": {"box": {"a": 5}}})) == {"box": {"a": 5, "b": 2}}
    assert changes(done({"set": {"box": "${{ {'a': state.count + 4} }}"}})) == {"box": {"a": 5}}


def test_a_path_goes_into_mappings_and_makes_those_that_are_missing() -> None:
    declaration = {
        "params": {"id": {"type": "string"}},
        "set": {"orders.${{ params.id }}.status": "paid", "box.a": 7},
    }
    outcome = done(declaration, {"id": "o.1"})
    assert changes(outcome) == {"orders": {"o.1": {"status": "paid"}}, "box": {"a": 7, "b": 2}}
    assert outcome.output == {"orders": {"o.1": {"status": "paid"}}, "box": {"a": 7, "b": 2}}


def test_merge_takes_an_expression() -> None:
    outcome = done({"merge": "${{ {'count': 9, 'box': {'b': 3}} }}"})
    assert changes(outcome) == {"count": 9, "box": {"a": 1, "b": 3}}
    assert outcome.output == {"count": 9, "box": {"a": 1, "b": 3}}


def test_an_expression_for_merge_must_give_a_mapping() -> None:
    outcome = done({"merge": "${{ signal.data.x }}"}, {"x": 1})
    assert failure(outcome) == (
        "expression",
        "merge: the expression gives 1, not a mapping",
        False,
    )


def test_an_integer_for_a_number_becomes_one() -> None:
    state = done({"set": {"ratio": 2}}).agent.state
    assert (state["ratio"], type(state["ratio"])) == (2.0, float)


def test_a_constant_needs_no_expression() -> None:
    outcome = done({"set": {"count": 0, "last": "x", "tags": ["a", "${{ state.name }}"]}})
    assert changes(outcome) == {"count": 0, "last": "x", "tags": ["a", "bo"]}


def test_a_failing_expression_fails_the_command_and_tells_its_place() -> None:
    outcome = done({"set": {"name": "x", "count": "${{ 1 /\n  (state.count - 1) }}"}})
    assert failure(outcome) == (
        "expression",
        "set.count: division by zero in '1 /\\n  (state.count - 1)' at 1:3",
        False,
    )
    assert outcome.error is not None
    assert outcome.error.details == {
        "key": "set.count",
        "expression": "1 /\n  (state.count - 1)",
        "line": 1,
        "column": 3,
    }


def test_a_state_that_would_not_be_valid_fails_the_command() -> None:
    outcome = done({"set": {"count": "${{ signal.data.x }}"}}, {"x": "text"})
    assert failure(outcome)[0] == "invalid_state"


def test_computed_paths_that_meet_fail_the_command() -> None:
    declaration = {"set": {"orders.${{ signal.data.a }}": 1, "orders.${{ signal.data.b }}": 2}}
    assert changes(done(declaration, {"a": "x", "b": "y"})) == {"orders": {"x": 1, "y": 2}}
    assert failure(done(declaration, {"a": "x", "b": "x"})) == (
        "expression",
        "set: 'orders.x' and 'orders.x' of set touch one path",
        False,
    )


@pytest.mark.parametrize(
    ("require", "message", "want"),
    [
        ("state.count > 1", None, "requirement not met: state.count > 1"),
        ("state.count > 1", "only ${{ state.count }}", "only 1"),
        (["true", {"check": "state.count > 1", "message": "no"}], None, "no"),
        ([{"check": "state.count > 1"}], None, "requirement not met: state.count > 1"),
    ],
)
def test_a_requirement_that_does_not_hold_fails_the_command(
    require: object, message: str | None, want: str
) -> None:
    declaration: dict[str, object] = {"require": require, "set": {"count": 9}}
    if message is not None:
        declaration["message"] = message
    assert failure(done(declaration)) == ("require", want, False)


def test_a_requirement_that_holds_is_not_seen() -> None:
    declaration = {"require": ["state.count == 1", "has(signal.data.x)"], "set": {"count": 9}}
    assert changes(done(declaration, {"x": 1})) == {"count": 9}


def test_emit_sees_the_state_before_and_after() -> None:
    declaration = {
        "params": {"by": 1},
        "set": {"count": "${{ state.count + params.by }}"},
        "emit": {
            "type": "count.changed",
            "subject": "${{ state.name }}",
            "source": "/x",
            "id": "n-${{ next.count }}",
            "extensions": {"tenant": "${{ state.name }}"},
            "data": {"was": "${{ state.count }}", "is": "${{ next.count }}"},
        },
    }
    outcome = done(declaration)
    assert changes(outcome) == {"count": 2}
    assert outcome.directives == (
        Emit(
            type="count.changed",
            data={"was": 1, "is": 2},
            subject="bo",
            source="/x",
            id="n-2",
            extensions={"tenant": "bo"},
        ),
    )


def test_next_is_the_state_as_it_will_be_normalised() -> None:
    declaration = {"set": {"ratio": 2}, "emit": {"type": "t", "data": "${{ next.ratio * 1.5 }}"}}
    assert done(declaration).directives == (Emit(type="t", data=3.0),)


def test_without_state_keys_next_is_the_state() -> None:
    outcome = done({"emit": {"type": "t", "data": "${{ next.count }}"}})
    assert outcome.directives == (Emit(type="t", data=1),)
    assert outcome.output is None


def test_signals_of_an_invalid_state_are_not_emitted() -> None:
    declaration = {
        "set": {"count": "${{ signal.data.x }}"},
        "emit": {"type": "t", "data": "${{ next.name }}"},
    }
    assert failure(done(declaration, {"x": "text"}))[0] == "invalid_state"


def test_emit_takes_a_list_and_targets() -> None:
    declaration = {
        "emit": [
            {"type": "a"},
            {"type": "b", "to": "self"},
            {"type": "c", "to": ["parent", {"agent": "x-${{ state.count }}"}]},
            {"type": "d.${{ state.name }}", "to": "bus", "x-note": "ours"},
        ]
    }
    assert done(declaration).directives == (
        Emit(type="a"),
        Emit(type="b", to="self"),
        Emit(type="c", to=["parent", AgentTarget("x-1")]),
        Emit(type="d.bo"),
    )


def test_a_failing_expression_of_emit_is_placed() -> None:
    outcome = done({"emit": [{"type": "a"}, {"type": "b", "data": "${{ 1 / (state.count - 1) }}"}]})
    assert failure(outcome)[1] == "emit.1.data: division by zero in '1 / (state.count - 1)' at 1:3"


def test_an_empty_declaration_does_nothing() -> None:
    outcome = done({"description": "Nothing."})
    assert (changes(outcome), outcome.directives) == ({}, ())


def test_params_of_a_route_are_made_from_state_and_signal() -> None:
    given, problems = compile_with(
        {"by": "${{ signal.data.n + state.count }}", "k": [1]}, state_schema=STATE
    )
    assert problems == ()
    assert callable(given)
    signal = Signal("go", "/t", freeze({"n": 4}))
    assert given(STATE.defaults(), signal, Context()) == {"by": 5, "k": [1]}


def test_constant_params_of_a_route_stay_a_mapping() -> None:
    assert compile_with({"by": 5}) == ({"by": 5}, ())


def test_mistakes_in_params_of_a_route_are_told() -> None:
    _, problems = compile_with({"by": "${{ params.x }}"}, state_schema=STATE)
    assert [(each.path, each.message) for each in problems] == [
        (("with", "by"), "there is no variable 'params' here")
    ]


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ({"require": "1 / signal.data.z > 0"}, "require: division by zero"),
        ({"merge": "${{ signal.data.nope }}"}, "merge: there is no key 'nope'"),
        ({"set": {"box.a": "${{ 1 / signal.data.z }}"}}, "set.box.a: division by zero"),
    ],
)
def test_a_failing_expression_of_any_key_is_placed(
    declaration: Mapping[str, object], message: str
) -> None:
    assert failure(done(declaration, {"z": 0}))[1].startswith(message)


def test_failing_params_of_a_route_fail_with_their_place() -> None:
    given, _ = compile_with({"by": "${{ signal.data.nope }}"}, state_schema=STATE)
    assert callable(given)
    with pytest.raises(ActionError, match="with: there is no key 'nope'"):
        given(STATE.defaults(), Signal("go", "/t", freeze({})), Context())


def test_without_a_state_schema_next_is_what_was_set() -> None:
    declaration = {"set": {"n": "${{ 1 + 1 }}"}, "emit": {"type": "t", "data": "${{ next.n }}"}}
    act = compile_action("act", declaration).action
    assert act is not None
    definition = AgentDefinition("a", routes=[Route("go", ((act, None),))])
    signal = Signal("go", "/t", freeze({}))
    outcome = begin_signal(Agent.new(definition, "a1"), signal, Context(signal=signal))
    assert isinstance(outcome, Done)
    assert outcome.directives == (Emit(type="t", data=2),)


def test_the_time_of_the_command_is_text_in_the_state() -> None:
    signal = Signal("go", "/t", freeze({}))
    act = compiled({"set": {"last": "${{ ctx.now }}"}})
    outcome = begin_signal(agent_with(act), signal, Context(now_ns=10**18, signal=signal))
    assert isinstance(outcome, Done)
    assert changes(outcome) == {"last": "2001-09-09T01:46:40Z"}
