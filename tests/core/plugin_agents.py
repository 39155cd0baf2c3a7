"""Agents with plugins and strategies of one's own, in few words, for the tests of the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jido_cli.core.action import action
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.command import begin_signal
from jido_cli.core.context import Context
from jido_cli.core.extension import Extension
from jido_cli.core.outcomes import Done, Suspended, Unrouted
from jido_cli.core.own_strategy import begin_strategy, strategy_schema
from jido_cli.core.plugins.contract import Plugin
from jido_cli.core.plugins.mounting import Mounted, check_together, mount, with_slices
from jido_cli.core.plugins.phases import Phases
from jido_cli.core.schema import compile_schema
from jido_cli.core.schema_short import expand_short_form
from jido_cli.core.signals import Signal
from jido_cli.core.strategy import STRATEGY_KEY, Strategy
from jido_cli.core.values import freeze

STATE: Mapping[str, object] = {"status": "ready"}


def agent(
    *plugins: type[Plugin] | Mounted,
    routes: Sequence[Route] = (),
    strategy: Strategy | None = None,
    state: Mapping[str, object] = STATE,
    given: Mapping[str, object] | None = None,
) -> Agent:
    """Return an agent made of plugins, as the engine makes one."""
    mounted = [one if isinstance(one, Mounted) else mount(one) for one in plugins]
    check_together(mounted)
    slices = {one.key: one.slice_schema for one in mounted if one.slice_schema is not None}
    beginnings = [one.begin for one in mounted]
    if strategy is not None:
        slices[STRATEGY_KEY] = strategy_schema(strategy)
        beginnings.append(begin_strategy(strategy))
    schema = with_slices(expand_short_form(state), slices)
    assert schema is not None
    phases = Phases(mounted)
    definition = AgentDefinition(
        "desk",
        state_schema=compile_schema(schema),
        routes=[*routes, *(route for one in mounted for route in one.routes())],
        actions=[one for each in mounted for one in each.actions.values()],
        extension=Extension(phases, strategy) if phases or strategy else None,
        beginnings=beginnings,
        keepers=mounted,
    )
    return Agent.new(definition, "d1", given)


def signal(signal_type: str, data: object = None) -> Signal:
    """Return a signal."""
    return Signal(signal_type, "/test", freeze(data), "1")


def begin(desk: Agent, signal_type: str, data: object = None) -> Done | Suspended | Unrouted:
    """Begin the command that a signal means."""
    return begin_signal(desk, signal(signal_type, data), Context(now_ns=10**18))


def handle(desk: Agent, signal_type: str, data: object = None) -> Done:
    """Run the command that a signal means."""
    done = begin(desk, signal_type, data)
    assert isinstance(done, Done), done
    return done


def failure(done: Done) -> tuple[str, str]:
    """Return code and message of a failed command."""
    assert done.error is not None
    return done.error.code, done.error.message


@action
def set_status(to: str = "set"):
    """Set the status of the whole agent."""
    return {"status": to}
