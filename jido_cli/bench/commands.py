"""Commands, calls and signals on one loop."""

from __future__ import annotations

import asyncio
import time

from jido_cli.bench import fixtures
from jido_cli.core.agent import Agent, AgentDefinition
from jido_cli.core.cmd import cmd
from jido_cli.errors import InternalError
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.engine import Engine

WARM = 2_000
COMMANDS = 50_000
CALLS = 20_000
SIGNALS = 100_000
BOUNCES = 50_000


def _cmd_us(definition: AgentDefinition) -> float:
    agent = Agent.new(definition, "counter")
    params = {"by": 1}
    for _ in range(WARM):
        agent, _ = cmd(agent, ("increment", params))
    began = time.perf_counter()
    for _ in range(COMMANDS):
        agent, _ = cmd(agent, ("increment", params))
    spent = time.perf_counter() - began
    if agent.state["count"] != WARM + COMMANDS:
        raise InternalError(f"counted {agent.state['count']}")
    return spent / COMMANDS * 1e6


def cmd_python_us() -> float:
    """One `cmd(agent, ("increment", {"by": 1}))`: params validated, a Python action called, its
    result merged, the state validated. 50,000 in a row after 2,000 to warm up, no engine."""
    return _cmd_us(fixtures.python_counter())


def cmd_declarative_us() -> float:
    """The same with the increment of topologies/counter.yaml: an expression, `set`, the state's
    schema."""
    return _cmd_us(fixtures.declared_counter())


def call_us() -> float:
    """One `await engine.call(...)` from a coroutine on the engine's loop: signal made, params
    checked, mailbox, run queue, command, commit, answer. 20,000 one after the other."""

    async def work(engine: Engine) -> float:
        for _ in range(WARM):
            await engine.call("counter", fixtures.INCREMENT, {"by": 1})
        began = time.perf_counter()
        for _ in range(CALLS):
            await engine.call("counter", fixtures.INCREMENT, {"by": 1})
        return (time.perf_counter() - began) / CALLS * 1e6

    root = fixtures.flat(fixtures.child("counter", fixtures.python_counter()))
    return fixtures.on_engine(root, work)


def _cast_per_s(definition: AgentDefinition, agents: int) -> float:
    names = [f"counter-{number}" for number in range(agents)]

    async def work(engine: Engine) -> float:
        places = [engine.kernel.tree.resolve(f"root/{name}") for name in names]
        signal = engine.signal
        for place in places:
            deliver(place, signal(fixtures.INCREMENT, {"by": 1}))
        await _until_handled(places, 1)
        began = time.perf_counter()
        for number in range(SIGNALS):
            deliver(places[number % agents], signal(fixtures.INCREMENT, {"by": 1}))
        await _until_handled(places, 1 + SIGNALS // agents)
        return SIGNALS / (time.perf_counter() - began)

    root = fixtures.flat(*(fixtures.child(name, definition) for name in names))
    return fixtures.on_engine(root, work)


async def _until_handled(places: list, count: int) -> None:  # type: ignore[type-arg]
    for place in places:
        while place.handled < count:
            await asyncio.sleep(0)


def cast_one_per_s() -> float:
    """100,000 signals, each made anew, to one agent: routed, params validated, Python action,
    state validated, committed, recorded in the event ring; from the first delivery to the last
    command."""
    return _cast_per_s(fixtures.python_counter(), 1)


def cast_thousand_per_s() -> float:
    """The same 100,000 signals to 1,000 agents in turn."""
    return _cast_per_s(fixtures.python_counter(), 1000)


def cast_declarative_per_s() -> float:
    """100,000 signals to one agent whose action is the declarative increment."""
    return _cast_per_s(fixtures.declared_counter(), 1)


def ping_pong_per_s() -> float:
    """Two agents that answer each `ball` on the bus with another one; `max_hops: 0`. Balls
    handled in a second."""

    async def work(engine: Engine) -> float:
        place = engine.kernel.tree.resolve("root/ping")
        engine.cast("ping", "ball")
        while place.handled < WARM:
            await asyncio.sleep(0)
        began = time.perf_counter()
        first = engine.kernel.events.commands.head
        while engine.kernel.events.commands.head - first < BOUNCES:
            await asyncio.sleep(0)
        balls = engine.kernel.events.commands.head - first
        return balls / (time.perf_counter() - began)

    player = fixtures.pong_player()
    root = fixtures.flat(fixtures.child("ping", player), fixtures.child("pong", player))
    return fixtures.on_engine(root, work, max_hops=0)
