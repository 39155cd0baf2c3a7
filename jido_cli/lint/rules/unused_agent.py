"""Every agent stands in the tree.

Why: an agent that no child, no template and no `spawn_agent` names never runs; its routes take
nothing. Often a new agent was declared and its child forgotten. Agents whose name stands as a text
in the Python of the topology are taken to be started from there.

FAIL:

    jido: v1
    name: forgotten
    agents:
      orders: {state: {n: 0}, routes: {order.placed: {set: {n: "${{ state.n + 1 }}"}}}}
      audit: {state: {n: 0}, routes: {order.placed: {set: {n: "${{ state.n + 1 }}"}}}}
    supervisor:
      children: [{agent: orders}]

PASS:

    jido: v1
    name: remembered
    agents:
      orders: {state: {n: 0}, routes: {order.placed: {set: {n: "${{ state.n + 1 }}"}}}}
      audit: {state: {n: 0}, routes: {order.placed: {set: {n: "${{ state.n + 1 }}"}}}}
    supervisor:
      children: [{agent: orders}, {agent: audit}]

Fix: give the agent a child under `supervisor`, or take it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.rules import UNKNOWN_AGENT

RULE: Final = Rule("JD212", "unused-agent", "warning", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every agent without an instance."""
    if not picture.supervisors or UNKNOWN_AGENT.code in picture.faults:
        return  # a misspelt name may be the one that is missing
    for agent in picture.agents.values():
        if agent.name not in picture.instances:
            yield RULE.found(
                picture,
                picture.key(agent.path),
                f"agent {agent.name!r} is declared, no child runs it",
                hint="give it a child under supervisor, or take it out",
            )
