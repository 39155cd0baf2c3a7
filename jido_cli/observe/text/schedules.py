"""Schedules and timers as a table, a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.columns import Cell, Column, table
from jido_cli.observe.text.display import Paint, Role, display, plain
from jido_cli.observe.text.names import short_names

Row = Mapping[str, Any]
_ROLES: Mapping[str, Role] = {"ok": "text", "failed": "bad", "skipped": "warn", "waiting": "busy"}


def schedule_lines(rows: Sequence[Row], times: measures.Times, paint: Paint = plain) -> list[str]:
    """Return the table of schedules and timers."""
    columns = [
        Column("SCHEDULE"),
        Column("WHEN"),
        Column("NEXT"),
        Column("LAST"),
        Column("OUTCOME"),
        Column("TICKS", right=True),
        Column("SKIPPED", right=True),
        Column("CATCH-UP"),
    ]
    names = short_names({row["agent"] for row in rows})
    return table(columns, [_cells(row, names[row["agent"]], times, paint) for row in rows])


def _cells(row: Row, agent: str, times: measures.Times, paint: Paint) -> list[str | Cell]:
    last = row["last"][0] if row["last"] else None
    is_timer = row["kind"] == "timer"
    outcome, role = _outcome(last)
    return [
        f"{display(agent)}/{display(row['name'])}",
        _when(row),
        Cell("paused", paint("warn", "paused")) if row["paused"] else _at(row["next_at"], times),
        "never" if last is None else times.clock(last["at"]),
        Cell(outcome, paint(role, outcome)),
        measures.NOT_APPLICABLE if is_timer else measures.count(row["ticks"]),
        measures.NOT_APPLICABLE if is_timer else measures.count(row["skipped"]),
        display(row["catch_up"] or measures.NOT_APPLICABLE),
    ]


def _when(row: Row) -> str:
    zone = row["timezone"]
    city = "" if zone in (None, "UTC") else " " + zone.rpartition("/")[2].replace("_", " ")
    text = f"{row['spec']}{city}"
    jitter = f" +{measures.fine_seconds(row['jitter_s'])}" if row["jitter_s"] else ""
    return display(text + jitter)


def _at(at: float | None, times: measures.Times) -> str:
    return measures.NOT_APPLICABLE if at is None else times.clock(at)


def _outcome(last: Row | None) -> tuple[str, Role]:
    """Return what became of a tick: `ok 14ms`, `skipped, busy`, `waiting`."""
    if last is None:
        return "waiting", "dim"
    word = last["outcome"]
    why = str(last["why"]).partition(":")[0] if last["why"] else ""
    text = f"× {word}" if word == "failed" else word
    if last["ms"] is not None:
        text += f" {measures.milliseconds(last['ms'])}"
    return display(f"{text}, {why}" if why else text), _ROLES[word]
