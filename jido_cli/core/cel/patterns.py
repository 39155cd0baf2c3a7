r"""Patterns: `matches` and `regex.*`, by RE2 and by nothing else.

RE2 takes time in proportion to the text, whatever the pattern; Python's own engine can take
forever. Texts are matched as UTF-8 bytes. Where RE2 is not installed the functions are refused
when an expression is compiled. In a replacement `\1` to `\9` stand for the groups, `\0` for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from jido_cli.core.cel.signatures import Function
from jido_cli.core.cel.values import (
    NOTHING,
    CelError,
    Fuel,
    Maybe,
    Value,
    a_text,
    afford_text,
    an_int,
    spend,
)

if TYPE_CHECKING:
    from re2 import _Match, _Regexp

MISSING = "patterns need the package google-re2: pip install google-re2"
_MAX_PATTERN = 4096
_MAX_MEMORY = 1 << 20
_PLACE = re.compile(rb"\\(.?)", re.DOTALL)
_DIGITS = frozenset(b"0123456789")


class _Pattern(NamedTuple):
    """A compiled pattern, and how much harder than a plain text it is."""

    regexp: _Regexp
    size: int
    weight: int


@cache
def is_available() -> bool:
    """Return whether RE2 is installed."""
    try:
        import re2  # noqa: F401
    except ImportError:
        return False
    return True


def check_pattern(text: str) -> str | None:
    """Return what is wrong with a pattern, None if nothing is."""
    try:
        _pattern(text)
    except CelError as error:
        return str(error)
    return None


@lru_cache(maxsize=128)
def _pattern(text: str) -> _Pattern:
    import re2

    if len(text) > _MAX_PATTERN:
        raise CelError(f"the pattern is longer than {_MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False  # it would write them to stderr
    options.max_mem = _MAX_MEMORY
    try:
        regexp = re2.compile(text, options)
    except re2.error as error:
        said = error.args[0]
        why = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise CelError(f"the pattern {text[:60]!r} is not right: {why}") from None
    size = int(regexp.programsize)
    return _Pattern(regexp, size, 1 + (size >> 5))


def _begin(fuel: Fuel, name: str, text: Value, pattern: Value) -> tuple[_Pattern, bytes]:
    """Return the pattern and the text's bytes; charge for one look through them."""
    text, pattern = a_text(name, text), a_text(name, pattern)
    found = _pattern(pattern)
    spend(fuel, found.size + (len(text) >> 5) * found.weight)
    return found, text.encode()


def _matches_of(fuel: Fuel, pattern: _Pattern, text: bytes) -> Iterator[_Match]:
    """Give the matches from left to right; each may have looked at all that was left."""
    for found in pattern.regexp.finditer(text):
        spend(fuel, 8 + ((len(text) - found.start()) >> 9) * pattern.weight)
        if _is_between_characters(text, found.start()):
            yield found


def _is_between_characters(text: bytes, position: int) -> bool:
    # An empty match is tried at every byte, and bytes are not characters.
    return position == len(text) or text[position] & 0xC0 != 0x80


def _matches(fuel: Fuel, text: Value, pattern: Value) -> bool:
    compiled, encoded = _begin(fuel, "matches", text, pattern)
    return compiled.regexp.search(encoded) is not None


def _replace(fuel: Fuel, text: Value, pattern: Value, new: Value, *limit: Value) -> str:
    name = "regex.replace"
    compiled, encoded = _begin(fuel, name, text, pattern)
    parts = _template(a_text(name, new).encode(), compiled.regexp.groups)
    most = an_int(name, limit[0]) if limit else -1
    made: list[bytes] = []
    end = length = 0
    for count, found in enumerate(_matches_of(fuel, compiled, encoded)):
        if count == most:
            break
        piece = [encoded[end : found.start()], *_filled(parts, found)]
        made += piece
        length += sum(map(len, piece))
        afford_text(fuel, length)
        end = found.end()
    made.append(encoded[end:])
    return _paid(fuel, b"".join(made))


def _template(new: bytes, groups: int) -> list[bytes | int]:
    """Return the literal parts of a replacement and the numbers of the groups between them."""
    parts: list[bytes | int] = []
    end = 0
    for found in _PLACE.finditer(new):
        what = found[1]
        parts.append(new[end : found.start()])
        end = found.end()
        if what == b"\\":
            parts.append(what)
        elif what and what[0] in _DIGITS and int(what) <= groups:
            parts.append(int(what))
        else:
            shown = found[0].decode(errors="replace")
            raise CelError(f"regex.replace() has no group {shown!r}; a backslash is written \\\\")
    parts.append(new[end:])
    return parts


def _filled(parts: list[bytes | int], found: _Match) -> list[bytes]:
    return [part if isinstance(part, bytes) else found.group(part) or b"" for part in parts]


def _extract(fuel: Fuel, text: Value, pattern: Value) -> Maybe:
    compiled, encoded = _begin(fuel, "regex.extract", text, pattern)
    group = _group("regex.extract", compiled)
    for found in _matches_of(fuel, compiled, encoded):
        part = found.group(group)
        return NOTHING if part is None else Maybe(_paid(fuel, part))
    return NOTHING


def _extract_all(fuel: Fuel, text: Value, pattern: Value) -> list[str]:
    compiled, encoded = _begin(fuel, "regex.extractAll", text, pattern)
    group = _group("regex.extractAll", compiled)
    parts = (found.group(group) for found in _matches_of(fuel, compiled, encoded))
    return [_paid(fuel, part) for part in parts if part is not None]


def _group(name: str, pattern: _Pattern) -> int:
    """Return which group is wanted: the only one, or all that matched."""
    groups = pattern.regexp.groups
    if groups > 1:
        raise CelError(f"{name}() takes a pattern with one group or none, not {groups}")
    return cast("int", groups)


def _paid(fuel: Fuel, text: bytes) -> str:
    afford_text(fuel, len(text))
    fuel[1] -= len(text)
    return text.decode()


PATTERNS = (
    Function(
        "matches",
        ("string.matches(string) -> bool", "matches(string, string) -> bool"),
        "whether a pattern fits somewhere in a text; `^` and `$` tie it to its ends",
        (("'A-117'.matches('^[A-Z]-[0-9]+$')", True),),
        _matches,
        source="",
    ),
    Function(
        "regex.replace",
        (
            "regex.replace(string, string, string) -> string",
            "regex.replace(string, string, string, int) -> string",
        ),
        "the text with all that fits the pattern, or the first so many, replaced; `\\\\1` in the"
        " replacement is the first group",
        (
            (r"regex.replace('a  b   c', '\\s+', ' ')", "a b c"),
            (r"regex.replace('Doe, Jo', '(\\w+), (\\w+)', '\\2 \\1')", "Jo Doe"),
        ),
        _replace,
    ),
    Function(
        "regex.extract",
        ("regex.extract(string, string) -> optional(string)",),
        "the first part that fits the pattern, or its group if it has one",
        (("regex.extract('order 4711', '[0-9]+').orValue('')", "4711"),),
        _extract,
    ),
    Function(
        "regex.extractAll",
        ("regex.extractAll(string, string) -> list(string)",),
        "all parts that fit the pattern, or their groups",
        (("regex.extractAll('k1=a k2=b', 'k[0-9]=(\\\\w)')", ["a", "b"]),),
        _extract_all,
    ),
)
TAKE_PATTERNS = frozenset(row.name for row in PATTERNS)
"""The functions whose second argument is a pattern."""
