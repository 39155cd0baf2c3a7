"""Agents and trees from Python, in few words: what a topology file would be compiled to.

Here are only makers of definitions and specifications; what runs them is in `worlds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from jido_cli.core.action import Action, from_function
from jido_cli.core.agent import AgentDefinition, Route
from jido_cli.core.schema import compile_schema, expand_short_form
from jido_cli.runtime.supervising.service import ServiceContext
from jido_cli.runtime.supervising.starts import (
    AgentProgram,
    AgentStart,
    ErrorPolicy,
    MailboxPolicy,
    Schedule,
    ServiceStart,
    SupervisorStart,
)
from jido_cli.supervision.specs import AutoShutdown, Backoff, ChildSpec, Strategy, SupervisorFlags

Function = Callable[..., object]
MAILBOX = MailboxPolicy()
LOG = ErrorPolicy()
Do = Function | Action | Iterable[Function | Action]


def routes_of(routes: Mapping[str, Do]) -> tuple[Route, ...]:
    """Return a route for each pattern: one action, or several in sequence."""
    return tuple(
        Route(pattern, tuple((_compiled(one), None) for one in _each(do)))
        for pattern, do in routes.items()
    )


def _each(do: Do) -> Iterable[Function | Action]:
    return do if isinstance(do, list | tuple) else (do,)  # type: ignore[return-value]


def _compiled(one: Function | Action) -> Action:
    return one if isinstance(one, Action) else from_function(one)


def program(
    name: str = "agent",
    routes: Mapping[str, Do] | Iterable[Route] = (),
    *,
    state: Mapping[str, object] | None = None,
    actions: Iterable[Function] = (),
    mailbox: MailboxPolicy = MAILBOX,
    on_error: ErrorPolicy = LOG,
    on_unrouted: Literal["dead_letter", "ignore", "error"] = "dead_letter",
    subscribe: Literal["routes", "none"] | tuple[str, ...] = "none",
    schedules: Iterable[Schedule] = (),
    **more: Any,
) -> AgentProgram:
    """Return an agent; *state* is in the short form, None lets it be any mapping.

    It hears the bus only if *subscribe* says so: most tests address it. *more* are further fields
    of the program.
    """
    given = routes_of(routes) if isinstance(routes, Mapping) else tuple(routes)
    schema = None if state is None else compile_schema(expand_short_form(state))
    definition = AgentDefinition(name, state_schema=schema, routes=given, actions=actions)
    return AgentProgram(
        definition, mailbox, on_error, on_unrouted, subscribe, tuple(schedules), **more
    )


def agent(
    child_id: str,
    of: AgentProgram,
    *,
    state: Mapping[str, object] | None = None,
    **spec: Any,
) -> ChildSpec:
    """Return the specification of an agent child."""
    return ChildSpec(child_id, AgentStart(of, state or {}), **spec)


def service(
    child_id: str,
    function: Callable[[ServiceContext], Any],
    *,
    start_timeout_s: float | None = None,
    **spec: Any,
) -> ChildSpec:
    """Return the specification of a service child."""
    return ChildSpec(child_id, ServiceStart(function, child_id, start_timeout_s), **spec)


def tree(
    *children: ChildSpec,
    strategy: Strategy = "one_for_one",
    max_restarts: int = 3,
    max_seconds: float = 5,
    auto_shutdown: AutoShutdown = "never",
    max_children: int | None = None,
) -> SupervisorStart:
    """Return a supervisor over *children*; for `dynamic` the only one is the template."""
    flags = SupervisorFlags(strategy, max_restarts, max_seconds, auto_shutdown, max_children)
    return SupervisorStart(flags, children)


def sup(child_id: str, start: SupervisorStart, **spec: Any) -> ChildSpec:
    """Return the specification of a supervisor child."""
    return ChildSpec(child_id, start, type="supervisor", **spec)


def backoff(initial_ms: int, **options: Any) -> Backoff:
    """Return a backoff without jitter."""
    return Backoff(initial_ms, **options)
