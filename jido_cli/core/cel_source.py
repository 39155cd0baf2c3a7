"""The text of an expression, before it is parsed: where quotes end, and the one macro of our own.

The checking library cannot be taught macros. So `list.sortByKey(x, key)` is handed to it as
`list.filter(x, dyn(key))`, which has the same types and variables; where that was done is
remembered, and offsets in the changed text are turned back into offsets in the user's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_SORT = re.compile(r"\bsortByKey(?=\s*\()")
_VARIABLE = re.compile(r"\s*\(\s*[A-Za-z_]\w*\s*,\s*")
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


def prepare(text: str) -> Source:
    """Return what the checker is to be given for *text*."""
    if "sortByKey" not in text:
        return Source(text, text)
    edits: list[tuple[int, int, str]] = []
    sorts: set[int] = set()
    for start in _outside_quotes(text):
        name, variable = _SORT.match(text, start), _VARIABLE.match(text, start + len("sortByKey"))
        end = _end_of_argument(text, variable.end()) if variable else None
        if name and variable and end is not None:
            sorts.add(text.index("(", name.end()))
            edits += [(start, name.end(), "filter"), (variable.end(), variable.end(), "dyn(")]
            edits.append((end, end, ")"))
    return _edited(text, sorted(edits), frozenset(sorts))


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


def _outside_quotes(text: str) -> list[int]:
    """Return where `sortByKey` stands, but not within quotes or comments."""
    found: list[int] = []
    position = 0
    while position < len(text):
        if text[position] in "'\"":
            position = end_of_quotes(text, position)
        elif text.startswith("//", position):
            position = _end_of_line(text, position)
        else:
            if _SORT.match(text, position):
                found.append(position)
            position += 1
    return found


def _end_of_argument(text: str, position: int) -> int | None:
    """Return where the bracket closes; None if it does not, or if there is another argument."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "'\"":
            position = end_of_quotes(text, position)
            continue
        if text.startswith("//", position):
            position = _end_of_line(text, position)
            continue
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            if not depth:
                return position
            depth -= 1
        elif character == "," and not depth:
            return None
        position += 1
    return None


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
