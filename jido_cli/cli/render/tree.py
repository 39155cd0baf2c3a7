"""`jido ps`: the tree with status and restarts, narrow and wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.columns import Cell, Column, table
from jido_cli.observe.text.display import Paint, cut, display, plain
from jido_cli.observe.text.names import short_names
from jido_cli.observe.text.signs import (
    HUNG,
    STATUSES,
    TROUBLE,
    Node,
    disjoint_counts,
    mark,
    role,
    stall_text,
    status_text,
    summary,
)

Tree = Mapping[str, Any]

NAME_WIDTH = 18
_BRANCH, _LAST, _TRUNK, _BLANK = "├ ", "└ ", "│ ", "  "
TROUBLE_SHOWN = 3
_REASON_SHOWN = 300
_BESIDE_NAME = 62  # what the other columns take
_LEAST_COLUMNS = 2


def heading(tree: Tree, paint: Paint = plain) -> str:
    """Return the line over the tree: name, health in words, age, restarts, revision."""
    engine = tree["engine"]
    parts = [
        paint("text", display(engine["name"])),
        _health(tree, paint),
        f"up {measures.seconds(engine['uptime_s'])}",
        measures.plural(tree["restarts"], "restart"),
        f"revision {tree['revision']}",
    ]
    zombies = tree.get("zombies")
    if zombies:
        parts.insert(2, paint("warn", f"▲ degraded: {measures.plural(zombies, 'zombie')}"))
    return "  ".join(parts)


def _health(tree: Tree, paint: Paint) -> str:
    """Return the counts of statuses; a loop that does not turn goes before all of them."""
    counts = disjoint_counts(tree)
    if tree.get("stalled") and HUNG not in counts:  # held by something that is no node
        return paint("bad", f"× the loop is held, {summary(counts)[2:]}")
    return summary(counts, paint)


def tree_lines(
    tree: Tree, shown: Sequence[Node], paint: Paint = plain, *, width: int | None = None
) -> list[str]:
    """Return the narrow table of *shown* nodes (with their ancestors), cut to *width*."""
    nodes = tree["nodes"]
    wanted = _with_ancestors(nodes, shown)
    rows = [node for node in nodes if node["path"] in wanted]
    branches = _branches(rows)
    room = None if width is None else max(NAME_WIDTH, width - _BESIDE_NAME)
    names = [cut(branches[node["path"]] + display(node["id"]), room) for node in rows]
    name_width = max([NAME_WIDTH, *(len(name) for name in names)])
    windows = _window_lengths(nodes)
    has_parents = any(node.get("parent_agent") for node in rows)
    columns = [
        Column("NODE", name_width + 4, gap=1),
        Column("STATUS", 18),
        Column("RESTARTS", 9, right=True),
        Column("MAIL", 5, right=True),
        Column("UPTIME", 8 if has_parents else 0),
        *([Column("PARENT")] if has_parents else []),
    ]
    cells: list[list[str | Cell]] = []
    for node, name in zip(rows, names, strict=True):
        status = status_text(node, windows.get(node["path"]))
        cells.append(
            [
                f"{name.ljust(name_width)} {mark(node)}",
                Cell(status, paint(role(node["status"]), status)),
                _restarts(node),
                _mail(node),
                measures.seconds(node.get("uptime_s")),
                *([_parent(node)] if has_parents else []),
            ]
        )
    return _narrowed(columns, cells, width)


def _parent(node: Node) -> str:
    """Return the path of a node's logical parent, which supervises it in no way."""
    return display(node.get("parent_agent") or "")


def _narrowed(
    columns: Sequence[Column], cells: Sequence[Sequence[str | Cell]], width: int | None
) -> list[str]:
    """Return the table, without as many columns from the right as a narrow terminal asks for."""
    kept = len(columns)
    while width is not None and kept > _LEAST_COLUMNS:
        plain_rows = [[_unpainted(cell) for cell in row[:kept]] for row in cells]
        if max(map(len, table(columns[:kept], plain_rows))) <= width:
            break
        kept -= 1
    return table(columns[:kept], [row[:kept] for row in cells])


def _unpainted(cell: str | Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def wide_lines(tree: Tree, shown: Sequence[Node], paint: Paint = plain) -> list[str]:
    """Return the wide table: whole paths, one line a node, nothing left out."""
    nodes = tree["nodes"]
    by_path = {node["path"]: node for node in nodes}
    has_parents = any(node.get("parent_agent") for node in shown)
    columns = [
        Column("PATH", 28),
        Column("KIND", 5),
        Column("STATUS", 15),
        Column("RESTARTS", right=True),
        Column("WINDOW", 9),
        Column("GEN", right=True),
        Column("MAIL", right=True),
        Column("PERSIST", 10),
        Column("UPTIME"),
        *([Column("PARENT")] if has_parents else []),
        Column("LAST EXIT"),
    ]
    cells: list[list[str | Cell]] = []
    for node in shown:
        status = status_text(node)
        parent = by_path.get(node["parent"] or "")
        window = node.get("window") or (parent or {}).get("window")
        last_exit = node.get("last_exit")
        cells.append(
            [
                display(node["path"]),
                node["kind"],
                Cell(status, paint(role(node["status"]), status)),
                measures.count(node["restarts"]),
                measures.window(window),
                measures.count(node["generation"]),
                _mail(node),
                node.get("persist") or measures.NOT_APPLICABLE,
                measures.seconds(node.get("uptime_s")),
                *([_parent(node) or measures.NOT_APPLICABLE] if has_parents else []),
                display(last_exit["reason"]) if last_exit else measures.NOT_APPLICABLE,
            ]
        )
    return table(columns, cells)


def attention_lines(
    tree: Tree, times: measures.Times, paint: Paint = plain, *, engine_flag: str = ""
) -> list[str]:
    """Return what is wrong, worst first, and the command that tells more; [] when all is well."""
    lines = []
    if tree.get("stalled"):
        lines.append(paint("bad", stall_text(tree["stalled"])))
    troubled = sorted(
        (node for node in tree["nodes"] if node["status"] in TROUBLE),
        key=lambda node: [word for word, _, _ in STATUSES].index(node["status"]),
    )
    if not lines and not troubled:
        return []
    names = short_names(node["path"] for node in tree["nodes"])
    lines += [
        f"{display(names[node['path']])}: {_why(node, times)}" for node in troubled[:TROUBLE_SHOWN]
    ]
    if len(troubled) > TROUBLE_SHOWN:
        lines.append(f"and {len(troubled) - TROUBLE_SHOWN} more not running as they should")
    if troubled:
        lines.append(f"more: jido inspect {display(names[troubled[0]['path']])}{engine_flag}")
    return lines


def _why(node: Node, times: measures.Times) -> str:
    lost = node.get("lost")
    if node["status"] == "degraded" and lost:
        return ", ".join(display(one) for one in lost)
    last_exit = node.get("last_exit")
    zombies = [fact for fact in node.get("facts") or () if "zombie" in fact]
    if zombies:
        return f"{display(zombies[0])}: it goes on after it was ended, jido events --kind zombie"
    if not last_exit:
        return display(node["status"])
    text = f"{cut(display(last_exit['reason']), _REASON_SHOWN)} {times.ago(last_exit['at'])}"
    frame = last_exit.get("frame")
    return f"{text}, {display(frame)}" if frame else text


def _restarts(node: Node) -> str:
    if node["kind"] == "supervisor" and node.get("window"):
        return measures.window(node["window"])
    return measures.count(node["restarts"])


def _mail(node: Node) -> str:
    mail = node.get("mailbox")
    return measures.NOT_APPLICABLE if mail is None else measures.count(mail)


def _window_lengths(nodes: Sequence[Node]) -> dict[str, float]:
    """Return for each path the seconds of the window that counts its restarts."""
    lengths: dict[str, float] = {}
    own: dict[str, float] = {}
    for node in nodes:
        above = own.get(node["parent"] or "")
        if above is not None:
            lengths[node["path"]] = above
        window = node.get("window")
        length = float(window["max_seconds"]) if window else above
        if length is not None:
            own[node["path"]] = length
    return lengths


def _with_ancestors(nodes: Sequence[Node], shown: Sequence[Node]) -> set[str]:
    parents = {node["path"]: node["parent"] for node in nodes}
    wanted: set[str] = set()
    for node in shown:
        path: str | None = node["path"]
        while path is not None and path not in wanted:
            wanted.add(path)
            path = parents.get(path)
    return wanted


def _branches(rows: Sequence[Node]) -> dict[str, str]:
    """Return the tree lines before each name; *rows* are in pre-order."""
    paths = {node["path"] for node in rows}
    last_child: dict[str, str] = {}
    for node in rows:
        if node["parent"] in paths:
            last_child[node["parent"]] = node["path"]
    drawn: dict[str, str] = {}
    trunks: dict[str, str] = {}
    for node in rows:
        path, parent = node["path"], node["parent"]
        if parent not in paths:
            drawn[path] = trunks[path] = ""
            continue
        is_last = last_child[parent] == path
        drawn[path] = trunks[parent] + (_LAST if is_last else _BRANCH)
        trunks[path] = trunks[parent] + (_BLANK if is_last else _TRUNK)
    return drawn
