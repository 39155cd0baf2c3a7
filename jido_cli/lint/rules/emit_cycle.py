"""Signals do not go round in circles without a condition.

Why: when each agent answers a signal with the next one, and none of them ever stops, one signal
from outside makes work without end. The bus cuts such a chain after `max_hops` steps and makes a
dead letter of the last signal; until then it keeps every agent in the circle busy. Conditions
count: `when`, `require`, `for_each`, and work in Python, which may fail on purpose. So does a
`schedule`, whose pace somebody chose.

FAIL:

    jido: v1
    name: circle
    agents:
      ping: {state: {n: 0}, routes: {pong: {set: {n: "${{ state.n + 1 }}"}, emit: {type: ping}}}}
      pong: {state: {n: 0}, routes: {ping: {set: {n: "${{ state.n + 1 }}"}, emit: {type: pong}}}}
    supervisor:
      children: [{agent: ping}, {agent: pong}]

PASS:

    jido: v1
    name: rally
    agents:
      ping:
        state: {n: 0}
        routes:
          pong: {require: state.n < 10, set: {n: "${{ state.n + 1 }}"}, emit: {type: ping}}
      pong: {state: {n: 0}, routes: {ping: {set: {n: "${{ state.n + 1 }}"}, emit: {type: pong}}}}
    supervisor:
      children: [{agent: ping}, {agent: pong}]

Fix: give one of the steps a condition that ends it, or send the answer `to: sender`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from jido_cli.lint.flow import Sending
from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Route
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path

RULE: Final = Rule("JD413", "emit-cycle", "error")


class _Step(msgspec.Struct, frozen=True):
    """A signal that is sent whenever a route runs, and the route that it makes run."""

    sending: Sending
    start: Route
    end: Route


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield one finding for every circle, at the first signal of it in the file."""
    steps = _steps(picture)
    seen: set[Path] = set()
    for start in steps:
        circle = _circle(steps, start) if start not in seen else []
        if not circle:
            continue
        seen |= {step.start.path for step in circle}
        first = min(circle, key=lambda step: picture.value(step.sending.place))
        at = circle.index(first)
        chain = [*circle[at:], *circle[:at]]
        types = " → ".join(repr(step.sending.type) for step in [*chain, first])
        yield RULE.found(
            picture,
            picture.value(first.sending.place),
            f"signals go round without a condition: {types}",
            hint="end it with a condition: when, require",
            notes=tuple(
                f"{step.start.agent} sends {step.sending.type!r} on {step.start.pattern!r},"
                f" {picture.line(step.start.path)}"
                for step in chain
            ),
        )


def _steps(picture: Picture) -> Mapping[Path, list[_Step]]:
    """Return the steps that never stand aside, by the route where they start."""
    by_action: dict[tuple[str, Path], list[Sending]] = {}
    for sending in picture.flow.sendings:
        if sending.is_sure and sending.action is not None:
            for name in sending.agents:
                by_action.setdefault((name, sending.action.path), []).append(sending)
    steps: dict[Path, list[_Step]] = {}
    for agent in picture.agents.values():
        for route in agent.routes:
            if not _always_runs(route):
                continue
            for action in route.actions:
                for sending in by_action.get((agent.name, action.path), ()):
                    for end in picture.flow.takers(sending, agent.name) or ():
                        if _always_runs(end):
                            steps.setdefault(route.path, []).append(_Step(sending, route, end))
    return steps


def _always_runs(route: Route) -> bool:
    return not route.is_conditional and all(
        action.run is None and "require" not in action.value for action in route.actions
    )


def _circle(steps: Mapping[Path, list[_Step]], start: Path) -> list[_Step]:
    """Return the shortest way from a route back to itself."""
    ways: dict[Path, list[_Step]] = {start: []}
    waiting = [start]
    for path in waiting:
        for step in steps.get(path, ()):
            if step.end.path == start:
                return [*ways[path], step]
            if step.end.path not in ways:
                ways[step.end.path] = [*ways[path], step]
                waiting.append(step.end.path)
    return []
