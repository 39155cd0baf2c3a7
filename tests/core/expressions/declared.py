"""An agent whose only action is declared, and what a command makes of it."""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.core.action import Action
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.command import begin_signal
from jido_cli.core.context import Context
from jido_cli.core.declarative.action import compile_action
from jido_cli.core.outcomes import Done
from jido_cli.core.schema import compile_schema
from jido_cli.core.signals import Signal
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
