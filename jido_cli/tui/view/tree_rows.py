"""Rows of the tree pane: gutter, lines, name, mark, status, restarts, mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from jido_cli.observe.text import measures
from jido_cli.observe.text.signs import mark, role, sign
from jido_cli.tui.model.tree import Node, TreeModel
from jido_cli.tui.text import Ground, Line, Row, cells, cut, display, pad

_NAME = 2
_HUNG = "[hung]"
BAR_CELLS = 6


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of the tree stand in a pane of some width."""

    width: int
    name: int
    mark: int
    status: int
    restarts: int
    indent: int
    has_bar: bool
    has_mail: bool

    @property
    def status_room(self) -> int:
        """The widest status that fits."""
        return self.restarts - self.status - 1


def columns_for(width: int, screen_width: int) -> Columns:
    """Return the columns of a tree pane *width* wide on a screen *screen_width* wide."""
    is_wide = screen_width >= 100 and width >= 58
    if is_wide:
        has_mail = width >= 66
        extra = max(0, width - 66)
        start = 27 + extra
        return Columns(width, start - 3, start, start + 4, start + 22, 3, has_mail, has_mail)
    start = width - 25
    return Columns(width, start - 3, start, start + 4, width - 4, 2, has_bar=False, has_mail=False)


@dataclass(frozen=True, slots=True)
class TreeFace:
    """What is drawn beside the nodes' own data.

    Args:
        now: wall time.
        is_lost: the engine is lost: what is shown was true once.
        near: paths that fall with the selected node.
        outer: paths that fall if the supervisor above gives up.
        stalled: path of the agent that keeps the loop, and for how many seconds.
        is_ascii: branches of the tree are bars, as the frames have crosses.
    """

    now: float
    is_lost: bool = False
    near: Collection[str] = frozenset()
    outer: Collection[str] = frozenset()
    stalled: tuple[str, float] | None = None
    is_ascii: bool = False


def heading(columns: Columns) -> Line:
    """Return the heads of the columns."""
    row = Row(columns.width)
    row.put(_NAME, "NODE", "dim").put(columns.status, "STATUS", "dim")
    if columns.indent == 3:
        row.put(columns.restarts, "RESTARTS", "dim")
    else:
        row.put_right(columns.width, "RST", "dim")
    if columns.has_mail:
        row.put_right(columns.width, "MAIL", "dim")
    return row.line()


def tree_row(tree: TreeModel, path: str, columns: Columns, face: TreeFace) -> Line:
    """Return the row of one node."""
    node = tree.nodes[path]
    is_selected = path == tree.selected
    weight = " bold" if _is_full(node) and not face.is_lost else ""
    row = Row(columns.width)
    row.put(0, _gutter(path, is_selected, face), "text" if is_selected else "busy")
    _put_name(row, tree, node, columns, face, weight)
    _put_status(row, tree, node, columns, face)
    if columns.indent == 3:
        _put_window(row, node, columns, weight)
    else:
        row.put_right(columns.width, _short_restarts(node), _window_style(node) + weight)
    if columns.has_mail and node.get("mailbox") is not None:
        row.put_right(columns.width, measures.count(node["mailbox"]), _mail_style(node))
    return row.line(_ground(path, is_selected, face))


def _gutter(path: str, is_selected: bool, face: TreeFace) -> str:
    if is_selected:
        return "►"
    if face.is_lost:
        return ""
    return "┃" if path in face.near else "┊" if path in face.outer else ""


def _ground(path: str, is_selected: bool, face: TreeFace) -> Ground:
    if is_selected:
        return "selection"
    return "boundary" if path in face.near and not face.is_lost else ""


def _put_name(
    row: Row, tree: TreeModel, node: Node, columns: Columns, face: TreeFace, weight: str
) -> None:
    path = node["path"]
    row.put(_NAME, branches(tree, path, columns.indent, is_ascii=face.is_ascii), "dim")
    start = max(_NAME, row.at)
    kind = mark(node)
    room = columns.name + (1 if kind else 4) - start  # an empty mark lends its room to the name
    below = tree.children(path)
    name = display(node["id"])
    if below:
        is_folded = tree.is_folded(path)
        count = f" ({measures.count(tree.count_below(path))})" if is_folded else ""
        row.put(start, ("▸" if is_folded else "▾") + " ", "dim")
        start += 2
        name = cut(name, room - 2 - cells(count)) + count
    row.put(start, name, _name_style(node, face) + weight, room=room)
    row.put(columns.mark, kind, "dim")


def branches(tree: TreeModel, path: str, indent: int, *, is_ascii: bool = False) -> str:
    """Return the lines that lead to a node from the root."""
    above = list(tree.ancestors(path))[::-1]
    if not above:
        return ""
    fork, trunk = ("|", "|") if is_ascii else ("├", "│")
    parts = [(" " if tree.is_last(one) else trunk) + " " * (indent - 1) for one in above[1:]]
    arm = "─" * (indent - 2) + " "
    return "".join(parts) + ("└" if tree.is_last(path) else fork) + arm


def _name_style(node: Node, face: TreeFace) -> str:
    return "dim" if face.is_lost or node["status"] == "stopped" else "text"


def _put_status(row: Row, tree: TreeModel, node: Node, columns: Columns, face: TreeFace) -> None:
    room = columns.status_room
    if face.is_lost:
        row.put(columns.status, f"? was {display(node['status'])}", "fade", room=room)
        return
    is_folded = tree.is_folded(node["path"]) and bool(tree.children(node["path"]))
    status = tree.worst_below(node["path"]) if is_folded else node["status"]
    hung = hung_fact(node, face, is_folded=is_folded)
    text = f"{sign(status)} {display(status)}"
    if hung and cells(text) + 1 + cells(_HUNG) > room:
        text = sign(status)  # a node that keeps the loop is told before its status
    facts = [(one, one) for one in status_facts(tree, node, face)]
    for long, short in [(hung, _HUNG), *facts] if hung else facts:
        fits = [one for one in (long, short) if cells(text) + 1 + cells(one) <= room]
        text += f" {fits[0]}" if fits else ""
    row.put(columns.status, text, "bad" if hung else role(status), room=room)


def hung_fact(node: Node, face: TreeFace, *, is_folded: bool = False) -> str:
    """Return `[hung 4s]` for the agent that keeps the loop, and for a folded row that hides it."""
    path = node["path"]
    if face.stalled is not None:
        agent, seconds = face.stalled
        if agent == path or (is_folded and agent.startswith(f"{path}/")):
            return f"[hung {int(seconds)}s]"
    return _HUNG if "hung" in (node.get("facts") or ()) else ""


def status_facts(tree: TreeModel, node: Node, face: TreeFace) -> list[str]:
    """Return what stands behind a status: its age if it came back, then facts in brackets."""
    facts = []
    age = came_back_s(tree, node, face.now)
    if age is not None:
        facts.append(f"({measures.age(age)})")
    return [*facts, *(f"[{display(one)}]" for one in node.get("facts") or () if one != "hung")]


def came_back_s(tree: TreeModel, node: Node, now: float) -> float | None:
    """Return a running node's age if it was restarted within its supervisor's window, else None."""
    uptime = node.get("uptime_s")
    if node["status"] != "running" or not node["restarts"] or uptime is None:
        return None
    windows = (tree.nodes[path].get("window") for path in tree.ancestors(node["path"]))
    window = next(filter(None, windows), None)
    age = float(uptime) + max(0.0, now - tree.at)
    return age if window and age < float(window["max_seconds"]) else None


def _put_window(row: Row, node: Node, columns: Columns, weight: str) -> None:
    window = node.get("window")
    if not window:
        row.put(columns.restarts, measures.count(node["restarts"]), "text")
        return
    style = _window_style(node) + weight
    row.put(columns.restarts, measures.window(window), style)
    if columns.has_bar:
        room = columns.width - row.at - 1  # a window in long words has a short bar
        row.put(row.at + 1, window_bar(window, most=max(1, min(BAR_CELLS, room))), style)


def _short_restarts(node: Node) -> str:
    window = node.get("window")
    if window:
        return f"{window['used']}/{window['max_restarts']}"
    return measures.count(node["restarts"])


def window_bar(window: Node, *, most: int = BAR_CELLS) -> str:
    """Return the restart window as cells: one a restart up to *most*, then those in proportion.

    It is all full when the next crash gives up, and empty when nothing is used, and only then.
    """
    allowed = int(window["max_restarts"])
    used = min(int(window["used"]), allowed)
    if allowed > most:
        shown = round(used * most / allowed)
        is_between = 0 < used < allowed
        used, allowed = min(max(shown, 1), most - 1) if is_between else shown, most
    return "█" * used + "░" * (allowed - used)


def _is_full(node: Node) -> bool:
    window = node.get("window")
    return window is not None and bool(window["used"] >= window["max_restarts"] > 0)


def _window_style(node: Node) -> str:
    window = node.get("window")
    if not window or not window["used"]:
        return "text"
    return "warn" if window["used"] * 3 >= window["max_restarts"] * 2 else "text"


def _mail_style(node: Node) -> str:
    return "text" if node["mailbox"] else "dim"


def empty_rows(width: int) -> list[Line]:
    """Return what stands there before the first tree has come."""
    return [Row(width).put(_NAME, pad("asking the engine", width - 2), "dim").line()]
