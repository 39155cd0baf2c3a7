"""Of two routes for one signal in one state, one has a condition.

Why: all routes that match a signal run, as one command. Routes that are told apart by the states
they are for (`in`) are meant as a choice; where two of them count in the same state and neither
has a `when`, both run there.

FAIL:

    jido: v1
    name: door
    agents:
      door:
        state: {status: closed, locks: 0}
        strategy: {fsm: {field: status, transitions: {closed: [open], open: [closed]}}}
        routes:
          door.pushed:
            - {set: {status: open}, in: closed}
            - {set: {status: closed}, in: open}
            - {set: {locks: "${{ state.locks + 1 }}"}, in: [closed, open]}
    supervisor:
      children: [{agent: door}]

PASS:

    jido: v1
    name: door
    agents:
      door:
        state: {status: closed, locks: 0}
        strategy: {fsm: {field: status, transitions: {closed: [open], open: [closed]}}}
        routes:
          door.pushed:
            - {set: {status: open}, in: closed}
            - {set: {status: closed}, in: open}
            - {set: {locks: "${{ state.locks + 1 }}"}}
    supervisor:
      children: [{agent: door}]

Fix: give one of them a `when`, or take the state out of one; a route that is to run in every state
has no `in`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Route
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw, strategies
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path

RULE: Final = Rule("JD416", "overlapping-routes", "warning")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every route that counts where another one of its signal counts too."""
    for agent in picture.agents.values():
        first: dict[tuple[str, str], Route] = {}
        for route in agent.routes:
            if "when" in raw.mapping(route.value):
                continue
            for state in strategies.route_states(route.value):
                other = first.setdefault((route.pattern, state), route)
                if other is not route:
                    yield RULE.found(
                        picture,
                        picture.value((*route.path, "in")),
                        f"in {state!r} another route of {route.pattern!r} counts too: both run",
                        hint="give one of them a when:, or take the state out of one",
                        notes=(f"the other stands at {_line(picture, other.path)}",),
                    )
                    break


def _line(picture: Picture, path: Path) -> str:
    pos = picture.value(path)
    return f"line {pos.line}" if pos.file == 0 else f"{picture.file_of(pos)}:{pos.line}"
