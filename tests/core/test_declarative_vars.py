"""What a topology's variables and conditions of routes mean to declared actions."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jido_cli.core.action import ActionError
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.command import begin_signal
from jido_cli.core.context import Context
from jido_cli.core.declarative.action import compile_action, compile_when, compile_with
from jido_cli.core.outcomes import Done, Unrouted
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze, freeze_mapping
from tests.core.expressions.declared import STATE

VARS = freeze_mapping({"limit": 3, "names": ["a"]})
VARS_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "limit": {"type": "integer"},
        "names": {"type": "array", "items": {"type": "string"}},
    },
    "additionalProperties": False,
}


def signal(data: object = None) -> Signal:
    return Signal("go", "/t", freeze(data if data is not None else {}), ident="s1")


def test_an_action_reads_the_variables_of_the_topology() -> None:
    declaration = {
        "require": "state.count < vars.limit",
        "set": {"count": "${{ state.count + vars.limit }}", "tags": "${{ vars.names }}"},
    }
    made = compile_action(
        "act", declaration, state_schema=STATE, vars=VARS, vars_schema=VARS_SCHEMA
    )
    assert made.action is not None
    definition = AgentDefinition(
        "a", state_schema=STATE, routes=[Route("go", ((made.action, None),))]
    )
    outcome = begin_signal(Agent.new(definition, "a1"), signal(), Context())
    assert isinstance(outcome, Done)
    assert (outcome.agent.state["count"], outcome.agent.state["tags"]) == (4, ["a"])


@pytest.mark.parametrize(
    ("text", "schema", "message"),
    [
        ("${{ vars.limt }}", VARS_SCHEMA, "undefined field 'limt'"),
        ("${{ vars.limit }}", None, "there is no variable 'vars' here"),
    ],
)
def test_a_mistaken_variable_is_told(
    text: str, schema: Mapping[str, object] | None, message: str
) -> None:
    made = compile_action(
        "act", {"set": {"count": text}}, state_schema=STATE, vars_schema=schema, is_check=True
    )
    assert [each.message for each in made.problems] == [message]


def test_without_a_schema_variables_are_any_mapping() -> None:
    made = compile_action("act", {"set": {"n": "${{ vars.what }}"}}, vars=VARS)
    assert made.problems == ()


def test_params_of_a_route_read_the_variables() -> None:
    given, problems = compile_with({"by": "${{ vars.limit + 1 }}"}, vars=VARS)
    assert problems == ()
    assert callable(given)
    assert given(STATE.defaults(), signal(), Context()) == {"by": 4}


def test_a_route_matches_where_its_condition_holds() -> None:
    made = compile_action("act", {"set": {"count": 9}}, state_schema=STATE).action
    assert made is not None
    when, problems = compile_when(
        "has(signal.data.level) && signal.data.level >= vars.limit && state.count == 1",
        state_schema=STATE,
        vars=VARS,
        vars_schema=VARS_SCHEMA,
    )
    assert problems == ()
    route = Route("go", ((made, None),), when=when)
    agent = Agent.new(AgentDefinition("a", state_schema=STATE, routes=[route]), "a1")
    outcome = begin_signal(agent, signal({"level": 3}), Context())
    assert isinstance(outcome, Done)
    assert outcome.agent.state["count"] == 9
    assert begin_signal(agent, signal({"level": 2}), Context()) == Unrouted("go")
    assert begin_signal(agent, signal(), Context()) == Unrouted("go")


def test_a_condition_that_fails_is_told_with_its_place() -> None:
    when, problems = compile_when("signal.data.nope > 1")
    assert problems == ()
    with pytest.raises(ActionError, match="when: there is no key 'nope' in 'signal"):
        when(freeze_mapping({}), signal())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("state.cuont > 1", "undefined field 'cuont'"),
        ("state.count", "a condition must be bool, not int"),
        ("params.x > 1", "there is no variable 'params' here"),
        ("${{ true }}", "this is plain CEL already, without ${{ }}"),
        (7, "7 is not an expression"),
    ],
)
def test_a_mistake_in_a_condition_is_told(text: object, message: str) -> None:
    _, problems = compile_when(text, state_schema=STATE, is_check=True)
    assert [(each.path, each.message) for each in problems] == [(("when",), message)]


def test_what_is_only_checked_gives_no_action() -> None:
    made = compile_action(
        "act", {"set": {"count": "${{ state.count + 1 }}"}}, state_schema=STATE, is_check=True
    )
    assert (made.action, made.problems) == (None, ())
