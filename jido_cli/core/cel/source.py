"""The text of an expression, before it is parsed: where it ends, and the one macro of our own.

The checking library cannot be taught macros. So `list.sortByKey(x, key)` is handed to it as
`list.filter(x, dyn(key))`, which has the same types and variables; where that was done is
remembered, and offsets in the changed text are turned back into offsets in the user's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

CLOSING = "}}"
_HIDING = frozenset("'\"{")  # behind these, braces may not be the closing ones
_NAME = "sortByKey"
_VARIABLE = re.compile(r"\s*[A-Za-z_]\w*\s*,\s*")
_OPENING, _CLOSING = "([{", ")]}"


class Source(NamedTuple):
    """A text for the checker, and the way back from it.

    Attributes:
        user: the user's text.
        text: what the checker is given.
        sorts: offsets, in the user's text, of the brackets that open a `sortByKey`.
        steps: offsets in `text` from which on offsets are moved, in order.
        moves: by how much they are, for each step.
    """

    user: str
    text: str
    sorts: frozenset[int] = frozenset()
    steps: tuple[int, ...] = ()
    moves: tuple[int, ...] = ()

    def original(self, offset: int) -> int:
        """Return the offset in the user's text that is meant by one in `text`."""
        step = bisect_right(self.steps, offset)
        return offset + self.moves[step - 1] if step else offset

    def behind(self, length: int) -> Source:
        """Return this source where the checker is given that much text before it."""
        steps = (length, *(step + length for step in self.steps))
        moves = (-length, *(move - length for move in self.moves))
        return self._replace(steps=steps, moves=moves)


class _Bracket:
    """A bracket that is open; of a `sortByKey`, where its name and its key begin."""

    __slots__ = ("commas", "key", "name")

    def __init__(self, name: int | None = None, key: int = 0) -> None:
        self.name = name
        self.key = key
        self.commas = 0


def prepare(text: str) -> Source:
    """Return what the checker is to be given for *text*."""
    if _NAME not in text:
        return Source(text, text)
    edits: list[tuple[int, int, str]] = []
    sorts: set[int] = set()
    stack: list[_Bracket] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in "'\"":
            position = end_of_quotes(text, position)
            continue
        if text.startswith("//", position):
            position = _end_of_line(text, position)
            continue
        if character in _OPENING:
            stack.append(_opened(text, position))
        elif character == "," and stack:
            stack[-1].commas += 1
        elif character in _CLOSING and stack:
            closed = stack.pop()
            if closed.name is not None and closed.commas == 1:
                sorts.add(text.index("(", closed.name))
                end = closed.name + len(_NAME)
                edits += [(closed.name, end, "filter"), (closed.key, closed.key, "dyn(")]
                edits.append((position, position, ")"))
        position += 1
    return _edited(text, sorted(edits), frozenset(sorts))


def _opened(text: str, position: int) -> _Bracket:
    """Return the bracket at *position*; it is one of ours if the name and a variable are there."""
    name = _before_blanks(text, position) - len(_NAME)
    variable = _VARIABLE.match(text, position + 1)
    if text[position] == "(" and variable and name > 0 and text.startswith(_NAME, name):
        dot = _before_blanks(text, name) - 1
        if dot >= 0 and text[dot] == ".":
            return _Bracket(name, variable.end())
    return _Bracket()


def _before_blanks(text: str, position: int) -> int:
    while position and text[position - 1].isspace():
        position -= 1
    return position


def _edited(text: str, edits: list[tuple[int, int, str]], sorts: frozenset[int]) -> Source:
    pieces: list[str] = []
    steps: list[int] = []
    moves: list[int] = []
    done = length = 0
    for start, end, new in edits:
        pieces += [text[done:start], new]
        length += start - done + len(new)
        done = end
        steps.append(length)
        moves.append(end - length)
    made = "".join((*pieces, text[done:]))
    return Source(text, made, sorts, tuple(steps), tuple(moves))


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def end_of_quotes(text: str, position: int) -> int:
    """Return where a text in quotes has ended, or the line in which it does not end."""
    quote = text[position]
    is_raw = text[position - 1 : position] in ("r", "R")
    is_long = text.startswith(quote * 3, position)
    ending = quote * 3 if is_long else quote
    position += len(ending)
    while position < len(text):
        if text.startswith(ending, position):
            return position + len(ending)
        if text[position] == "\n" and not is_long:
            return position
        position += 2 if text[position] == "\\" and not is_raw else 1
    return position


def end_of_expression(text: str, position: int) -> int | None:
    """Return where the braces are that close an expression within a value, None if none do."""
    end = text.find(CLOSING, position)
    if _HIDING.isdisjoint(text[position:end]) or end < 0:
        return None if end < 0 else end
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "'\"":
            position = end_of_quotes(text, position)
            continue
        if character == "{":
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif text.startswith(CLOSING, position):
            return position
        position += 1
    return None
