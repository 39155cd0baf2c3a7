"""Rows of the log: directives in columns, supervision events between them, notes."""

from __future__ import annotations

from dataclasses import dataclass

from jido_cli.observe.text import measures
from jido_cli.observe.text.names import last_part
from jido_cli.observe.text.signs import outcome
from jido_cli.tui.model.entries import DirectiveEntry, Entry, EventEntry, NoteEntry
from jido_cli.tui.text import Ground, Line, Row, cells, cut_path, display, pad, plain_line
from jido_cli.tui.view.layout import MIDDLE, NARROW, WIDE


@dataclass(frozen=True, slots=True)
class LogColumns:
    """Where the columns of the log stand; 0 where one is left out."""

    width: int
    agent: int
    type: int
    what: int
    cause: int
    outcome: int
    has_ms: bool
    has_millis: bool

    @property
    def has_paths(self) -> bool:
        """Whether agents have their whole path."""
        return self.has_millis


def columns_for(width: int, screen_width: int) -> LogColumns:
    """Return the columns of a log *width* wide."""
    if screen_width >= WIDE:
        extra = width - 118
        agent, cause = extra // 4, extra // 4
        what = extra - agent - cause
        start = 53 + agent
        return LogColumns(
            width,
            13,
            38 + agent,
            start,
            start + 29 + what,
            width - 15,
            has_ms=True,
            has_millis=True,
        )
    if screen_width >= NARROW:
        agent = 6 if screen_width >= MIDDLE else 0
        outcome = width - 14
        return LogColumns(
            width, 9, 22 + agent, 36 + agent, 0, outcome, has_ms=True, has_millis=False
        )
    return LogColumns(width, 9, 0, 22, 0, width - 10, has_ms=False, has_millis=False)


def heading(columns: LogColumns) -> Line:
    """Return the heads of the columns."""
    row = Row(columns.width).put(0, "TIME", "dim").put(columns.agent, "AGENT", "dim")
    for column, head in (
        (columns.type, "DIRECTIVE"),
        (columns.what, "WHAT"),
        (columns.cause, "CAUSE"),
        (columns.outcome, "OUTCOME"),
    ):
        if column:
            row.put(column, head, "dim")
    if columns.has_ms:
        row.put_right(columns.width, "MS", "dim")
    return row.line()


def log_row(
    entry: Entry, columns: LogColumns, times: measures.Times, *, is_selected: bool, is_old: bool
) -> Line:
    """Return the row of an entry; *is_old*: the engine is lost, all is drawn dim."""
    ground: Ground = "selection" if is_selected else ""
    match entry:
        case DirectiveEntry():
            row = _directive(entry, columns, times, is_old=is_old)
        case EventEntry():
            row = _event(entry, columns, times, is_old=is_old)
        case NoteEntry():
            return Line(plain_line(display(entry.text), "dim").spans, ground)
    return row.line(ground)


def _stamp(at: float, columns: LogColumns, times: measures.Times) -> str:
    stamp = times.stamp(at)
    return stamp if columns.has_millis else stamp[:8]


def _directive(
    entry: DirectiveEntry, columns: LogColumns, times: measures.Times, *, is_old: bool
) -> Row:
    style = "dim" if is_old else "text"
    row = Row(columns.width).put(0, _stamp(entry.at, columns, times), "dim")
    agent = display(entry.agent) if columns.has_paths else display(last_part(entry.agent))
    room = (columns.type or columns.what) - columns.agent - 1
    row.put(columns.agent, cut_path(agent, room) if columns.has_paths else agent, style, room=room)
    if columns.type:
        row.put(columns.type, display(entry.type), style, room=columns.what - columns.type - 1)
    after_what = columns.cause or columns.outcome
    what = display(entry.summary or entry.detail or "")
    row.put(columns.what, what, style, room=after_what - columns.what - 1)
    if columns.cause:
        cause = display(entry.cause or measures.NOT_APPLICABLE)
        row.put(columns.cause, cause, "dim", room=columns.outcome - columns.cause - 1)
    text, role = outcome(entry.type, entry.outcome)
    took = measures.figures(entry.ms) if columns.has_ms else ""
    room = columns.width - columns.outcome - cells(took) - 1
    row.put(columns.outcome, text, "dim" if is_old else role, room=room)
    return row.put_right(columns.width, took, "dim")


def _event(entry: EventEntry, columns: LogColumns, times: measures.Times, *, is_old: bool) -> Row:
    row = Row(columns.width).put(0, _stamp(entry.at, columns, times), "dim")
    row.put(columns.agent, entry.sign, "dim" if is_old else entry.role)
    path = display(entry.path if columns.has_paths else last_part(entry.path))
    style = "dim" if is_old or entry.role == "fade" else "text"
    return row.put(columns.agent + 2, f"{path} {entry.said}".lstrip(), style)


def empty_rows(width: int, height: int) -> list[Line]:
    """Return what stands there before the first directive: what will come, and the keys."""
    texts = (
        "No directives yet. They appear here as agents ask for effects.",
        "Filter with /, pause with p, open one with enter.",
    )
    indent = max(1, min(12, (width - 62) // 2))
    lines = [Line()] if height > 3 else []
    return [*lines, *(plain_line(pad(" " * indent + text, width), "dim") for text in texts)]


def record_lines(entry: DirectiveEntry, times: measures.Times) -> list[str]:
    """Return all that is known of a directive, a fact a line."""
    text, _ = outcome(entry.type, entry.outcome)
    rows = (
        ("directive", f"{entry.type}  {entry.summary}"),
        ("agent", entry.agent),
        ("asked", times.moment(entry.at)),
        ("outcome", f"{text}, {measures.milliseconds(entry.ms)}"),
        ("detail", entry.detail or ""),
        ("cause", entry.cause or measures.NOT_APPLICABLE),
        ("number", f"{entry.seq:,}"),
    )
    return [f"{label.ljust(11)}{display(value)}" for label, value in rows if value]
