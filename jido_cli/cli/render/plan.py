"""`jido plan`: the tree in the order of its start, and its failure boundaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from jido_cli.lint.outline import Node
from jido_cli.observe.text.columns import tabbed
from jido_cli.observe.text.display import display
from jido_cli.observe.text.measures import plural, setting
from jido_cli.observe.text.names import short_names
from jido_cli.topology.model import AgentChild, SupervisorDecl

NAMES_SHOWN: Final = 8
_NUMBER: Final = 4
_GAP: Final = 2


def plan_lines(
    name: str, root: Node, *, is_running: bool, types: int, stop_ms: int | None
) -> list[str]:
    """Return what would start, in order, what falls with what, and a line of counts."""
    nodes = [root, *root.below()]
    state = "is running" if is_running else "is not running"
    head = f"{display(name)} {state}. This is what jido up would start, in this order:"
    bound = f"in at most {setting(stop_ms)}" if stop_ms is not None else "without a bound in time"
    counts = (
        f"{plural(len(nodes), 'node')}, {plural(types, 'signal type')},"
        f" stops in reverse order {bound}"
    )
    return [
        head,
        "",
        *tree_lines(nodes),
        "",
        "failure boundaries",
        *boundary_lines(nodes),
        "",
        counts,
    ]


def tree_lines(nodes: Sequence[Node]) -> list[str]:
    """Return one line a node: its number, name, kind, restart type and time to stop."""
    rows = [row for node in nodes for row in _rows(node)]
    numbers = max(_NUMBER, *(len(number) + 1 for number, _, _ in rows))
    width = max(len(label) for _, label, _ in rows)
    kind = numbers + max(17, width + _GAP)
    columns = (kind, kind + 14, kind + 25, kind + 37)
    return [
        tabbed([(0, number), (numbers, label), *zip(columns, facts, strict=False)])
        for number, label, facts in rows
    ]


def _rows(node: Node) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield number, label and facts of a node, then of its sensors."""
    yield node.number, f"{trunk(node)}{display(node.id)}", _facts(node)
    below = trunk(node).replace("├ ", "│ ").replace("└ ", "  ")
    for index, one in enumerate(node.sensors, 1):
        branch = "└ " if index == len(node.sensors) else "├ "
        facts = ("sensor", one.restart, "", display(one.use or one.run or ""))
        yield f"{node.number}.{index}", f"{below}{branch}{display(one.name)}", facts


def _facts(node: Node) -> tuple[str, ...]:
    decl = node.decl
    if isinstance(decl, AgentChild):
        stop = decl.shutdown if isinstance(decl.shutdown, str) else setting(decl.shutdown)
        return "agent", decl.restart, decl.persist, f"shutdown {stop}"
    window = f"{decl.max_restarts:,} in {_seconds(decl)}"
    if decl.template is not None:
        bound = f"up to {decl.max_children:,} of " if decl.max_children else "any number of "
        window += f", {bound}{display(decl.template.agent)}, {decl.template.restart}"
        if decl.keyed is not None:
            window += f", one a key, persist {decl.template.persist}"
    if decl.mount is not None:
        window += f", topology {display(decl.mount.topology.file.name)}"
    restart = "" if decl.restart == "permanent" else f", {decl.restart}"
    return decl.strategy, f"{window}{restart}"


def boundary_lines(nodes: Sequence[Node]) -> list[str]:
    """Return what falls with each node, then at which crash each supervisor gives up."""
    short = short_names(node.path for node in nodes)
    width = max(10, *(len(short[node.path]) for node in nodes))
    lines = []
    for node in nodes:
        if node.parent is not None and isinstance(node.decl, AgentChild):
            falls = _listed([short[other.path] for other in node.falls_with])
            words = f"falls with  {falls}" if falls else "falls alone"
            lines.append(f"  {short[node.path].ljust(width)}  {words}")
    for node in reversed(nodes):
        if isinstance(node.decl, SupervisorDecl):
            fate = _fate(node, short)
            crash = _ordinal(node.decl.max_restarts + 1)
            when = f"gives up at the {crash} crash in {_seconds(node.decl)}"
            lines.append(f"  {short[node.path].ljust(width)}  {when}; {fate}")
    return lines


def _fate(node: Node, short: dict[str, str]) -> str:
    if node.parent is None:
        return "the engine then exits 1"
    above = short[node.parent.path]
    others = _listed([short[other.path] for other in node.falls_with])
    if node.decl.restart == "temporary":
        return f"{above} goes on without it"
    return f"{above} then restarts it" + (f" with {others}" if others else "")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(display(name) for name in names[:NAMES_SHOWN])
    left = len(names) - NAMES_SHOWN
    return f"{shown} and {left:,} more" if left > 0 else shown


def _seconds(decl: SupervisorDecl) -> str:
    return setting(round(decl.max_seconds * 1000))


def _ordinal(number: int) -> str:
    last_two, last = number % 100, number % 10
    ending = {1: "st", 2: "nd", 3: "rd"}.get(last, "th") if last_two not in (11, 12, 13) else "th"
    return f"{number:,}{ending}"


def trunk(node: Node) -> str:
    """Return the lines of the tree that stand before a node's name."""
    return "".join(reversed(list(_branches(node))))


def _branches(node: Node) -> Iterator[str]:
    parent = node.parent
    if parent is None:
        return
    yield "└ " if parent.children[-1] is node else "├ "
    while parent is not None and parent.parent is not None:
        yield "  " if parent.parent.children[-1] is parent else "│ "
        parent = parent.parent
