"""What a scenario names is there.

Why: a step that names a node which is not there can only fail, or pass for the wrong reason. Of
children that are started at run time the tags in the file are known. Where a tag is an expression
or a key, or Python may start children, every id is possible, and the rule is silent.

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
          - crash: conter

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
          - crash: counter

Fix: name a node by its id, or by as much of its path as makes it the only one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.started_ids import StartedIds
from jido_cli.lint.steps import NamedNode, nodes_of
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.nodes import Node, Nodes

RULE: Final = Rule("JD701", "scenario-node", "error", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every name in a scenario that no node has."""
    if "scenarios" not in picture.document:
        return
    nodes = Nodes(picture.document)
    started = StartedIds(picture)
    for named in nodes_of(picture.document):
        found = nodes.find(named.ident)
        is_open = nodes.has_mounts or started.may_have(named.ident)
        if not is_open:
            found = [node for node in found if not node.is_template]
        fact = _fact(named, found, nodes, is_open=is_open)
        if fact is not None:
            hint = None if found else did_you_mean(named.ident, _names(named, nodes))
            yield RULE.found(picture, picture.value(named.path), fact, hint=hint)


def _fact(named: NamedNode, found: list[Node], nodes: Nodes, *, is_open: bool) -> str | None:
    """Return what is wrong with a name, None if nothing is, or nobody can tell."""
    ident = named.ident
    if named.wanted == "group":
        return None if nodes.group(ident) or found or is_open else f"there is no group {ident!r}"
    declared = [node for node in found if not node.is_template]
    if not found:
        return None if is_open else f"there is no node {ident!r}"
    if len(declared) > 1:
        paths = ", ".join(node.path for node in declared)
        return f"{ident!r} is several nodes: {paths}"
    is_agent = found[0].agent is not None
    if named.wanted == "receiver" and found[0].is_keyed:
        return None
    if named.wanted in ("agent", "receiver") and not is_agent:
        return f"{ident!r} is no agent: it has no state and takes no signals"
    if named.wanted == "supervisor" and is_agent and declared:
        return f"{ident!r} is an agent, no supervisor"
    return None


def _names(named: NamedNode, nodes: Nodes) -> set[str]:
    known = {node.path.rpartition("/")[2] for node in nodes.all if not node.is_template}
    groups = {node.group for node in nodes.all if node.group is not None}
    return known | groups if named.wanted == "group" else known
