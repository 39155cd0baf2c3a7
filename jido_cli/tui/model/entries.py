"""What the log shows: directives, supervision events, notes; small records, by the thousand."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from jido_cli.observe.text.signs import outcome_word


class DirectiveEntry(NamedTuple):
    """What an agent asked for, and what became of it."""

    at: float
    seq: int
    agent: str
    type: str
    summary: str
    cause: str
    outcome: str
    ms: float
    detail: str | None


class EventEntry(NamedTuple):
    """A fact of supervision: its sign, its role, the node, and what is said of it."""

    at: float
    seq: int
    sign: str
    role: str
    path: str
    said: str
    kind: str


class NoteEntry(NamedTuple):
    """A row between the others: what is missing here, a mark of the user's."""

    at: float
    text: str
    missed: int = 0


Entry: TypeAlias = DirectiveEntry | EventEntry | NoteEntry


def directive_entry(record: Mapping[str, Any]) -> DirectiveEntry:
    """Return the entry of a directive record; what repeats is kept once."""
    once = sys.intern
    return DirectiveEntry(
        record["at"],
        record["seq"],
        once(record["agent"]),
        once(record["type"]),
        record["summary"],
        once(record.get("cause") or ""),
        once(record["outcome"]),
        record["ms"],
        record.get("detail"),
    )


def missed_note(at: float, count: int) -> NoteEntry:
    """Return the row that stands where records are missing."""
    return NoteEntry(at, f"-- {count:,} missed here --", count)


def columns(entry: Entry) -> Mapping[str, str]:
    """Return an entry's columns by the keys that filters use."""
    match entry:
        case DirectiveEntry():
            return {
                "agent": entry.agent,
                "type": entry.type,
                "kind": "directive",
                "outcome": outcome_word(entry.type, entry.outcome),
                "cause": entry.cause,
                "text": f"{entry.summary} {entry.detail or ''}",
                "ms": repr(entry.ms),
            }
        case EventEntry():
            return {"agent": entry.path, "kind": entry.kind, "text": entry.said}
        case NoteEntry():
            return {"kind": "note", "text": entry.text}
