"""What the faces of the state pane have in common: the pane's frame of reference, title, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.names import last_part
from jido_cli.observe.text.signs import role, sign
from jido_cli.tui.model.tree import Node, TreeModel
from jido_cli.tui.text import EMPTY, Line, Row, cells, cut_path, display, plain_line, wrapped
from jido_cli.tui.view.tree_rows import TreeFace, hung_fact, status_facts

NAMES_SHOWN = 16


@dataclass(frozen=True, slots=True)
class StateFace:
    """What a face of the state pane is drawn from, beside the node itself.

    Args:
        tree: the tree.
        width: of the pane.
        is_wide: there is room for whole sentences.
        times: how moments are spelled, and now.
        inspect: everything known of the node, once the engine has said it.
        is_lost: the engine is lost.
        lost_at: when the last answer came.
        given_up: the event of a supervisor that gave up lately, by its path.
    """

    tree: TreeModel
    width: int
    is_wide: bool
    times: measures.Times
    inspect: Mapping[str, Any] | None = None
    is_lost: bool = False
    lost_at: float = 0.0
    given_up: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def now(self) -> float:
        """Wall time."""
        return self.times.now

    def age(self, node: Node) -> float | None:
        """Return how long a node has been up; as of the last answer when the engine is lost."""
        uptime = node.get("uptime_s")
        if uptime is None:
            return None
        return float(uptime) + (0.0 if self.is_lost else max(0.0, self.now - self.tree.at))

    def child(self) -> Mapping[str, Any]:
        """Return the node's child spec, as far as it is known."""
        found = (self.inspect or {}).get("child")
        return found if isinstance(found, Mapping) else {}


def text_line(text: str, style: str = "text", *, indent: int = 1) -> Line:
    """Return an indented line."""
    return plain_line(" " * indent + text, style) if text else EMPTY


def title(node: Node, face: StateFace) -> Line:
    """Return the node's path, and at the right what it is."""
    what = f"{node['kind']} {node.get('agent') or node.get('strategy') or ''}".rstrip()
    path = cut_path(display(node["path"]), face.width - 1)
    row = Row(face.width).put(1, path, "text")
    is_flush = face.is_wide and node["kind"] == "agent"
    end = face.width - (0 if is_flush else 1)
    if row.at + 2 + cells(what) <= end:
        row.put_right(end, display(what), "dim")
    return row.line()


def status_line(node: Node, face: StateFace, *, extras: Sequence[str] = ()) -> Line:
    """Return sign, status, age, generation and what else there is room for."""
    gap = "   " if face.is_wide else "  "
    row = Row(face.width)
    if face.is_lost:
        age = face.age(node)
        up = f" {measures.seconds(age)}" if age is not None else ""
        return row.put(1, f"? was {display(node['status'])}{up}", "fade").line()
    status = node["status"]
    row.put(1, f"{sign(status)} {display(status)}", role(status))
    tree_face = TreeFace(face.now, stalled=face.tree.stalled)
    hung = hung_fact(node, tree_face)
    facts = [one for one in (hung, *status_facts(face.tree, node, tree_face)) if one]
    age = face.age(node)
    if facts:
        row.add(" " + " ".join(facts), role(status))
    elif status == "running" and age is not None:
        row.add(f" {measures.age(age)}")
    parts = [f"gen {measures.count(node['generation'])}"]
    parts += [one for one in extras if one] if face.is_wide else []
    for part in parts:
        if row.at + len(gap) + cells(part) <= face.width:
            row.add(gap + part, "text" if part.startswith("gen") else "dim")
    return row.line()


def entry(
    face: StateFace, label: str, value: str, *, column: int, style: str = "text"
) -> list[Line]:
    """Return a label and its value, the value wrapped in its column."""
    if not value:
        return []
    parts = wrapped(value.split(" "), face.width - column - 1)
    lines = []
    for number, part in enumerate(parts):
        row = Row(face.width)
        if number == 0:
            row.put(1, label, "dim")
        lines.append(row.put(column, part, style).line())
    return lines


def names(paths: Sequence[str], *, none: str = "nothing", most: int = NAMES_SHOWN) -> str:
    """Return the ids of nodes, separated by commas; of many the first ones, and how many more."""
    if not paths:
        return none
    shown = paths if len(paths) <= most else paths[: most - 1]
    text = ", ".join(display(last_part(path)) for path in shown)
    left = len(paths) - len(shown)
    if not left:
        return text
    return f"{text} and {measures.plural(left, 'other')}" if text else measures.plural(left, "node")


def wrapped_lines(
    face: StateFace, text: str, *, indent: int = 1, hang: int = 0, style: str = "text"
) -> list[Line]:
    """Return a text wrapped to the pane, its later lines *hang* cells further in."""
    parts = wrapped(text.split(" "), face.width - indent - hang - 1, first=-hang)
    return [
        text_line(part, style, indent=indent + (hang if number else 0))
        for number, part in enumerate(parts)
    ]
