"""Where a character of a text value stands in the file, however YAML wrote the text.

A value is not the text of the file: quotes, escapes, folded lines and indentation are gone. This
finds the way back, for the few values in which something is wrong. Nothing is parsed as YAML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from jido_cli.topology.positions import Pos, ScalarMark, pos_of
from jido_cli.topology.yaml_errors import split_lines

_ESCAPE_LENGTHS: Final = {"x": 4, "u": 6, "U": 10}
_BLANKS: Final = " \t\n"


class Lines:
    """The lines of a topology's files, by the index of the file; split when they are needed."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._texts = texts
        self._lines: dict[int, list[str]] = {}

    def of(self, file: int) -> list[str]:
        """Return the lines of one file."""
        if file not in self._lines:
            self._lines[file] = split_lines(self._texts.get(file, "").removeprefix("\ufeff"))
        return self._lines[file]


def locate(lines: Sequence[str], mark: ScalarMark, value: str, offset: int, length: int = 1) -> Pos:
    """Return the stretch of the file that made `value[offset : offset + length]`.

    Args:
        lines: the file, split at its line breaks.
        mark: where the value stands, and how it is quoted.
        value: what YAML made of it.
        offset: first character; the end of the value is allowed.
        length: how many characters, at least one.
    """
    if mark.style == "*":
        return pos_of(mark)  # the text stands at the anchor; what uses it stands here
    text = "\n".join(lines[mark.line - 1 : mark.end_line])
    begin, stop = _inside(text, mark)
    places = _align(text, begin, stop, value, mark.style)
    last = max(0, len(value) - 1)
    first_place = places[offset] if offset < len(places) else stop
    last_index = min(offset + max(1, length) - 1, last)
    last_place = max(first_place, places[last_index] if places else first_place)
    line, column = _line_and_column(text, first_place)
    end_line, end_column = _line_and_column(text, last_place)
    return Pos(mark.line + line, column + 1, mark.line + end_line, end_column + 2, mark.file)


def offset_of(text: str, line: int, column: int) -> int:
    """Return the index in *text* of a line and column that count from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(start + column - 1, len(text))


def is_cut_by_comment(lines: Sequence[str], mark: ScalarMark) -> bool:
    """Tell whether a plain value ends where a comment begins."""
    if mark.style:
        return False
    rest = lines[mark.end_line - 1][mark.end_column - 1 :]
    return rest.lstrip().startswith("#")


def _inside(text: str, mark: ScalarMark) -> tuple[int, int]:
    """Return where the content begins and ends in the text that starts at the mark's line."""
    begin = mark.column - 1
    before_last_line = text.rfind("\n") + 1 if mark.end_line > mark.line else 0
    stop = before_last_line + mark.end_column - 1
    if mark.style in ("|", ">"):
        return text.index("\n", begin) + 1 if "\n" in text[begin:] else len(text), stop
    if mark.style in ('"', "'"):
        return begin + 1, stop - 1
    return begin, stop


def _align(text: str, begin: int, stop: int, value: str, style: str) -> list[int]:
    """Return the index in *text* of every character of *value*.

    Both are walked side by side. Blanks need not be the same, since lines are folded and
    indented; anything else is, but for escapes.
    """
    places: list[int] = []
    at = begin
    for character in value:
        if character not in _BLANKS or (style == '"' and text.startswith("\\\n", at)):
            at = _skip_blanks(text, at, stop, style)
        places.append(min(at, stop))
        if at >= stop:
            continue
        if style == '"' and text[at] == "\\":
            at += _ESCAPE_LENGTHS.get(text[at + 1 : at + 2], 2)
        elif character in _BLANKS:
            at = _after_blank(text, at, stop, character)
        elif style == "'" and text[at] == "'":
            at += 2
        else:
            at += 1
    return places


def _skip_blanks(text: str, at: int, stop: int, style: str) -> int:
    while at < stop:
        if text[at] in _BLANKS:
            at += 1
        elif style == '"' and text[at : at + 2] == "\\\n":
            at += 2  # an escaped line break leaves nothing in the value
        else:
            break
    return at


def _after_blank(text: str, at: int, stop: int, character: str) -> int:
    """Step over what became one blank of the value."""
    if text[at] not in _BLANKS:
        return at  # the blanks of the file are used up already
    if text[at] == "\n" or character == text[at]:
        return at + 1
    line_break = text.find("\n", at, stop)
    return line_break + 1 if line_break >= 0 and not text[at:line_break].strip() else at + 1


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n"), index - (before.rfind("\n") + 1)
