"""Lines of the streams: directives, events, dead letters; one fact, one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.columns import Cell, Column, tabbed, table
from jido_cli.observe.text.display import Paint, Role, display, plain
from jido_cli.observe.text.signs import outcome

Record = Mapping[str, Any]

_EVENT_ROLES: dict[str, Role] = {
    "ready": "ok",
    "error": "bad",
    "exited": "loop",
    "restarted": "loop",
    "gave_up": "bad",
    "failed": "bad",
    "stalled": "bad",
    "zombie": "bad",
    "dead_letter": "warn",
    "overflow": "warn",
    "late": "warn",
    "stopping": "fade",
    "stopped": "fade",
}
_ENGINE_PATH = 23
_ENGINE_TEXT = 52
_DETAIL = 13
_KIND = 13
TYPE_WIDTH = 9
KIND_WIDTH = 10
"""How wide the types of directives and the kinds of events usually are."""


def directive_lines(
    record: Record,
    names: Mapping[str, str],
    times: measures.Times,
    paint: Paint = plain,
    *,
    type_width: int = TYPE_WIDTH,
) -> list[str]:
    """Return the line of a directive, and one more where there is more to say."""
    more = type_width - TYPE_WIDTH
    agent = record["agent"]
    text, role = outcome(record["type"], record["outcome"])
    line = tabbed(
        [
            (0, times.stamp(record["at"])),
            (13, display(names.get(agent, agent))),
            (24, display(record["type"])),
            (34 + more, display(record["summary"])),
            (63 + more, display(record.get("cause") or measures.NOT_APPLICABLE)),
            (80 + more, Cell(text, paint(role, text))),
            (89 + more, f"{measures.milliseconds(record['ms']):>6}"),
        ]
    )
    detail = record.get("detail")
    return [line, " " * _DETAIL + display(detail)] if detail else [line]


def widest(items: Iterable[object], key: str, least: int) -> int:
    """Return how wide a column is for the records among *items*; *key* is what stands in it."""
    texts = (display(one[key]) for one in items if isinstance(one, Mapping))
    return max([least, *map(len, texts)])


def missed_line(number: int) -> str:
    """Return the line that stands for what a slow reader lost."""
    return f"-- {measures.count(number)} missed here: this reader was slower than the engine --"


def older_line(number: int) -> str:
    """Return the line that stands for what was forgotten before anybody asked."""
    return f"-- {measures.count(number)} older ones are no longer kept --"


def day_line(day: str) -> str:
    """Return the line before the first event of another day."""
    return f"-- {day} --"


def event_line(
    event: Record,
    times: measures.Times,
    paint: Paint = plain,
    *,
    path_width: int = 23,
    kind_width: int = KIND_WIDTH,
) -> str:
    """Return an event as `jido events` shows it; kinds and paths are padded to a width."""
    path_at = _KIND + kind_width + 1
    kind = event["kind"]
    place = display(event["path"] or measures.NOT_APPLICABLE)
    parts: list[tuple[int, str | Cell]] = [
        (0, times.stamp(event["at"])),
        (13, Cell(display(kind), paint(_EVENT_ROLES.get(kind, "text"), display(kind)))),
        (path_at, place),
        (path_at + path_width + 2, display(event["text"])),
    ]
    return tabbed(parts)


def engine_line(event: Record, times: measures.Times, paint: Paint = plain) -> str:
    """Return an event as the engine itself prints it: time, event, path, facts."""
    kind = event["kind"]
    place = display(event["path"]) if event["path"] else ""
    parts: list[tuple[int, str | Cell]] = [
        (0, times.stamp(event["at"])),
        (13, Cell(display(kind), paint(_EVENT_ROLES.get(kind, "text"), display(kind)))),
        (_ENGINE_PATH, place),
        (_ENGINE_TEXT if place else _ENGINE_PATH, display(event["text"])),
    ]
    return tabbed(parts)


def dead_letter_lines(letters: list[Record], times: measures.Times) -> list[str]:
    """Return the table of dead letters, oldest first."""
    columns = [
        Column("NUMBER", right=True),
        Column("TIME", 12),
        Column("ADDRESSED TO", 23),
        Column("SIGNAL"),
        Column("REASON"),
    ]
    rows = [
        [
            str(letter["number"]),
            times.moment(letter["at"]),
            display(letter["path"] or measures.NOT_APPLICABLE),
            display(letter["type"]),
            display(letter["reason"]),
        ]
        for letter in letters
    ]
    return table(columns, rows)


def stream_record(record: Record) -> dict[str, Any]:
    """Return a record as `--json` prints it: the same fields, its moment in RFC 3339."""
    return dict(record) | {"time": measures.rfc3339(record["at"])}
