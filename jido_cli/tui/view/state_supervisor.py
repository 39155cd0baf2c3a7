"""The State tab of a supervisor: its failure boundary, and what it did when it gave up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.inspect import keyed_text
from jido_cli.observe.text.names import last_part
from jido_cli.tui.model.tree import Node
from jido_cli.tui.text import EMPTY, Line, Row, display
from jido_cli.tui.view.state_parts import (
    StateFace,
    entry,
    names,
    status_line,
    text_line,
    title,
    wrapped_lines,
)
from jido_cli.tui.view.tree_rows import window_bar

_BOUNDARY = 27
_STORY = 14
_CHILDREN_SHOWN = 8
_NARROW_SHOWN = 4


def supervisor_rows(node: Node, face: StateFace) -> list[Line]:
    """Return the rows for a supervisor."""
    child = face.child()
    shutdown = measures.setting(child["shutdown"]) if "shutdown" in child else ""
    extras = [str(child.get("restart") or ""), shutdown]
    story = face.given_up.get(node["path"])
    head = [title(node, face)]
    status = [status_line(node, face, extras=extras), *_keyed(face), EMPTY]
    if not face.tree.children(node["path"]):
        return [*head, *status, *_empty(node, face)]
    if story is not None and not face.is_lost:
        told = _story_wide(node, story, face) if face.is_wide else _story_narrow(node, story, face)
        return [*head, *status, *told]
    if face.is_wide or face.is_lost:
        return [*head, *status, *_boundary_wide(node, face)]
    return [*head, *_keyed(face), *_boundary_narrow(node, face)]


def _keyed(face: StateFace) -> list[Line]:
    """Return how many agents a keyed supervisor has, awake and asleep."""
    keyed = (face.inspect or {}).get("keyed")
    return wrapped_lines(face, keyed_text(keyed), hang=2) if keyed else []


def _empty(node: Node, face: StateFace) -> list[Line]:
    keyed = (face.inspect or {}).get("keyed")
    if keyed:
        asleep = "All are asleep: the" if keyed["hibernated"] else "Nobody has begun: the"
        text = f"{asleep} next signal for a key {'wakes' if keyed['hibernated'] else 'starts'} "
        text += "its agent."
        return [text_line("children  0 awake"), EMPTY, *wrapped_lines(face, text)]
    rows = [text_line("children  0"), EMPTY, text_line("Nothing is started yet.")]
    if node.get("strategy") == "dynamic":
        text = "Children are started by signals whose actions spawn them."
        rows += wrapped_lines(face, text)
    return rows


def _boundary_wide(node: Node, face: StateFace) -> list[Line]:
    path, tree = node["path"], face.tree
    rows = [text_line("failure boundary")]
    rows += _gutter_entry(face, "┃", "falls with it now", names(tree.falls_with(path)))
    above = node["parent"]
    if above is not None:
        label = f"falls if {display(last_part(above))} gives up"
        rows += _gutter_entry(face, "┊", label, _others(face, path, above))
    rows += [EMPTY, *_if_child_crashes(node, face), EMPTY]
    window = node.get("window")
    if window:
        text = f"{measures.window(window)}  {window_bar(window)}"
        rows += entry(face, "restarts", text, column=_BOUNDARY)
    rows += entry(face, "when it gives up", _then(node, face), column=_BOUNDARY)
    stops = names(tuple(reversed(tree.children(path))))
    rows += entry(face, "stops in the order", stops, column=_BOUNDARY)
    return rows


def _gutter_entry(face: StateFace, sign: str, label: str, value: str) -> list[Line]:
    return entry(face, f"{sign} {label}", value, column=_BOUNDARY)


def _others(face: StateFace, path: str, above: str) -> str:
    outer = face.tree.falls_if_given_up(path)
    number = len(outer) - (above in outer)
    name = display(last_part(above))
    return f"{name} and {measures.plural(number, 'other')}" if number else name


def _if_child_crashes(node: Node, face: StateFace) -> list[Line]:
    """Return for each child what is restarted with it."""
    tree = face.tree
    children = tree.children(node["path"])
    head = Row(face.width).put(1, "if a child crashes", "dim")
    rows = [head.put(_BOUNDARY, "restarted with it", "dim").line()]
    for child in children[:_CHILDREN_SHOWN]:
        mates = names(tree.mates(child))
        lines = entry(face, f"  {display(last_part(child))}", mates, column=_BOUNDARY)
        rows += lines
    return [*rows, *_left_out(len(children) - _CHILDREN_SHOWN)]


def _left_out(left: int) -> list[Line]:
    return [text_line(f"and {measures.plural(left, 'other')}", "dim", indent=3)] if left > 0 else []


def _then(node: Node, face: StateFace) -> str:
    """Return what the level above does."""
    above = node["parent"]
    if above is None:
        return "everything stops, the engine ends"
    strategy = face.tree.nodes[above].get("strategy") or "?"
    name, own = display(last_part(above)), display(node["id"])
    mates = face.tree.mates(node["path"])
    together = f"with {names(mates)}" if mates else "alone"
    return f"{name} restarts {own} {together} ({strategy})"


def _boundary_narrow(node: Node, face: StateFace) -> list[Line]:
    path, tree = node["path"], face.tree
    window = node.get("window")
    row = Row(face.width).put(1, display(node.get("strategy") or ""))
    if window:
        row.add(f"  {measures.window(window)} {window_bar(window)}")
    number = len(tree.falls_with(path))
    rows = [row.line(), text_line("┃ falls with it now")]
    rows.append(text_line(f"{measures.plural(number, 'node')} below it", indent=3))
    above = node["parent"]
    if above is not None:
        rows.append(text_line(f"┊ falls if {display(last_part(above))} gives up"))
        rows.append(text_line(_others(face, path, above), indent=3))
    rows.append(EMPTY)
    children = tree.children(path)
    shown = len(children) if len(children) <= _NARROW_SHOWN + 1 else _NARROW_SHOWN
    for child in children[:shown]:
        mates = names(tree.mates(child), none="nothing else")
        rows += wrapped_lines(face, f"{display(last_part(child))} → {mates}")
    rows += _left_out(len(children) - shown)
    name = display(last_part(above)) if above is not None else ""
    rows.append(text_line(f"gives up → {name} restarts it" if name else "gives up → engine ends"))
    return rows


# -- it gave up lately


def _story_wide(node: Node, event: Mapping[str, Any], face: StateFace) -> list[Line]:
    rows = entry(face, "gave up", face.times.moment(event["at"]), column=_STORY, style="bad")
    rows += entry(face, "because", _because(node, event), column=_STORY)
    rows.append(EMPTY)
    above = node["parent"]
    if above is not None:
        how = _then(node, face).partition(" restarts ")[2].partition(" ")[2]
        then = f"restarted it {how}" if node["status"] == "running" else f"restarts it {how}"
        rows += entry(face, f"then {display(last_part(above))}", then, column=_STORY)
        window = face.tree.nodes[above].get("window")
        if window:
            text = f"{display(last_part(above))} window now  {measures.window(window)}"
            rows += entry(face, "", f"{text}  {window_bar(window)}", column=_STORY)
        rows.append(EMPTY)
    rows += entry(face, "restarted", names(face.tree.falls_with(node["path"])), column=_STORY)
    rows.append(EMPTY)
    rows += entry(face, "untouched", _untouched(node, face), column=_STORY)
    return rows


def _because(node: Node, event: Mapping[str, Any]) -> str:
    data = event["data"]
    return (
        f"{display(data.get('child') or 'a child')} crashed {data.get('used', '?')} times"
        f"{_span(event)}; {display(node['id'])} allows "
        f"{measures.plural(data.get('max_restarts', 0), 'restart')} in "
        f"{measures.setting(round(float(data.get('max_seconds', 0)) * 1000))}"
    )


def _span(event: Mapping[str, Any]) -> str:
    """Return in which time the exits came, where the log still holds them."""
    span = event.get("span_s")
    return f" in {measures.fine_seconds(span)}" if isinstance(span, float) else ""


def _untouched(node: Node, face: StateFace) -> str:
    near = {node["path"], *face.tree.falls_with(node["path"])}
    above = node["parent"]
    others = [path for path in face.tree.children(above or "") if path not in near]
    return names(others)


def _story_narrow(node: Node, event: Mapping[str, Any], face: StateFace) -> list[Line]:
    data = event["data"]
    rows = [text_line(f"gave up {face.times.clock(event['at'])}", "bad")]
    allowed = measures.setting(round(float(data.get("max_seconds", 0)) * 1000))
    text = (
        f"{display(data.get('child') or 'a child')} crashed {data.get('used', '?')} times"
        f"{_span(event)}; allowed {data.get('max_restarts', '?')} in {allowed}"
    )
    rows += wrapped_lines(face, text, indent=3)
    above = node["parent"]
    if above is not None:
        name = display(last_part(above))
        alone = "with others" if face.tree.mates(node["path"]) else "alone"
        rows.append(text_line(f"{name} restarted it {alone}"))
        window = face.tree.nodes[above].get("window")
        if window:
            bar = window_bar(window)
            rows.append(text_line(f"{name} window {measures.window(window)} {bar}", indent=3))
    restarted = f"restarted: {names(face.tree.falls_with(node['path']))}"
    rows += wrapped_lines(face, restarted, hang=2)
    number = len(face.tree.nodes) - 1 - len(face.tree.falls_with(node["path"]))
    rows.append(text_line(f"untouched: {measures.plural(number, 'other node')}"))
    return rows
