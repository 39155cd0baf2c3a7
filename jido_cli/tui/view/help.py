"""The help: keys of this panel, keys everywhere, keys on the selected node, signs and marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jido_cli.observe.text.signs import role
from jido_cli.tui.keymap import Where, keys_for
from jido_cli.tui.text import Line, Row, display

PANEL_NAMES: Final = {"tree": "1 Tree", "state": "2 State", "log": "3 Directives"}
WIDTH: Final = 80
_EVERYWHERE: Final = (
    ("1 2 3", "panes", ":", "command palette"),
    ("tab", "next pane", "?", "help here"),
    ("j k", "down, up", "q", "quit or detach"),
    ("h l", "fold, unfold", "esc", "back"),
    ("g G", "top, bottom", "z", "zoom this pane"),
    ("^d ^u", "half a page", "!", "next trouble"),
    ("enter", "open the row", "y Y", "copy, as command"),
    ("ctrl+r", "connect again", "T", "theme"),
    ("6", "schedules", "^l", "paint again"),
)
_COLUMNS: Final = (36, 43, 58, 62)


def help_lines(panel: Where, path: str | None, *, kind: str, width: int = WIDTH - 2) -> list[Line]:
    """Return the body of the help."""
    lines = [_two(("THIS PANEL", "dim"), ("EVERYWHERE", "dim"), width)]
    here = [(one.shown, one.does) for one in keys_for(panel)]
    for at in range(max(len(here), len(_EVERYWHERE))):
        row = Row(width)
        if at < len(here):
            row.put(1, here[at][0], "busy").put(8, here[at][1])
        if at < len(_EVERYWHERE):
            _put_everywhere(row, _EVERYWHERE[at])
        lines.append(row.line())
    lines += [Line(), *_node_keys(path, kind, width), Line(), *_signs(width)]
    return lines


def _two(left: tuple[str, str], right: tuple[str, str], width: int) -> Line:
    return Row(width).put(1, *left).put(_COLUMNS[0], *right).line()


def _put_everywhere(row: Row, texts: Sequence[str]) -> None:
    for column, text, style in zip(_COLUMNS, texts, ("busy", "text", "busy", "text"), strict=True):
        row.put(column, text, style)


def _node_keys(path: str | None, kind: str, width: int) -> list[Line]:
    keys = [one for one in keys_for("node") if kind == "agent" or one.keys not in ("s", "c")]
    lines = [Row(width).put(1, f"ON THE SELECTED NODE: {display(path or 'none')}", "dim").line()]
    row, at = Row(width), 1
    for one in keys:
        row.put(at, one.shown, "busy").put(at + 3, one.does)
        at += max(11, len(one.does) + 5)
    return [*lines, row.line()]


def _signs(width: int) -> list[Line]:
    rows: Sequence[Sequence[tuple[int, str, str]]] = (
        (
            (8, "○ starting", "starting"),
            (24, "● running", "running"),
            (40, "▲ degraded", "degraded"),
            (52, "◇ backing_off", "backing_off"),
        ),
        (
            (8, "◆ crash_looping", "crash_looping"),
            (24, "□ stopping", "stopping"),
            (40, "■ stopped", "stopped"),
            (52, "× failed", "failed"),
            (63, "? not known", ""),
        ),
    )
    lines = []
    for number, signs in enumerate(rows):
        row = Row(width).put(1, "SIGNS" if number == 0 else "", "dim")
        for column, sign, status in signs:
            row.put(column, sign, role(status))
        lines.append(row.line())
    marks = "1:1 one_for_one 1:* one_for_all 1:> rest_for_one       1:+ dynamic"
    lines.append(Row(width).put(1, "MARKS", "dim").put(8, marks).line())
    gutter = "┃ falls with it ┊ falls if its supervisor gives up     ► selected"
    lines.append(Row(width).put(8, gutter).line())
    return lines
