"""What the benchmarks run: a counter in Python, the shipped declarative one, a ping-pong pair."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from jido_cli.core.action import action, from_function
from jido_cli.core.agent import AgentDefinition, Route
from jido_cli.core.declarative.action import compile_action
from jido_cli.core.directives import Emit
from jido_cli.core.schema import compile_schema
from jido_cli.errors import InternalError
from jido_cli.runtime import garbage
from jido_cli.runtime.engine import Engine, EngineOptions
from jido_cli.runtime.supervising.starts import (
    AgentProgram,
    AgentStart,
    MailboxPolicy,
    SupervisorStart,
)
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags

T = TypeVar("T")
INCREMENT = "counter.increment"
STATE: Mapping[str, object] = {"count": 0}
MAILBOX = MailboxPolicy(max=1_000_000)


@action
def increment(state: Mapping[str, int], by: int = 1) -> Mapping[str, int]:
    """Add to the count."""
    return {"count": state["count"] + by}


@action
def bounce(state: Mapping[str, int]) -> tuple[Mapping[str, int], list[Emit]]:
    """Count the ball and send it back."""
    return {"count": state["count"] + 1}, [Emit("ball")]


def python_counter() -> AgentDefinition:
    """Return a counter whose action is a Python function."""
    compiled = from_function(increment, name="increment")
    return AgentDefinition(
        "counter",
        state_schema=compile_schema(STATE),
        routes=[Route(INCREMENT, ((compiled, None),))],
    )


def declared_counter() -> AgentDefinition:
    """Return the counter of topologies/counter.yaml."""
    schema = compile_schema(STATE)
    compiled = compile_action(
        "increment",
        {"params": {"by": 1}, "set": {"count": "${{ state.count + params.by }}"}},
        state_schema=schema,
    )
    if compiled.action is None:
        raise InternalError(f"the fixture does not compile: {compiled.problems}")
    return AgentDefinition(
        "counter", state_schema=schema, routes=[Route(INCREMENT, ((compiled.action, None),))]
    )


def pong_player() -> AgentDefinition:
    """Return an agent that sends back every ball that it hears."""
    compiled = from_function(bounce, name="bounce")
    return AgentDefinition(
        "player",
        state_schema=compile_schema(STATE),
        routes=[Route("ball", ((compiled, None),))],
    )


def child(ident: str, definition: AgentDefinition) -> ChildSpec:
    """Return the specification of a child that runs *definition*."""
    return ChildSpec(ident, AgentStart(AgentProgram(definition, mailbox=MAILBOX)))


def flat(*children: ChildSpec) -> SupervisorStart:
    """Return a root over *children* that never gives up by itself."""
    return SupervisorStart(SupervisorFlags(max_restarts=1_000_000, max_seconds=1), children)


def pool(definition: AgentDefinition) -> SupervisorStart:
    """Return a root over one dynamic supervisor, `pool`."""
    template = ChildSpec("agent", AgentStart(AgentProgram(definition, mailbox=MAILBOX)))
    flags = SupervisorFlags("dynamic", 1_000_000, 1)
    return flat(ChildSpec("pool", SupervisorStart(flags, (template,)), type="supervisor"))


def on_engine(
    root: SupervisorStart, work: Callable[[Engine], Awaitable[T]], *, max_hops: int = 256
) -> T:
    """Run *work* with a booted engine over *root*, on uvloop where it installs."""

    async def main() -> T:
        garbage.tune()  # as the engine's own process does
        engine = Engine(root, EngineOptions("bench", max_hops=max_hops))
        await engine.boot()
        try:
            return await work(engine)
        finally:
            await engine.shutdown("measured")

    factory = asyncio.new_event_loop
    with suppress(ImportError):  # where uvloop does not install, asyncio is measured
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main())
