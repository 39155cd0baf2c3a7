"""What `spawn_agent` asks for can start: its supervisor is dynamic, its state fits the agent.

Why: the directive is carried out after the commit, so nothing fails but the child that never
comes. Where `under` names no dynamic supervisor, or the state has a member or a value that the
agent's own does not allow, that happens every time.

FAIL:

    jido: v1
    name: stillborn
    agents:
      desk:
        routes:
          desk.opened:
            directives:
              - spawn_agent: {agent: clerk, tag: ann, under: clerk, state: {served: none}}
      clerk:
        state: {served: 0}
        routes: {clerk.served: {set: {served: "${{ state.served + 1 }}"}}}
    supervisor:
      children: [{agent: desk}, {id: clerks, strategy: dynamic, template: {agent: clerk}}]

PASS:

    jido: v1
    name: born
    agents:
      desk:
        routes:
          desk.opened:
            directives:
              - spawn_agent: {agent: clerk, tag: ann, under: clerks, state: {served: 3}}
      clerk:
        state: {served: 0}
        routes: {clerk.served: {set: {served: "${{ state.served + 1 }}"}}}
    supervisor:
      children: [{agent: desk}, {id: clerks, strategy: dynamic, template: {agent: clerk}}]

Fix: name a supervisor with `strategy: dynamic` and without `keyed_by`, or leave `under` out: then
the child stands under the agent itself. Give a state that the agent's `state` allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.fitting import Misfit, Shape, is_constant, value_misfit
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw, strategies
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.nodes import Nodes
from jido_cli.topology.plugins import plugin_entries
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

RULE: Final = Rule("JD417", "spawned-child", "error", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every spawned child that cannot start."""
    spawns = [
        ((*path, "spawn_agent"), raw.mapping(item["spawn_agent"]))
        for action in picture.all_actions
        for path, item in raw.directives(action.path, action.value)
        if "spawn_agent" in item
    ]
    nodes = Nodes(picture.document) if spawns else None
    for path, spawn in spawns:
        under = raw.text(spawn.get("under"))
        if nodes is not None and under is not None and is_constant(under):
            yield from _under(picture, nodes, (*path, "under"), under)
        agent, state = raw.text(spawn.get("agent")), raw.mapping(spawn.get("state"))
        if agent is not None and agent in picture.agents and all(map(is_constant, state)):
            yield from _members(picture, (*path, "state"), agent, state)
            yield from _machine(picture, (*path, "state"), agent, state)


def _under(picture: Picture, nodes: Nodes, path: Path, under: str) -> Iterator[Diagnostic]:
    found = [node for node in nodes.find(under) if node.agent is None or not node.is_template]
    place = picture.value(path)
    dynamic = {one.id for one in picture.supervisors if one.value.get("strategy") == "dynamic"}
    keyed = {one.id for one in picture.supervisors if "keyed_by" in one.value}
    last = under.rpartition("/")[2]
    if not found:
        if not nodes.has_mounts:
            hint = did_you_mean(under, dynamic - keyed)
            yield RULE.found(picture, place, f"there is no supervisor {under!r}", hint=hint)
    elif all(node.agent is not None for node in found):
        hint = did_you_mean(under, dynamic - keyed)
        yield RULE.found(picture, place, f"{under!r} is an agent, no supervisor", hint=hint)
    elif all(node.is_keyed for node in found):
        fact = f"{under!r} starts its children by key, with their first signal"
        yield RULE.found(picture, place, fact)
    elif last not in dynamic and last in {one.id for one in picture.supervisors}:
        yield RULE.found(picture, place, f"{under!r} is not a dynamic supervisor")


def _members(picture: Picture, path: Path, agent: str, state: Raw) -> Iterator[Diagnostic]:
    """Hold the members that are given against the schema of the agent's state."""
    schema = picture.shapes.state(agent)
    if schema is None:
        return
    node = raw.RawNode(("agents", agent), picture.agents[agent].value)
    slices = {entry.key for entry in plugin_entries(node)}
    for name, value in state.items():
        if name in slices or name.startswith("_"):
            continue  # what a plugin keeps there is in its code
        for misfit in _misfits(name, value, schema):
            where = (*path, *misfit.path)
            place = picture.key(where) if misfit.is_key else picture.value(where)
            notes = (f"its state is declared at {picture.line(('agents', agent, 'state'))}",)
            fact = f"the state of agent {agent!r} does not take this: {misfit.fact}"
            yield RULE.found(picture, place, fact, hint=misfit.hint, notes=notes)


def _misfits(name: str, value: object, schema: Shape) -> Iterator[Misfit]:
    if name in schema.properties:
        wanted = schema.properties[name]
        if isinstance(value, dict) and is_constant(value):
            value = _over(raw.mapping(wanted).get("default"), value)
        yield from value_misfit(value, wanted, schema, {}, (name,))
    elif not schema.is_open:
        hint = did_you_mean(name, schema.properties)
        yield Misfit((name,), f"unknown key {name!r}", hint, is_key=True)


def _over(default: object, given: Raw) -> Raw:
    """Return what starts: the members that are given, merged over those of the default."""
    merged = dict(raw.mapping(default))
    for name, value in given.items():
        merged[name] = _over(merged.get(name), value) if isinstance(value, dict) else value
    return merged


def _machine(picture: Picture, path: Path, agent: str, state: Raw) -> Iterator[Diagnostic]:
    """Find a state that the agent's machine does not have."""
    fsm = strategies.fsm_of(picture.agents[agent].value)
    if fsm is None or raw.has_expression(fsm):
        return
    field = raw.text(fsm.get("field")) or ""
    start, known = raw.text(state.get(field)), strategies.states(fsm)
    if start is not None and is_constant(start) and known and start not in known:
        hint = did_you_mean(start, known) or f"there are: {', '.join(known)}"
        fact = f"the machine of agent {agent!r} has no state {start!r}"
        yield RULE.found(picture, picture.value((*path, field)), fact, hint=hint)
