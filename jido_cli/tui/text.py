"""Lines of text with roles: what views make and widgets paint.

Widths are terminal cells: a wide character counts two. No colour and no widget here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich.cells import cell_len, set_cell_size

from jido_cli.observe.text import display as shared

Ground: TypeAlias = Literal["", "selection", "boundary"]
Span: TypeAlias = tuple[str, str]
"""A text and its style: a role (`ok`, `dim`), perhaps with `bold` or `reverse` behind it."""

CUT = "…"
FRAME = "frame"
"""The style of rules and bars."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; *ground* is what lies behind all of it."""

    spans: tuple[Span, ...] = ()
    ground: Ground = ""

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(text for text, _ in self.spans)


EMPTY = Line()
# Joiners and variation selectors: how wide a joined sign is drawn, no two terminals agree on.
_JOINERS = dict.fromkeys((0x200C, 0x200D, 0xFE0E, 0xFE0F))


def display(value: object) -> str:
    """Return foreign text with what steers or deceives escaped, and as wide as its parts."""
    text = shared.display(value)
    return text if text.isascii() else text.translate(_JOINERS)


def display_json(text: str) -> str:
    """Return JSON text the same way; it stays JSON."""
    text = shared.display_json(text)
    return text if text.isascii() else text.translate(_JOINERS)


def cells(text: str) -> int:
    """Return how many cells *text* takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """Cut *text* to *width* cells, with a sign that it was cut."""
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    head = text[: width - 1] if text.isascii() else set_cell_size(text, width - 1)
    return head + CUT


def cut_path(path: str, width: int) -> str:
    """Cut a path to *width* cells from its beginning: its end is what tells nodes apart."""
    if cells(path) <= width:
        return path
    tail = path[max(0, len(path) - width + 1) :] if width > 0 else ""
    while tail and cells(tail) >= width:
        tail = tail[1:]
    return CUT + tail if width > 0 else ""


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return *text* in exactly *width* cells."""
    text = cut(text, width)
    gap = " " * (width - cells(text))
    return gap + text if right else text + gap


def line(*spans: Span) -> Line:
    """Return the line of some spans."""
    return Line(tuple(span for span in spans if span[0]))


def plain_line(text: str, style: str = "text") -> Line:
    """Return a line of one style."""
    return Line(((text, style),)) if text else EMPTY


class Row:
    """Builds a line by columns, left to right; what would overlap is pushed on or cut.

    Args:
        width: cells of the whole line.
    """

    __slots__ = ("_at", "_spans", "_width")

    def __init__(self, width: int) -> None:
        self._width = width
        self._spans: list[Span] = []
        self._at = 0

    @property
    def at(self) -> int:
        """The next free cell."""
        return self._at

    def put(self, column: int, text: str, style: str = "text", *, room: int | None = None) -> Row:
        """Put *text* at *column*, cut to *room* cells and to the line's end."""
        left = self._width - max(column, self._at)
        text = cut(text, left if room is None else min(room, left))
        if text:
            self._skip_to(column)
            self._spans.append((text, style))
            self._at += cells(text)
        return self

    def add(self, text: str, style: str = "text") -> Row:
        """Put *text* behind what is there."""
        return self.put(self._at, text, style)

    def put_right(self, end: int, text: str, style: str = "text") -> Row:
        """Put *text* so that it ends before column *end*; what does not fit is left out."""
        start = end - cells(text)
        if start >= self._at:
            self.put(start, text, style)
        return self

    def line(self, ground: Ground = "") -> Line:
        """Return the line."""
        return Line(tuple(self._spans), ground)

    def _skip_to(self, column: int) -> None:
        if column > self._at:
            self._spans.append((" " * (column - self._at), "text"))
            self._at = column


def wrapped(words: Iterable[str], width: int, *, first: int = 0) -> list[str]:
    """Return words joined to lines of at most *width* cells, the first one shorter by *first*."""
    lines: list[str] = []
    current, room = "", width - first
    for word in words:
        joined = f"{current} {word}" if current else word
        if current and cells(joined) > room:
            lines.append(current)
            current, room = word, width
        else:
            current = joined
    return [*lines, current] if current or not lines else lines
