"""Comments that say a finding is meant: `# jido: ignore[JD402] reason`.

A comment counts for its own line, or, alone on its line, for the next line that says something.
What a comment may silence, and what becomes of one that is wrong, is decided in `judge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from jido_cli.topology.positions import ListMark, MapMark, Mark, Pos, ScalarMark
from jido_cli.topology.yaml_errors import split_lines

_COMMENT: Final = re.compile(
    r"(?:^|(?<=\s))#\s*jido:\s*ignore\b[ \t]*(?P<codes>\[[^\]\n]*\])?(?P<reason>.*)$"
)
_SIGNS: Final = "jido:"


class Ignore(msgspec.Struct, frozen=True):
    """One comment: the codes in its brackets, its reason, and the line that it speaks about."""

    pos: Pos
    codes: tuple[str, ...]
    reason: str
    line: int


def ignores(text: str, root: Mark, file: int = 0) -> list[Ignore]:
    """Return the ignore comments of one file of a topology.

    Args:
        text: of the file.
        root: the mark of the whole topology: what stands inside a text value is no comment.
        file: the number of the file.
    """
    if _SIGNS not in text:
        return []
    lines = split_lines(text.removeprefix("\ufeff"))
    found: list[Ignore] = []
    texts: list[ScalarMark] | None = None
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line) if _SIGNS in line else None
        if match is None:
            continue
        if texts is None:
            texts = [mark for mark in _scalars(root) if mark.file == file]
        column = match.start() + 1
        if any(_covers(mark, number, column) for mark in texts):
            continue
        codes = (match["codes"] or "")[1:-1].replace(",", " ").split()
        pos = Pos(number, column, number, len(line.rstrip()) + 1, file)
        is_alone = not line[: match.start()].strip()
        target = _next_line(lines, number) if is_alone else number
        found.append(Ignore(pos, tuple(codes), match["reason"].strip(), target))
    return found


def _next_line(lines: Sequence[str], number: int) -> int:
    """Return the number of the next line that is neither empty nor a comment."""
    for below in range(number, len(lines)):
        if lines[below].strip() and not lines[below].lstrip().startswith("#"):
            return below + 1
    return number


def _scalars(root: Mark) -> Iterator[ScalarMark]:
    waiting: list[Mark] = [root]
    while waiting:
        mark = waiting.pop()
        match mark:
            case MapMark():
                yield from mark.keys.values()
                waiting += mark.values.values()
            case ListMark():
                waiting += mark.items
            case _:
                yield mark


def _covers(text: ScalarMark, line: int, column: int) -> bool:
    start, end = (text.line, text.column), (text.end_line, text.end_column)
    return start < (line, column) < end and not _is_header(text, line)


def _is_header(text: ScalarMark, line: int) -> bool:
    """A comment may stand behind the `|` or `>` of a block."""
    return text.style in ("|", ">") and line == text.line
