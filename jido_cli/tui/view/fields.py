"""How a line that is being typed looks: its text, and where the cursor stands."""

from __future__ import annotations

from jido_cli.tui.model.field import TextField
from jido_cli.tui.text import Span, cells, display

CURSOR = "_"


def field_spans(field: TextField, width: int, style: str = "text") -> tuple[Span, ...]:
    """Return the text around the cursor, at most *width* cells; at the end the cursor is `_`."""
    before, after = display(field.text[: field.at]), display(field.text[field.at :])
    under, rest = (after[0], after[1:]) if after else (CURSOR, "")
    while before and cells(before) + cells(under) > width:
        before = before[1:]
    room = width - cells(before) - cells(under)
    while rest and cells(rest) > room:
        rest = rest[:-1]
    at = (under, "busy") if not after else (under, f"{style} reverse")
    return tuple(span for span in ((before, style), at, (rest, style)) if span[0])
