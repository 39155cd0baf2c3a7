"""How foreign text reaches a terminal: escaped, painted, spelled in ASCII where it must be.

Every string that came from outside (states, errors, tracebacks, names) goes through `display`.
What must not: no look at the terminal itself; `terminal` decides what is wanted.
"""

from __future__ import annotations

import re
from typing import Literal, Protocol

Role = Literal["text", "dim", "ok", "busy", "warn", "loop", "bad", "fade"]

# C0, DEL and C1 steer terminals; bidi controls and line separators reorder what is read; a lone
# surrogate cannot be encoded at all; tags and the byte order mark hide text.
_DANGEROUS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_CODES: dict[Role, str] = {
    "dim": "90",
    "ok": "32",
    "busy": "36",
    "warn": "33",
    "loop": "35",
    "bad": "1;31",
    "fade": "2",
}

_ASCII = str.maketrans(
    {
        "○": ".",
        "●": "*",
        "▲": "!",
        "◇": "~",
        "◆": "#",
        "□": "-",
        "■": "_",
        "×": "x",
        "►": ">",
        "┃": ":",
        "┊": "'",
        "▾": "-",
        "▸": "+",
        "█": "#",
        "░": ".",
        "▓": "=",
        "→": ">",
        "·": ".",
        "↑": "^",
        "↓": "v",
        "…": "~",
        "─": "-",
        "│": "|",
        "└": "`",
        "├": "+",
        "┌": "+",
        "┐": "+",
        "┘": "+",
        "┤": "+",
        "┬": "+",
        "┴": "+",
    }
)


class Paint(Protocol):
    """Gives a text the colour of its role, or leaves it as it is."""

    def __call__(self, role: Role, text: str) -> str:
        """Return *text* as it is to be printed."""
        ...


def plain(role: Role, text: str) -> str:  # noqa: ARG001 - one shape with `colour`
    """Leave *text* without colour."""
    return text


def colour(role: Role, text: str) -> str:
    """Paint *text* with the 8-colour code of its role."""
    code = _CODES.get(role)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def display(text: object) -> str:
    """Return *text* with everything that could steer or deceive a terminal escaped.

    Line breaks are escaped as well: one foreign string never makes two lines.
    """
    return _DANGEROUS.sub(_escape, str(text))


def display_json(text: str) -> str:
    r"""Escape JSON text: inside strings only `\uXXXX` is allowed, and means the same."""
    return re.sub(_DANGEROUS.pattern, _escape_json, text)


def as_ascii(text: str) -> str:
    """Spell the product's own signs in ASCII; every form is one character wide."""
    return text.translate(_ASCII)


def cut(text: str, width: int | None) -> str:
    """Cut *text* to *width* columns, with a sign that it was cut."""
    if width is None or len(text) <= width:
        return text
    return text[: max(0, width - 1)] + "…"


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    short = _SHORT_ESCAPES.get(character)
    if short is not None:
        return short
    point = ord(character)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def _escape_json(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\n":  # between the members of an indented document, never inside a string
        return character
    point = ord(character)
    if point <= 0xFFFF:
        return f"\\u{point:04x}"
    high, low = divmod(point - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
