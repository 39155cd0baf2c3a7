from __future__ import annotations

import sys

import pytest

from jido_cli.core.action import action, from_function
from jido_cli.core.agent import PLANNED_TYPES, Agent, AgentDefinition, Route
from jido_cli.core.router import PatternError
from jido_cli.core.schema import SchemaError, compile_schema
from jido_cli.core.values import FrozenDict
from jido_cli.errors import UsageError


@action
def noop(): ...


@action
def other(): ...


NOOP = from_function(noop)
COUNTER = {"count": 0, "limits": {"type": "object", "default": {"low": 0, "high": 9}}}


def test_a_new_agent_has_the_defaults_and_what_is_given_merged_over_them():
    definition = AgentDefinition("counter", state_schema=COUNTER)
    agent = Agent.new(definition, "c1", {"limits": {"high": 5}})
    assert agent.state == {"count": 0, "limits": {"low": 0, "high": 5}}
    assert (agent.id, agent.definition) == ("c1", definition)


def test_agents_without_overrides_share_one_state_and_weigh_little():
    definition = AgentDefinition("counter", state_schema=compile_schema(COUNTER))
    agents = [Agent.new(definition, str(n)) for n in range(2)]
    assert agents[0].state is agents[1].state
    assert sys.getsizeof(agents[0]) <= 64


def test_a_wrong_initial_state_is_refused():
    definition = AgentDefinition("a", state_schema={"name": {"type": "string"}, "n": 0})
    with pytest.raises(SchemaError, match="'name' is missing"):
        Agent.new(definition, "1")
    with pytest.raises(SchemaError, match="unknown key 'nmae'; did you mean 'name'"):
        Agent.new(definition, "1", {"name": "x", "nmae": 1})
    with pytest.raises(SchemaError, match="n: a set is not a JSON value"):
        Agent.new(definition, "1", {"name": "x", "n": {1}})


def test_setting_merges_deeply_validates_and_leaves_the_agent_alone():
    agent = Agent.new(AgentDefinition("counter", state_schema=COUNTER), "c1")
    after = agent.set({"limits": {"low": 1}})
    assert after.state == {"count": 0, "limits": {"low": 1, "high": 9}}
    assert agent.state["limits"] == {"low": 0, "high": 9}
    assert agent.set({"count": 0}) is agent
    with pytest.raises(SchemaError, match="count: 'x' is not an integer"):
        agent.set({"count": "x"})


def test_without_a_schema_any_json_mapping_is_a_state():
    agent = Agent.new(AgentDefinition("free"), "1", {"a": {"b": 1}})
    assert agent.set({"a": {"c": [1]}}).state == {"a": {"b": 1, "c": [1]}}
    assert type(agent.state) is FrozenDict
    with pytest.raises(SchemaError, match="a: nan is not a finite number"):
        agent.set({"a": float("nan")})


@pytest.mark.parametrize("schema", [None, {"t": ""}])
def test_a_state_over_four_mebibytes_is_refused(schema):
    agent = Agent.new(AgentDefinition("big", state_schema=schema), "1")
    assert agent.set({"t": "x" * 4_000_000}).state["t"]
    with pytest.raises(SchemaError, match="larger than 4194304 bytes as JSON"):
        agent.set({"t": "x" * 4_200_000})
    with pytest.raises(SchemaError, match="larger than 4194304 bytes as JSON"):
        Agent.new(agent.definition, "1", {"t": "é" * 2_200_000})


def test_a_definition_knows_what_it_takes_and_in_which_order():
    first = Route("order.*", ((NOOP, None),))
    second = Route("order.placed", ((NOOP, None),))
    third = Route("**", ((NOOP, None),), priority=5)
    definition = AgentDefinition("a", routes=[first, second, third, first])
    assert definition.plan("order.placed") == (third, second, first, first)
    assert definition.signal_patterns == ("order.*", "order.placed", "**")
    narrow = AgentDefinition("b", routes=[first])
    assert [narrow.takes(each) for each in ("order.placed", "order", "x")] == [True, False, False]


def test_actions_of_routes_and_others_are_known_by_name():
    definition = AgentDefinition("a", routes=[Route("x", ((NOOP, None),))], actions=[noop, other])
    assert definition.actions == {"noop": NOOP, "other": from_function(other)}
    assert repr(definition) == "AgentDefinition('a')"


def test_two_actions_of_one_name_are_refused():
    with pytest.raises(UsageError, match="agent 'a' has two actions named 'noop'"):
        AgentDefinition("a", actions=[noop, from_function(other, name="noop")])


def test_a_malformed_route_is_refused():
    with pytest.raises(PatternError, match="a segment is empty"):
        AgentDefinition("a", routes=[Route("x..y", ((NOOP, None),))])


def test_plans_are_kept_per_type_up_to_an_end():
    definition = AgentDefinition("a", routes=[Route("**", ((NOOP, None),))])
    assert definition.plan_for("x") is definition.plan_for("x")
    for n in range(PLANNED_TYPES + 5):
        definition.plan_for(f"t{n}")
    assert len(definition.plans) <= PLANNED_TYPES
