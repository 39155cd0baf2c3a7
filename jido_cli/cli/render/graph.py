"""`jido graph`: the tree with its strategies, and the signals, as text or for mermaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jido_cli.cli.render.plan import trunk
from jido_cli.lint.outline import Node
from jido_cli.lint.rules.unheard_signal import RULE as UNHEARD
from jido_cli.lint.wiring import NOBODY, Wire
from jido_cli.observe.text.columns import tabbed
from jido_cli.observe.text.display import display
from jido_cli.observe.text.measures import setting
from jido_cli.observe.text.signs import STRATEGIES
from jido_cli.topology.model import AgentChild, SupervisorDecl

_NAME: Final = 21
_ESCAPES: Final = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}


def graph_lines(root: Node, wires: Sequence[Wire]) -> list[str]:
    """Return the tree, an empty line, and the signals."""
    nodes = [root, *root.below()]
    labels = [f"{trunk(node)}{display(node.id)}" for node in nodes]
    width = max(_NAME, *(len(label) + 2 for label in labels))
    lines = []
    for node, label in zip(nodes, labels, strict=True):
        mark, fact = _facts(node)
        lines.append(tabbed([(0, label), (width, mark), (width + 5, fact)]))
    return [*lines, "", *_signal_lines(wires)] if wires else lines


def mermaid_lines(root: Node, wires: Sequence[Wire], names: Mapping[str, str]) -> list[str]:
    """Return a flowchart: solid lines are the tree, dotted ones the signals."""
    lines = ["flowchart TD"]
    ids: dict[str, str] = {}
    nodes = [root, *root.below()]
    for number, node in enumerate(nodes):
        ids[node.path] = f"n{number}"
        mark, fact = _facts(node)
        shape = ("{{", "}}") if mark else ("[", "]")
        text = _quoted(f"{node.id}<br/>{fact}")
        lines.append(f"    n{number}{shape[0]}{text}{shape[1]}")
    lines += [f"    {ids[n.parent.path]} --> {ids[n.path]}" for n in nodes if n.parent is not None]
    return [*lines, *_mermaid_signals(nodes, ids, wires, names)]


def graph_object(root: Node, wires: Sequence[Wire]) -> dict[str, Any]:
    """Return both for programs."""
    nodes = [
        {
            "path": node.path,
            "kind": "supervisor" if isinstance(node.decl, SupervisorDecl) else "agent",
            "strategy": getattr(node.decl, "strategy", None),
            "agent": getattr(node.decl, "agent", None),
        }
        for node in (root, *root.below())
    ]
    signals = [{"from": w.sender, "type": w.type, "to": list(w.takers)} for w in wires]
    return {"nodes": nodes, "signals": signals}


def _facts(node: Node) -> tuple[str, str]:
    decl = node.decl
    if not isinstance(decl, SupervisorDecl):
        return "", "agent" if decl.agent == node.id else f"agent {display(decl.agent)}"
    fact = f"{decl.max_restarts:,} in {setting(round(decl.max_seconds * 1000))}"
    if decl.template is not None:
        bound = f"up to {decl.max_children:,} of" if decl.max_children else "any number of"
        if decl.keyed is not None:
            bound = f"one a key, {bound}"
        fact += f", {bound} {display(decl.template.agent)}"
    return STRATEGIES[decl.strategy], fact


def _signal_lines(wires: Sequence[Wire]) -> list[str]:
    senders = max(10, *(len(wire.sender) for wire in wires))
    types = max(15, *(len(wire.type) for wire in wires))
    lines = ["signals"]
    for wire in wires:
        takers = ", ".join(map(display, wire.takers)) or f"{NOBODY} ({UNHEARD.code})"
        sender, type_ = display(wire.sender), display(wire.type)
        lines.append(f"  {sender.ljust(senders)}  {type_.ljust(types)}  → {takers}")
    return lines


def _mermaid_signals(
    nodes: Sequence[Node], ids: Mapping[str, str], wires: Sequence[Wire], names: Mapping[str, str]
) -> list[str]:
    """Return dotted lines; agents that several nodes run, and what is outside, get shapes."""
    runs = Counter(agent for node in nodes if (agent := getattr(node.decl, "agent", None)))
    own = {
        names[node.decl.agent]: ids[node.path]
        for node in nodes
        if isinstance(node.decl, AgentChild) and runs[node.decl.agent] == 1
    }
    lines: list[str] = []

    def place(name: str) -> str:
        if name not in own:
            own[name] = f"s{len(own)}"
            lines.append(f"    {own[name]}([{_quoted(name)}])")
        return own[name]

    for wire in wires:
        for taker in wire.takers or (NOBODY,):
            start, end = place(wire.sender), place(taker)
            lines.append(f"    {start} -. {_quoted(wire.type)} .-> {end}")
    return lines


def _quoted(text: str) -> str:
    pieces = text.split("<br/>")
    safe = ["".join(_ESCAPES.get(sign, sign) for sign in display(piece)) for piece in pieces]
    return f'"{"<br/>".join(safe)}"'
