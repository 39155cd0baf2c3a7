"""What is sent is taken by somebody.

Why: a signal that no route takes is lost work: on the bus it reaches nobody, at an agent it becomes
a dead letter. Mostly the type is spelled in two ways, or the agent that should take it was
forgotten. An instance does not hear what it sends on the bus itself.

FAIL:

    jido: v1
    name: unheard
    agents:
      stock:
        state: {left: 5}
        routes:
          stock.reserve: {set: {left: "${{ state.left - 1 }}"}, emit: {type: stock.reserved}}
    supervisor:
      children: [{agent: stock}]

PASS:

    jido: v1
    name: heard
    agents:
      stock:
        state: {left: 5}
        routes:
          stock.reserve: {set: {left: "${{ state.left - 1 }}"}, emit: {type: stock.reserved}}
      shipping:
        state: {sent: 0}
        routes:
          stock.reserved: {set: {sent: "${{ state.sent + 1 }}"}}
    supervisor:
      children: [{agent: shipping}, {agent: stock}]

Fix: give an agent a route for it. For a type that programs outside of the topology take, write it
in the catalogue: `signals: {stock.reserved: {external: true}}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.sendings import Sending
from jido_cli.lint.wording import slip_of
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD402", "unheard-signal", "warning", needs_whole=True)
_READ_ELSEWHERE: Final = ("none", "log", "console")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every signal that no route takes, at the first place that sends it."""
    found: dict[str, list[tuple[Sending, str]]] = {}
    for sending in picture.flow.sendings:
        deaf = _deaf(picture, sending)
        if deaf:
            fact = f"signal {sending.type!r} {_sent(sending, deaf[0])}"
            found.setdefault(fact, []).append((sending, deaf[0]))
    for fact, places in found.items():
        first, agent = places[0]
        yield RULE.found(
            picture,
            picture.value(first.place),
            fact,
            hint=_hint(picture, first, agent),
            notes=tuple(f"also at {picture.line(other.place)}" for other, _ in places[1:]),
        )


def _deaf(picture: Picture, sending: Sending) -> list[str]:
    """Return the agents that send a signal in vain; none where somebody may read it."""
    if sending.type is None or sending.type.startswith("jido.") or _is_read_outside(sending):
        return []
    if picture.signals.get(sending.type, {}).get("external", False) is not False:
        return []
    deaf = [agent for agent in sending.agents if not picture.flow.is_taken(sending, agent)]
    if sending.to == "self":
        return [agent for agent in deaf if not _ignores(picture, agent)]
    return deaf if len(deaf) == len(sending.agents) else []


def _is_read_outside(sending: Sending) -> bool:
    targets = sending.to if isinstance(sending.to, list) else [sending.to]
    return any(target in _READ_ELSEWHERE for target in targets)


def _ignores(picture: Picture, agent: str) -> bool:
    return picture.agents[agent].value.get("on_unrouted") == "ignore"


def _sent(sending: Sending, agent: str) -> str:
    if sending.to == "self":
        return f"goes to the agent itself, and {agent!r} has no route for it"
    if isinstance(sending.to, dict):
        target = raw.text(sending.to.get("agent"))
        return f"goes to {target!r}, which has no route for it"
    return "is emitted, nothing takes it"


def _hint(picture: Picture, sending: Sending, agent: str) -> str:
    type_ = sending.type or ""
    routes = picture.router.route(type_)
    if routes:
        if sending.to == "self":
            return f"agent {routes[0].agent!r} takes it: emit it on the bus"
        if all(route.agent == agent for route in routes):
            return "an agent does not hear what it emits itself: write to: self"
        other = next(route.agent for route in routes if route.agent != agent)
        return f"agent {other!r} has a route for it, and does not subscribe to it"
    known = [pattern.text for pattern in picture.router.patterns if pattern.is_literal]
    near = slip_of(type_, known)
    if near is None or isinstance(sending.to, dict):
        return "route it, or say so: # jido: ignore[JD402] reason"
    return f"did you mean {near!r}? agent {picture.router.route(near)[0].agent!r} takes that"
