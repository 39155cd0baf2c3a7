"""What a YAML parser's complaint means for the person who wrote the file.

Parsers say what they expected; people want to know what to write. Text only: no values.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import yaml

from jido_cli.topology.positions import Pos

_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")
# Compiled when they are first needed: most files have no mistake.
_NAMED_NODE: Final = r"""(?:agents|supervisors) ?\[(?:"[^"]*"|'[^']*')\]"""
_QUOTED_THEN_MORE: Final = r"""(?:^|[:\-,\[{]\s+)(?P<text>(["'])(?:(?!\2).)*\2\s+\S.*)$"""
_BRACKET_THEN_MORE: Final = (
    r"""^(?P<key>[^\[{"'#]*:[ ]|\s*-[ ]+)(?P<text>[\[{].*[\]}]\s*[^\s,\]}#].*)$"""
)
_VALUE: Final = r"""^\s*(?:-[ ]+)*[\w.*-]+:[ ]+(?P<text>[^\s"'\[{].*?)\s*$"""
_QUOTES_IN_QUOTES: Final = r"""(["'])\$\{\{(?:(?!\1|\}\}).)*\1"""
_EXPRESSION_TEXT: Final = r"\$\{\{.*?\}\}+"
_LONGEST: Final = 1000  # of a line that is looked at with patterns, which must not take long

Explanation = tuple[str, str | None, Pos]


class _Complaint(NamedTuple):
    """What a parser said, and the line where it said it."""

    problem: str
    context: str
    content: str
    pos: Pos
    start: tuple[int, int] | None  # line and column from 0 where the context begins

    @property
    def head(self) -> str:
        """Return as much of the line as patterns are tried on."""
        return self.content[:_LONGEST]


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
    for look in _LOOKS:
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
    fact = "an expression without quotes ends at its braces here"
    if "mapping values are not allowed" in said.problem:
        fact = "an expression without quotes ends at its ': ' here"
    return fact, quote_expression(said.content[begin:]), where


def quote_expression(text: str) -> str:
    """Say how the expression with which *text* begins is quoted."""
    match = re.match(_EXPRESSION_TEXT, text[:_LONGEST])
    whole = match[0] if match else "${{ ... }}"
    # The braces of mappings around it stand behind those of the expression.
    while whole.count("}") > whole.count("{"):
        whole = whole[:-1]
    return quote("expression", whole)


def quote(what: str, text: str) -> str:
    """Say how a text is quoted."""
    if '"' not in text:
        return f'quote the {what}: "{text}"'
    return f"quote the {what}: '{text}'" if "'" not in text else f"quote the {what}"


def value_at(text: str) -> str:
    """Return the value with which *text* begins, as the one who wrote it meant it."""
    line = split_lines(text)[0].split(" #")[0]
    depth = 0
    for index, character in enumerate(line):
        depth += (character in "([{") - (character in ")]}")
        if depth < 0 or (depth == 0 and character == ","):
            return line[:index].rstrip()
    return line.rstrip()


def _quotes_in_quotes(said: _Complaint) -> Explanation | None:
    """`"${{ "a" }}"`: the text ends at the second quote."""
    for match in re.finditer(_QUOTES_IN_QUOTES, said.head):
        if said.content[match.end() : match.end() + 1] not in ("", " ", ",", "}", "]"):
            other = "'" if match[1] == '"' else '"'
            hint = f"write the quotes within an expression as {other}"
            where = Pos(said.pos.line, match.end(), said.pos.line, match.end() + 1)
            return "the text in quotes ends here, within its expression", hint, where
    return None


def _named_node(said: _Complaint) -> Explanation | None:
    """`{until: agents["w1"].restarts == 1}`: within braces the bracket begins a list."""
    for match in re.finditer(_NAMED_NODE, said.head):
        if match.start() < said.pos.column <= match.end():
            hint = quote("expression", value_at(said.content[match.start() :]))
            where = Pos(said.pos.line, match.start() + 1, said.pos.line, match.end() + 1)
            return "an expression with brackets stands in quotes here", hint, where
    return None


def _bracket(said: _Complaint) -> Explanation | None:
    """`[1, 2].size() > 1`: what begins with a bracket is a list, and ends with it."""
    match = re.match(_BRACKET_THEN_MORE, said.head)
    if match is None or "expected" not in said.problem:
        return None
    if not match.start("text") < said.pos.column:
        return None
    return (
        "text goes on after the closing bracket",
        quote("whole", match["text"].rstrip()),
        said.pos,
    )


def _unclosed_bracket(said: _Complaint) -> Explanation | None:
    if said.start is None or "flow" not in said.context:
        return None
    if "flow node" in said.context and not said.content[said.pos.column - 1 :].strip():
        return "a bracket or brace is still open where this ends", None, said.pos
    if "flow node" in said.context or said.start[0] + 1 == said.pos.line:
        return None
    line, column = said.start
    bracket = "{" if "mapping" in said.context else "["
    hint = f"at line {said.pos.line} it is still open"
    return (
        f"this {bracket!r} is never closed",
        hint,
        Pos(line + 1, column + 1, line + 1, column + 2),
    )


def _list_item(said: _Complaint) -> Explanation | None:
    if "block sequence entries are not allowed" not in said.problem:
        return None
    return "a list cannot begin here", "begin it on a line of its own, or write [a, b]", said.pos


def _block_sign(said: _Complaint) -> Explanation | None:
    """`> 3`: a sign that begins a block of text."""
    if "block scalar" not in said.context or said.start is None:
        return None
    text = said.content[said.start[1] :].strip()
    where = Pos(said.pos.line, said.start[1] + 1, said.pos.line, said.start[1] + 2)
    return f"{text[:1]!r} begins a block of text here", quote("value", text), where


def _not(said: _Complaint) -> Explanation | None:
    """`!a && b`: a tag, and then an anchor that is none."""
    match = re.match(_VALUE, said.head)
    if match is None or not match["text"].startswith("!"):
        return None
    column = match.start("text") + 1
    where = Pos(said.pos.line, column, said.pos.line, column + 1)
    return "a leading ! is a tag in YAML", quote("expression", match["text"]), where


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
    rest = said.content[said.pos.column - 1 :]
    hint = quote("value", value_at(rest))
    return f"a plain value cannot begin with {rest[:1]!r}", hint, said.pos


def _ampersand(said: _Complaint) -> Explanation | None:
    if "anchor" not in said.context or said.start is None:
        return None
    line, column = said.start
    hint = quote("value", value_at(said.content[column:])) if line + 1 == said.pos.line else None
    where = Pos(line + 1, column + 1, line + 1, column + 2)
    return "a leading & is an anchor in YAML", hint, where


def _quoted(said: _Complaint) -> Explanation | None:
    match = re.search(_QUOTED_THEN_MORE, said.head)
    column = said.pos.column - 1
    if match is None or not match.start("text") < column <= match.end("text"):
        return None
    hint = quote("whole", match["text"].rstrip())
    return "text goes on after the closing quote", hint, said.pos


def _colon(said: _Complaint) -> Explanation | None:
    if "mapping values are not allowed" not in said.problem:
        return None
    match = re.match(_VALUE, said.head)
    if match is not None and match.start("text") < said.pos.column:
        what = "expression" if " ? " in match["text"] else "value"
        hint = f"{quote(what, match['text'])}, if the ':' belongs to it"
    else:
        hint = "check the indentation"
    return "a ':' is not allowed here", hint, said.pos


_LOOKS: Final = (
    _tab,
    _unclosed_quote,
    _not,
    _quotes_in_quotes,
    _expression,
    _star,
    _start_character,
    _ampersand,
    _quoted,
    _named_node,
    _bracket,
    _block_sign,
    _list_item,
    _colon,
    _unclosed_bracket,
)


def _plain(said: _Complaint) -> str:
    fact = said.problem.removeprefix("did not find ")
    if said.start is None or not said.context:
        return fact
    return f"{fact} {said.context} that begins at line {said.start[0] + 1}"
