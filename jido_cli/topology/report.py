"""How findings are printed: text with excerpt and caret, and plain mappings for JSON.

Everything that comes out of a file goes through `visible`: a terminal must not obey it. Nothing
is looked for here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.yaml_errors import split_lines

_MAX_WIDTH: Final = 120
_BEFORE_CARET: Final = 60


def visible(text: str) -> str:
    """Return one line of text with control, bidi and other unseen characters as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    if character == "\t":
        return " "
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def render(diagnostics: Iterable[Diagnostic], source: str | Mapping[str, str]) -> str:
    """Return findings as people read them, an empty line between two.

    Args:
        diagnostics: what was found, in the order to print.
        source: the text of the file, or the texts by the file names of the findings; a finding
            whose text is not there is printed without an excerpt.
    """
    lines: dict[str, list[str]] = {}
    blocks = []
    for found in diagnostics:
        if found.file not in lines:
            text = source if isinstance(source, str) else source.get(found.file, "")
            lines[found.file] = split_lines(text.removeprefix("\ufeff"))
        blocks.append(_block(found, lines[found.file]))
    return "\n\n".join(blocks)


def to_dict(found: Diagnostic) -> dict[str, object]:
    """Return a finding as a mapping of JSON values."""
    return {
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "end_line": found.end_line,
        "end_column": found.end_column,
        "severity": found.severity,
        "code": found.code,
        "name": found.name,
        "message": found.message,
        "hint": found.hint,
        "notes": list(found.notes),
    }


def _block(found: Diagnostic, lines: list[str]) -> str:
    place = f"{visible(found.file)}:{found.line}:{found.column}"
    head = f"{place}: {found.severity}: {visible(found.message)} [{found.code} {found.name}]"
    gutter = " " * len(str(found.line))
    out = [head]
    content = lines[found.line - 1] if found.line <= len(lines) else ""
    if content.strip():
        shown, caret = _excerpt(content, found)
        out += [f"{gutter} |", f"{found.line} | {shown}", f"{gutter} | {caret}"]
    out += [f"{gutter} = {visible(note)}" for note in found.notes]
    if found.hint is not None:
        out.append(f"{gutter} = help: {visible(found.hint)}")
    return "\n".join(out)


def _excerpt(content: str, found: Diagnostic) -> tuple[str, str]:
    """Return the line and the line of carets under it, cut around the caret when it is long."""
    start = min(found.column - 1, len(content))
    stop = found.end_column - 1 if found.end_line == found.line else len(content.rstrip())
    stop = max(start + 1, min(stop, len(content)))
    left = 0 if len(content) <= _MAX_WIDTH else max(0, start - _BEFORE_CARET)
    right = min(len(content), left + _MAX_WIDTH)
    stop = min(stop, max(right, start + 1))
    before = ("…" if left else "") + visible(content[left:start])
    marked = visible(content[start:stop])
    after = visible(content[stop:right]) + ("…" if right < len(content) else "")
    caret = " " * _width(before) + "^" * max(1, _width(marked))
    return (before + marked + after).rstrip(), caret


def _width(text: str) -> int:
    """Count terminal columns: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
