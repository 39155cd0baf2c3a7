"""Tables and lines with tab stops: widths are counted before anything is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jido_cli.observe.text.display import cut


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, and the same text painted (equal when there is no colour)."""

    text: str
    painted: str | None = None

    def padded(self, width: int, *, right: bool = False) -> str:
        """Return it padded with spaces to *width*."""
        gap = " " * (width - len(self.text))
        shown = self.text if self.painted is None else self.painted
        return gap + shown if right else shown + gap


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its least width, its side, and the gap after it."""

    head: str
    least: int = 0
    right: bool = False
    gap: int = 2


def table(columns: Sequence[Column], rows: Sequence[Sequence[str | Cell]]) -> list[str]:
    """Return the head and the rows, every column as wide as its widest cell."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [
        max([column.least, len(column.head), *(len(row[at].text) for row in cells)])
        for at, column in enumerate(columns)
    ]
    lines = [[Cell(column.head) for column in columns], *cells]
    return [_line(columns, widths, row) for row in lines]


def tabbed(parts: Sequence[tuple[int, str | Cell]]) -> str:
    """Return the parts, each at its column or, where that is passed, after two spaces."""
    line = ""
    length = 0
    for stop, value in parts:
        cell = _cell(value)
        if not cell.text:
            continue
        gap = stop - length if stop > length else (2 if length else 0)
        line += " " * gap + cell.padded(len(cell.text))
        length += gap + len(cell.text)
    return line


def fit(texts: Sequence[str], width: int) -> list[str]:
    """Cut every text to *width*."""
    return [cut(text, width) for text in texts]


def _cell(value: str | Cell) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def _line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[Cell]) -> str:
    parts: list[str] = []
    for column, width, cell in zip(columns, widths, row, strict=True):
        parts.append(cell.padded(width, right=column.right) + " " * column.gap)
    return "".join(parts).rstrip()
