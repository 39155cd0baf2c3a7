"""A scenario sends what is taken, and expects what is sent.

Why: a signal that the agent has no route for is refused, and one that nothing emits never comes.
The step can only fail, or pass for the wrong reason. The rule is silent about expected types where
Python may send types that the file does not name (`emits`).

FAIL:

    jido: v1
    name: lost
    agents:
      counter:
        state: {count: 0}
        routes:
          counter.add: {params: {by: 1}, set: {count: "${{ state.count + params.by }}"}}
    supervisor:
      children: [{agent: counter}]
    scenarios:
      counts:
        steps:
          - send: {to: counter, type: counter.ad}

PASS:

    jido: v1
    name: found
    agents:
      counter:
        state: {count: 0}
        routes:
          counter.add: {params: {by: 1}, set: {count: "${{ state.count + params.by }}"}}
    supervisor:
      children: [{agent: counter}]
    scenarios:
      counts:
        steps:
          - send: {to: counter, type: counter.add}

Fix: send a type that a route of the agent takes; expect one that an agent emits. A step that shall
be refused says so with `fails:`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.steps import sent_by, types_of
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.nodes import Nodes

RULE: Final = Rule("JD702", "scenario-signal", "error", needs_whole=True)
_OURS: Final = "jido."


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every type in a scenario that is not taken, or never sent."""
    if "scenarios" not in picture.document:
        return
    yield from _not_taken(picture)
    yield from _never_sent(picture)


def _not_taken(picture: Picture) -> Iterator[Diagnostic]:
    nodes = Nodes(picture.document)
    for sent in sent_by(picture.document):
        agents = [picture.agents.get(name) for name in nodes.agents_of(sent.to)]
        if sent.may_fail or not agents:
            continue
        takers = {route.agent for route in picture.router.route(sent.type)}
        if any(agent is None or agent.name in takers for agent in agents):
            continue
        names = ", ".join(sorted(repr(agent.name) for agent in agents if agent is not None))
        known = {r.pattern for agent in agents if agent is not None for r in agent.routes}
        yield RULE.found(
            picture,
            picture.value((*sent.path, "type")),
            f"agent {names} has no route for {sent.type!r}",
            hint=did_you_mean(sent.type, known),
        )


def _never_sent(picture: Picture) -> Iterator[Diagnostic]:
    if not picture.flow.is_complete:
        return
    sent = {one.type for one in sent_by(picture.document)}
    for named in types_of(picture.document):
        known = picture.flow.types if named.is_emitted else picture.flow.types | sent
        if named.type in known or named.type.startswith(_OURS):
            continue
        yield RULE.found(
            picture,
            picture.value(named.path),
            f"nothing sends {named.type!r}",
            hint=did_you_mean(named.type, known),
        )
