"""Where a value stands in its file: places, and the tree of places beside a tree of values.

Lines and columns count from 1, in characters; an end is the place after the last character.
Here is no YAML and no text: the reader fills these records, everybody else looks up.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

Path = tuple[str | int, ...]


class Pos(NamedTuple):
    """A stretch of a file, from its first character to the place after its last.

    `file` counts the files of a topology: 0 is its own, the others are those it includes.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    file: int = 0

    def in_file(self, file: int) -> Pos:
        """Return the same stretch of another file."""
        return self._replace(file=file)


class ScalarMark(NamedTuple):
    """The place of a scalar, and how it is written: `style` is the quote or `|`, `>` or ``."""

    line: int
    column: int
    end_line: int
    end_column: int
    style: str = ""
    file: int = 0


class MapMark(msgspec.Struct, gc=False):
    """The place of a mapping and of its keys and values."""

    pos: ScalarMark
    keys: dict[str, ScalarMark]
    values: dict[str, Mark]


class ListMark(msgspec.Struct, gc=False):
    """The place of a list and of its items."""

    pos: ScalarMark
    items: list[Mark]


Mark = ScalarMark | MapMark | ListMark


def span(mark: Mark) -> ScalarMark:
    """Return the stretch that a mark covers, whatever it marks."""
    return mark if isinstance(mark, ScalarMark) else mark.pos


def pos_of(mark: Mark) -> Pos:
    """Return the stretch that a mark covers, as findings take it."""
    line, column, end_line, end_column, _, file = span(mark)
    return Pos(line, column, end_line, end_column, file)


def moved(mark: Mark, pos: ScalarMark) -> Mark:
    """Return the mark of an alias: its own place outside, the anchor's places inside."""
    return pos if isinstance(mark, ScalarMark) else msgspec.structs.replace(mark, pos=pos)


class Positions(msgspec.Struct, frozen=True):
    """Look up the place of the value or key at a path below one value of a file."""

    root: Mark

    def mark(self, path: Path = ()) -> Mark:
        """Return the mark of the value at *path*, or of the deepest parent that exists."""
        mark = self.root
        for step in path:
            below = _step(mark, step)
            if below is None:
                return mark
            mark = below
        return mark

    def value(self, path: Path = ()) -> Pos:
        """Return the place of the value at *path*, or of the deepest parent that exists."""
        return pos_of(self.mark(path))

    def key(self, path: Path) -> Pos:
        """Return the place of the key that ends *path*; of the value where it is no key."""
        parent = self.mark(path[:-1]) if path else self.root
        if path and isinstance(parent, MapMark) and isinstance(path[-1], str):
            found = parent.keys.get(path[-1])
            if found is not None:
                return pos_of(found)
        return self.value(path)

    def below(self, path: Path) -> Positions:
        """Return the places below the value at *path*, with paths that begin there."""
        return Positions(self.mark(path))


def _step(mark: Mark, step: str | int) -> Mark | None:
    if isinstance(mark, MapMark) and isinstance(step, str):
        return mark.values.get(step)
    if isinstance(mark, ListMark) and isinstance(step, int) and 0 <= step < len(mark.items):
        return mark.items[step]
    return None
