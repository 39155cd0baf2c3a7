"""The other tabs of the state pane: routes, counters, exits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.inspect import route_text, schedule_text
from jido_cli.tui.model.tree import Node
from jido_cli.tui.text import EMPTY, Line, Row, display
from jido_cli.tui.view.state_parts import StateFace, entry, text_line, wrapped_lines

TABS = ("State", "Routes", "Counters", "Exits")
_LABEL = 14
_NARROW_LABEL = 11


def tab_rows(tab: str, node: Node, face: StateFace) -> list[Line]:
    """Return the rows of a tab other than State."""
    if face.inspect is None:
        return [text_line("asking the engine", "dim")]
    return _TABS[tab](node, face.inspect, face)


def _routes(node: Node, inspect: Mapping[str, Any], face: StateFace) -> list[Line]:
    routes = inspect.get("routes") or ()
    if not routes:
        what = (
            "takes no signals" if node["kind"] == "agent" else f"a {node['kind']} takes no signals"
        )
        return [text_line(what, "dim")]
    rows: list[Line] = []
    for route in routes:
        rows += wrapped_lines(face, route_text(route), hang=2)
        for line in _params(route.get("params")):
            rows.append(text_line(line, "dim", indent=5))
    return rows


def _params(schema: Mapping[str, Any] | None) -> list[str]:
    """Return a line for each declared parameter of a route."""
    properties = (schema or {}).get("properties") or {}
    required = (schema or {}).get("required") or ()
    lines = []
    for key, one in properties.items():
        kind = one.get("type", "any") if isinstance(one, Mapping) else "any"
        kind = kind if isinstance(kind, str) else " or ".join(map(str, kind))
        lines.append(f"{display(key)}: {display(kind)}" + (", required" if key in required else ""))
    return lines


def _counters(node: Node, inspect: Mapping[str, Any], face: StateFace) -> list[Line]:
    column = _LABEL if face.is_wide else _NARROW_LABEL
    rows = entry(face, "restarts", measures.count(node["restarts"]), column=column)
    rows += entry(face, "generation", measures.count(node["generation"]), column=column)
    mail = inspect.get("mailbox_detail")
    if mail:
        rows += _mailbox(mail, face, column)
    commands = inspect.get("commands")
    if commands:
        text = f"{measures.count(commands['ok'])} ok, {measures.count(commands['failed'])} failed"
        rows += [EMPTY, *entry(face, "commands", text, column=column)]
        for key in ("p50", "p95", "p99"):
            value = commands.get(f"{key}_ms")
            if value is not None:
                rows += entry(face, f"  {key}", measures.milliseconds(value), column=column)
    for one in inspect.get("schedules") or ():
        text = schedule_text(one, face.times)
        rows += [EMPTY, *entry(face, "schedule", text, column=column)]
    dead = inspect.get("dead_letters")
    if dead:
        rows += [EMPTY, *entry(face, "dead", measures.plural(dead, "dead letter"), column=column)]
    return rows


def _mailbox(mail: Mapping[str, Any], face: StateFace, column: int) -> list[Line]:
    text = f"{measures.count(mail['depth'])} of {measures.count(mail['max'])}"
    rows = [EMPTY, *entry(face, "mailbox", f"{text} ({display(mail['overflow'])})", column=column)]
    if mail.get("oldest_ms") is not None and mail["depth"]:
        oldest = measures.seconds(mail["oldest_ms"] / 1000)
        rows += entry(face, "  oldest", oldest, column=column)
    for key in ("accepted", "rejected", "dropped", "expired"):
        if mail.get(key):
            rows += entry(face, f"  {key}", measures.count(mail[key]), column=column)
    return rows


def _exits(node: Node, inspect: Mapping[str, Any], face: StateFace) -> list[Line]:  # noqa: ARG001 - one shape
    exits = inspect.get("exits") or ()
    if not exits:
        return [text_line("No exits yet. Each one will be here, with its reason.", "dim")]
    rows: list[Line] = []
    for one in exits:
        style = "loop" if one["kind"] in ("crash", "killed") else "dim"
        row = Row(face.width).put(1, face.times.clock(one["at"]), "dim")
        rows.append(row.add(f" {display(one['reason'])}", style).line())
        if one.get("frame"):
            rows.append(text_line(display(one["frame"]), "dim", indent=10))
    return rows


_TABS: Mapping[str, Callable[[Node, Mapping[str, Any], StateFace], list[Line]]] = {
    "Routes": _routes,
    "Counters": _counters,
    "Exits": _exits,
}
