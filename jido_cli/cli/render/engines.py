"""`jido ls`: one line an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.control.words import shown
from jido_cli.observe.text import measures
from jido_cli.observe.text.columns import Cell, Column, table
from jido_cli.observe.text.display import Paint, display, plain
from jido_cli.observe.text.signs import summary


def engine_lines(rows: Sequence[Mapping[str, Any]], paint: Paint = plain) -> list[str]:
    """Return the table of engines."""
    columns = [
        Column("ENGINE"),
        Column("STATUS"),
        Column("RESTARTS", right=True),
        Column("PID", right=True),
        Column("UPTIME"),
        Column("FILE"),
    ]
    cells: list[list[str | Cell]] = [
        [
            display(row["name"]),
            Cell(_health(row), _health(row, paint)),
            measures.NOT_APPLICABLE if row["restarts"] is None else measures.count(row["restarts"]),
            measures.NOT_APPLICABLE if row["pid"] is None else str(row["pid"]),
            measures.seconds(row["uptime_s"]),
            display(shown(row["file"] or row["folder"])),
        ]
        for row in rows
    ]
    return table(columns, cells)


def _health(row: Mapping[str, Any], paint: Paint = plain) -> str:
    if row["problem"]:
        return paint("bad", f"× {display(row['problem'])}")
    if row["counts"] is None:
        return paint("busy", f"○ {display(row['status'])}")
    return summary(row["counts"], paint)
