"""Declared actions, run as commands: what the keys do to state, directives and failures."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jido_cli.core.action import Action, action, from_function
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.command import Done, Returned, Suspended, begin_signal, resume
from jido_cli.core.context import Context
from jido_cli.core.declarative import compile_action, compile_with
from jido_cli.core.directives import AgentTarget, Emit
from jido_cli.core.schema import compile_schema
from jido_cli.core.signals import Signal
from jido_cli.core.state_ops import SetPath
from jido_cli.core.values import freeze

STATE = compile_schema(
    {
        "count": 1,
        "ratio": 0.5,
        "name": "bo",
        "tags": [],
        "last": {"type": ["string", "null"], "default": None},
        "orders": {"type": "object", "default": {}},
        "box": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "default": {"a": 1, "b": 2},
        },
    }
)


def compiled(declaration: Mapping[str, object], work: Action | None = None) -> Action:
    made = compile_action("act", declaration, state_schema=STATE, work=work)
    assert made.problems == ()
    assert made.action is not None
    return made.action


def agent_with(act: Action) -> Agent:
    definition = AgentDefinition("a", state_schema=STATE, routes=[Route("go", ((act, None),))])
    return Agent.new(definition, "a1")


def done(
    declaration: Mapping[str, object], data: object = None, work: Action | None = None
) -> Done:
    """Run a declaration on a fresh agent."""
    signal = Signal("go", "/t", freeze(data if data is not None else {}), ident="s1")
    outcome = begin_signal(agent_with(compiled(declaration, work)), signal, Context(signal=signal))
    assert isinstance(outcome, Done)
    return outcome


def changes(outcome: Done) -> dict[str, object]:
    """Return the members of the state that are not as at the start."""
    assert outcome.error is None
    start = STATE.defaults()
    return {key: value for key, value in outcome.agent.state.items() if value != start[key]}


def failure(outcome: Done) -> tuple[str, str, bool]:
    assert outcome.error is not None
    assert outcome.agent.state == STATE.defaults()
    return outcome.error.code, outcome.error.message, outcome.error.retryable


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
        "set: 'orders.x' and 'orders.x' touch one path",
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


@action
def priced(state: Mapping[str, object], by: int = 1) -> object:
    return {"total": by * 10}, [Emit(type="from.python")]


def test_state_keys_see_the_result_of_the_work_which_is_not_merged_then() -> None:
    declaration = {
        "run": "m:f",
        "require": "params.by > 0",
        "set": {"count": "${{ int(result.total) }}"},
        "emit": {"type": "done", "data": "${{ next.count }}"},
    }
    outcome = done(declaration, {"by": 3}, from_function(priced))
    assert changes(outcome) == {"count": 30}
    assert outcome.directives == (Emit(type="from.python"), Emit(type="done", data=30))
    assert outcome.output == {"total": 30}
    assert failure(done(declaration, {"by": 0}, from_function(priced)))[0] == "require"


@action
def counted() -> object:
    return {"count": 7}, [SetPath(["box", "a"], 9)]


def test_without_state_keys_the_result_of_the_work_is_merged() -> None:
    declaration = {"run": "m:f", "emit": {"type": "t", "data": "${{ [next.count, next.box.a] }}"}}
    outcome = done(declaration, None, from_function(counted))
    assert changes(outcome) == {"count": 7, "box": {"a": 9, "b": 2}}
    assert outcome.directives == (Emit(type="t", data=[7, 9]),)


def test_a_declared_output_types_the_result() -> None:
    declaration = {
        "run": "m:f",
        "output": {"total": {"type": "integer"}},
        "set": {"count": "${{ result.total + 1 }}"},
    }
    assert changes(done(declaration, {"by": 3}, from_function(priced))) == {"count": 31}
    wrong = {**declaration, "set": {"count": "${{ result.totl }}"}}
    (problem,) = compile_action(
        "act", wrong, state_schema=STATE, work=from_function(priced)
    ).problems
    assert problem.message == "undefined field 'totl'"


def test_work_whose_result_is_not_what_was_declared_fails() -> None:
    declaration = {"run": "m:f", "output": {"total": {"type": "string"}}, "set": {"count": 5}}
    assert failure(done(declaration, None, from_function(priced)))[0] == "invalid_output"


@action
def nonsense() -> object:
    return 5


def test_work_that_returns_nonsense_fails_in_the_commands_own_words() -> None:
    outcome = done({"run": "m:f", "set": {"count": 5}}, None, from_function(nonsense))
    assert failure(outcome)[0] == "invalid_result"


@action
async def slow(by: int = 1) -> object:
    return {"total": by}


def test_effectful_work_is_prepared_and_concluded_around_the_call() -> None:
    declaration = {
        "run": "m:f",
        "require": "params.by > 0",
        "set": {"count": "${{ int(result.total) }}"},
        "timeout": "250ms",
    }
    act = compiled(declaration, from_function(slow))
    assert (act.kind, act.timeout_s) == ("async", 0.25)
    agent = agent_with(act)
    signal = Signal("go", "/t", freeze({"by": 3}))
    command = begin_signal(agent, signal, Context(signal=signal))
    assert isinstance(command, Suspended)
    outcome = resume(command.command, Returned({"total": 3}))
    assert isinstance(outcome, Done)
    assert changes(outcome) == {"count": 3}
    refused = Signal("go", "/t", freeze({"by": 0}))
    outcome = begin_signal(agent, refused, Context(signal=refused))
    assert isinstance(outcome, Done)
    assert failure(outcome)[0] == "require"


def test_work_alone_stays_as_it_is_under_the_declared_name() -> None:
    made = compiled({"run": "m:f", "description": "Prices."}, from_function(priced))
    assert (made.name, made.description) == ("act", "Prices.")
    assert made.run is from_function(priced).run


def test_a_declaration_with_work_that_is_not_known_is_only_checked() -> None:
    made = compile_action("act", {"run": "m:f", "set": {"count": "${{ int(result.x) }}"}})
    assert made == (None, ())


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
