"""What a YAML parser's complaint means for the person who wrote the file.

Parsers say what they expected; people want to know what to write. Text only: no values.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import yaml

from jido_cli.topology.positions import Pos

_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")
_QUOTED_THEN_MORE: Final = re.compile(
    r"""(?:^|[:\-,\[{]\s+)(?P<text>(["'])(?:(?!\2).)*\2\s+\S.*)$"""
)
_QUOTE_EXPRESSION: Final = 'quote the expression: "${{ ... }}"'

Explanation = tuple[str, str | None, Pos]


class _Complaint(NamedTuple):
    """What a parser said, and the line where it said it."""

    problem: str
    context: str
    content: str
    pos: Pos
    start: tuple[int, int] | None  # line and column from 0 where the context begins


def split_lines(text: str) -> list[str]:
    """Split at the line breaks that YAML 1.2 knows; other separators are text."""
    return _LINE_BREAK.split(text)


def alias_hint(anchor: str) -> str:
    """Say what to write when a `*` was meant as part of a pattern."""
    return f'a leading * is an alias in YAML; quote a pattern: "*{anchor}"'


def explain(error: yaml.MarkedYAMLError, text: str) -> Explanation:
    """Return message, hint and place for what the parser refused."""
    mark = error.problem_mark or error.context_mark
    lines = split_lines(text)
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    if line >= len(lines):
        line, column = len(lines) - 1, len(lines[-1])
    start = error.context_mark
    complaint = _Complaint(
        problem=error.problem or "the file is not YAML",
        context=error.context or "",
        content=lines[line],
        pos=Pos(line + 1, column + 1, line + 1, column + 2),
        start=None if start is None else (start.line, start.column),
    )
    for look in (_tab, _unclosed_quote, _expression, _star, _start_character, _quoted, _colon):
        found = look(complaint)
        if found is not None:
            return found
    return _plain(complaint), None, complaint.pos


def _tab(said: _Complaint) -> Explanation | None:
    indent = said.content[: len(said.content) - len(said.content.lstrip())]
    if "\t" not in indent or said.pos.column > len(indent) + 1:
        return None
    column = indent.index("\t") + 1
    where = Pos(said.pos.line, column, said.pos.line, column + 1)
    return "a tab cannot indent", "use spaces", where


def _unclosed_quote(said: _Complaint) -> Explanation | None:
    if "quoted scalar" not in said.context or "end of stream" not in said.problem:
        return None
    if said.start is None:
        return None
    line, column = said.start
    return "this quote is never closed", None, Pos(line + 1, column + 1, line + 1, column + 2)


def _expression(said: _Complaint) -> Explanation | None:
    begin = said.content.rfind("${{", 0, said.pos.column + 2)
    if begin < 0 or (begin > 0 and said.content[begin - 1] in "\"'"):
        return None
    where = Pos(said.pos.line, begin + 1, said.pos.line, begin + 4)
    return "braces of an expression end the value here", _QUOTE_EXPRESSION, where


def _star(said: _Complaint) -> Explanation | None:
    if "alias" not in said.context or said.start is None:
        return None
    line, column = said.start
    words = said.content[column:].split(":")[0].split()
    word = words[0] if words else "*"
    where = Pos(line + 1, column + 1, line + 1, column + 1 + len(word))
    return f"{word!r} is read as an alias", alias_hint(word[1:]), where


def _start_character(said: _Complaint) -> Explanation | None:
    if "cannot start any token" not in said.problem or said.pos.column > len(said.content):
        return None
    character = said.content[said.pos.column - 1]
    return f"a plain value cannot begin with {character!r}", "quote the value", said.pos


def _quoted(said: _Complaint) -> Explanation | None:
    match = _QUOTED_THEN_MORE.search(said.content)
    column = said.pos.column - 1
    if match is None or not match.start("text") < column <= match.end("text"):
        return None
    whole = match["text"].rstrip()
    quote = '"' if '"' not in whole else "'"
    hint = f"quote the whole: {quote}{whole}{quote}" if quote not in whole else "quote the whole"
    return "text goes on after the closing quote", hint, said.pos


def _colon(said: _Complaint) -> Explanation | None:
    if "mapping values are not allowed" not in said.problem:
        return None
    hint = "quote the value if the ':' belongs to it, or check the indentation"
    return "a ':' is not allowed here", hint, said.pos


def _plain(said: _Complaint) -> str:
    fact = said.problem.removeprefix("did not find ")
    if said.start is None or not said.context:
        return fact
    return f"{fact} {said.context} that begins at line {said.start[0] + 1}"
