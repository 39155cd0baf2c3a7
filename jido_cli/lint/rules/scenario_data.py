"""What a scenario sends is what the agent needs.

Why: a signal from outside is held against the params of the actions that take it, and refused for a
member that none of them knows: the scenario fails at that step.

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
          - send: {to: counter, type: counter.add, data: {bye: 2}}

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
          - send: {to: counter, type: counter.add, data: {by: 2}}

Fix: send what the action needs. A step that shall be refused says so with `fails:`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.fitting import Misfit, members_misfit, shape_of
from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Agent
from jido_cli.lint.rule import Rule
from jido_cli.lint.steps import Sent, sent_by
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.nodes import Nodes

RULE: Final = Rule("JD703", "scenario-data", "error", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every signal of a scenario that its agent cannot take."""
    if "scenarios" not in picture.document:
        return
    nodes = Nodes(picture.document)
    for sent in sent_by(picture.document):
        agents = nodes.agents_of(sent.to)
        agent = picture.agents.get(next(iter(agents))) if len(agents) == 1 else None
        if agent is None or sent.may_fail or isinstance(sent.data, str):
            continue
        for misfit in _misfits(picture, agent, sent):
            yield _finding(picture, sent, misfit)


def _misfits(picture: Picture, agent: Agent, sent: Sent) -> Iterator[Misfit]:
    """Yield what is wrong with the data, where one action alone takes all of it."""
    routes = [one for one in picture.router.route(sent.type) if one.agent == agent.name]
    if len(routes) != 1 or routes[0].with_ is not None or routes[0].is_conditional:
        return
    actions = routes[0].actions
    if len(actions) != 1:
        return
    schema = picture.shapes.params(actions[0])
    if schema is not None:
        promised = shape_of(picture.signals.get(sent.type, {}).get("data"))
        others = set() if promised is None else set(promised.properties) - set(schema.properties)
        data = {key: one for key, one in raw.mapping(sent.data).items() if key not in others}
        yield from members_misfit(data, schema, {}, is_strict=True)


def _finding(picture: Picture, sent: Sent, misfit: Misfit) -> Diagnostic:
    if misfit.missing:
        place = picture.value((*sent.path, "data")) if sent.data else picture.key(sent.path)
        fact = f"signal {sent.type!r} carries no {misfit.lacking}, which {sent.to} needs"
        return RULE.found(picture, place, fact, hint=misfit.hint)
    path = (*sent.path, "data", *misfit.path)
    place = picture.key(path) if misfit.is_key else picture.value(path)
    named = ".".join(map(str, misfit.path))
    return RULE.found(
        picture, place, f"{sent.to} cannot take {named!r}: {misfit.fact}", hint=misfit.hint
    )
