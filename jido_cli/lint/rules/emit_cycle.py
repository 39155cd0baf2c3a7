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
from itertools import islice
from typing import Final

import msgspec

from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Route
from jido_cli.lint.rule import Rule
from jido_cli.lint.sendings import Sending
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path

RULE: Final = Rule("JD413", "emit-cycle", "error")
_MAX_STEPS: Final = 100_000  # more are not looked at: a bad file is an error, never a hang
_TRIED: Final = 10


class _Step(msgspec.Struct, frozen=True):
    """A signal that is sent whenever a route runs, and the route that it makes run."""

    sending: Sending
    start: Route
    end: Route


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield one finding for every knot of circles, at the first signal of its shortest."""
    steps = _steps(picture)
    for knot in _knots({start: [step.end.path for step in out] for start, out in steps.items()}):
        circle = min((_circle(steps, knot, start) for start in list(knot)[:_TRIED]), key=len)
        first = min(circle, key=lambda step: picture.value(step.sending.place))
        at = circle.index(first)
        yield _finding(picture, [*circle[at:], *circle[:at]])


def _finding(picture: Picture, circle: list[_Step]) -> Diagnostic:
    types = " → ".join(repr(step.sending.type) for step in [*circle, circle[0]])
    return RULE.found(
        picture,
        picture.value(circle[0].sending.place),
        f"signals go round without a condition: {types}",
        hint="end it with a condition: when, require",
        notes=tuple(
            f"{step.start.agent} sends {step.sending.type!r} on {step.start.pattern!r},"
            f" {picture.line(step.start.path)}"
            for step in circle
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
    for step in islice(_all_steps(picture, by_action), _MAX_STEPS):
        steps.setdefault(step.start.path, []).append(step)
    return steps


def _all_steps(
    picture: Picture, by_action: Mapping[tuple[str, Path], list[Sending]]
) -> Iterator[_Step]:
    for agent in picture.agents.values():
        for start in filter(_always_runs, agent.routes):
            for action in start.actions:
                for sending in by_action.get((agent.name, action.path), ()):
                    ends = picture.flow.takers(sending, agent.name) or ()
                    yield from (_Step(sending, start, end) for end in filter(_always_runs, ends))


def _always_runs(route: Route) -> bool:
    return not route.is_conditional and all(
        action.run is None and "require" not in action.value for action in route.actions
    )


def _knots(edges: Mapping[Path, list[Path]]) -> Iterator[dict[Path, None]]:
    """Yield the strongly connected parts of a graph in which there is a circle (Tarjan's way)."""
    number: dict[Path, int] = {}
    low: dict[Path, int] = {}
    stack: dict[Path, None] = {}
    for root in edges:
        trail = [(root, iter(edges[root]))] if root not in number else []
        while trail:
            node, ends = trail[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                stack[node] = None
            following = next((end for end in ends if end not in number), None)
            if following is not None:
                trail.append((following, iter(edges.get(following, ()))))
                continue
            trail.pop()
            inside = [low[end] for end in edges.get(node, ()) if end in stack]
            low[node] = min(low[node], *inside) if inside else low[node]
            if low[node] == number[node]:
                knot: dict[Path, None] = {}
                while node not in knot:
                    knot[stack.popitem()[0]] = None
                if len(knot) > 1 or node in edges.get(node, ()):
                    yield knot


def _circle(
    steps: Mapping[Path, list[_Step]], knot: Mapping[Path, None], start: Path
) -> list[_Step]:
    """Return the shortest way from a route of a knot back to itself."""
    came_by: dict[Path, _Step] = {}
    waiting = [start]
    for path in waiting:
        for step in steps.get(path, ()):
            end = step.end.path
            if end in knot and end not in came_by:
                came_by[end] = step
                waiting.append(end)
        if start in came_by:
            break
    way = [came_by[start]]
    while way[-1].start.path != start:
        way.append(came_by[way[-1].start.path])
    return way[::-1]
