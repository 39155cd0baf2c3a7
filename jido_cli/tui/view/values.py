"""How values of a state are spelled: as JSON, numbers with commas, containers by their size."""

from __future__ import annotations

import json
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.tui.model.changes import NOTHING
from jido_cli.tui.model.value_tree import MANY, ValueRow
from jido_cli.tui.text import Line, Row, cells, display, display_json

_TEXT_SHOWN = 400


def spelled(value: Any) -> str:
    """Return a value in one short line."""
    match value:
        case dict():
            return "{}" if not value else _size(len(value), "{", "key", "}")
        case list():
            return "[]" if not value else _size(len(value), "[", "item", "]")
        case bool() | None:
            return json.dumps(value)
        case int():
            return f"{value:,}"
        case str():
            text = display_json(json.dumps(value[:_TEXT_SHOWN], ensure_ascii=False))
            return text if len(value) <= _TEXT_SHOWN else f"{text}… {measures.count(len(value))}"
        case _ if value is NOTHING:
            return "nothing"
        case _:
            return display(json.dumps(value))


def _size(number: int, begin: str, word: str, end: str) -> str:
    if number >= MANY:
        return measures.plural(number, "item")
    return f"{begin}{measures.plural(number, word)}{end}"


def is_text(value: Any) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


def value_column(rows: list[ValueRow], width: int, least: int, gap: int) -> int:
    """Return the column where values stand: behind the longest key, but not past the middle."""
    longest = max((_key_end(row) for row in rows[:200]), default=0)
    return max(least, min(longest + gap, width // 2))


def _key_end(row: ValueRow) -> int:
    return 3 + 2 * row.depth + cells(display(row.key))


def value_row(row: ValueRow, width: int, column: int, *, is_selected: bool, is_fresh: bool) -> Line:
    """Return one row of the state.

    Args:
        row: the row.
        width: of the pane.
        column: where values stand.
        is_selected: the cursor is here.
        is_fresh: it changed just now: shown reversed.
    """
    at = 3 + 2 * row.depth
    out = Row(width)
    if row.hidden:
        out.put(at, f"… {measures.count(row.hidden)} before these", "dim")
        return out.line("selection" if is_selected else "")
    if row.is_changed:
        out.put(1 if row.is_container and row.depth == 1 else 3, "~", "warn")
    if row.is_container:
        out.put(at - 2, "▸" if row.is_folded else "▾", "dim")
    key = display(row.key)
    out.put(at, key, "text", room=max(1, column - at - 1) if at < column else None)
    style = "dim" if row.is_container else "text"
    if row.is_changed and not row.is_container:
        style = "warn reverse" if is_fresh else "warn"
    out.put(max(column, out.at + 1), spelled(row.value), style)
    return out.line("selection" if is_selected else "")
