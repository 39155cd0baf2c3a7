"""`jido inspect ID --command CMD`: what is known of one command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.columns import tabbed
from jido_cli.observe.text.display import Paint, Role, display, plain
from jido_cli.observe.text.state import one_line

INDENT = 12
_ROLES: Mapping[str, Role] = {"ok": "ok", "failed": "bad", "running": "busy", "waiting": "fade"}


def command_lines(
    command: Mapping[str, Any], times: measures.Times, paint: Paint = plain
) -> list[str]:
    """Return the lines for one command."""
    status = command["status"]
    word = paint(_ROLES.get(status, "warn"), display(status))
    lines = [f"{display(command['command'])}  {word}", "", _row("agent", command["path"])]
    if command.get("type"):
        lines.append(_row("signal", command["type"]))
    if command.get("action"):
        ms = command.get("ms")
        held = "" if ms is None else f" for {measures.seconds(float(ms) / 1000)}"
        lines.append(_row("running", f"{command['action']}{held}"))
    if command.get("position"):
        lines.append(_row("mailbox", f"number {measures.count(command['position'])} that waits"))
    if command.get("ended_at") is not None:
        lines.append(_row("ended", times.moment(command["ended_at"])))
    if command.get("error"):
        lines.append(_row("error", f"{command['error']['message']} [{command['error']['code']}]"))
    elif command.get("why"):
        lines.append(_row("why", command["why"]))
    if command.get("output") is not None:
        lines.append(_row("output", one_line(command["output"])))
    return lines


def _row(label: str, text: object) -> str:
    return tabbed([(0, label), (INDENT, display(text))])
