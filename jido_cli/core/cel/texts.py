"""Functions on texts. They count in code points, and pay for what they touch and make.

64 characters cost as much as one element; a text is paid before it is made. `upperAscii` and its
kin change ASCII letters only. Patterns are in `jido_cli.core.cel.patterns`, `format` in
`jido_cli.core.cel.formatting`.
"""

from __future__ import annotations

import re
import unicodedata

from jido_cli.core.cel.signatures import row
from jido_cli.core.cel.values import (
    Fuel,
    Value,
    a_list,
    a_text,
    afford_text,
    an_int,
    out_of_range,
    spend,
    spend_text,
)

_TO_UPPER = {ord(lower): lower.upper() for lower in "abcdefghijklmnopqrstuvwxyz"}
_TO_LOWER = {ord(lower.upper()): lower for lower in "abcdefghijklmnopqrstuvwxyz"}
# Unicode's White_Space property, which is not what str.strip() takes.
_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# A word may have an apostrophe inside: it is one word all the same.
_TITLED = r"[^\W_]+(?:['’][^\W_]+)*"
_NOT_OF_SLUGS = r"[^a-z0-9]+"
_QUOTED = str.maketrans(
    {
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        "\\": "\\\\",
        '"': '\\"',
    }
)


def _contains(fuel: Fuel, text: Value, part: Value) -> bool:
    text, part = a_text("contains", text), a_text("contains", part)
    spend(fuel, (len(text) + len(part)) >> 6)
    return part in text


def _starts_with(fuel: Fuel, text: Value, part: Value) -> bool:
    text, part = a_text("startsWith", text), a_text("startsWith", part)
    spend(fuel, len(part) >> 6)
    return text.startswith(part)


def _ends_with(fuel: Fuel, text: Value, part: Value) -> bool:
    text, part = a_text("endsWith", text), a_text("endsWith", part)
    spend(fuel, len(part) >> 6)
    return text.endswith(part)


def _char_at(_fuel: Fuel, text: Value, position: Value) -> str:
    text, position = a_text("charAt", text), an_int("charAt", position)
    if 0 <= position <= len(text):
        return text[position : position + 1]
    raise out_of_range(position, len(text))


# Optional arguments are gathered: None as a default could not be told from a null that was given.
def index_of(fuel: Fuel, text: Value, part: Value, *start: Value) -> int:
    """Return where *part* is in a text, -1 if it is not there."""
    text, part = a_text("indexOf", text), a_text("indexOf", part)
    first = an_int("indexOf", start[0]) if start else 0
    spend(fuel, (len(text) + len(part)) >> 6)
    if 0 <= first <= len(text):
        return text.find(part, first)
    raise out_of_range(first, len(text))


def _last_index_of(fuel: Fuel, text: Value, part: Value, *end: Value) -> int:
    text, part = a_text("lastIndexOf", text), a_text("lastIndexOf", part)
    last = an_int("lastIndexOf", end[0]) if end else len(text)
    spend(fuel, (len(text) + len(part)) >> 6)
    if 0 <= last <= len(text):
        return text.rfind(part, 0, last + len(part))
    raise out_of_range(last, len(text))


def _substring(fuel: Fuel, text: Value, start: Value, *end: Value) -> str:
    text, first = a_text("substring", text), an_int("substring", start)
    last = an_int("substring", end[0]) if end else len(text)
    if 0 <= first <= last <= len(text):
        return spend_text(fuel, text[first:last])
    raise out_of_range(last if 0 <= first <= len(text) else first, len(text))


def _replace(fuel: Fuel, text: Value, old: Value, new: Value, *limit: Value) -> str:
    text, old, new = a_text("replace", text), a_text("replace", old), a_text("replace", new)
    most = an_int("replace", limit[0]) if limit else -1
    spend(fuel, len(text) >> 6)
    found = text.count(old)
    count = found if most < 0 else min(most, found)
    afford_text(fuel, len(text) + count * (len(new) - len(old)))
    return spend_text(fuel, text.replace(old, new, count))


def _split(fuel: Fuel, text: Value, separator: Value, *limit: Value) -> list[str]:
    text, separator = a_text("split", text), a_text("split", separator)
    most = an_int("split", limit[0]) if limit else -1
    if most == 0:
        return []
    spend_text(fuel, text)
    if separator:
        spend(fuel, (len(text) >> 6) + text.count(separator))
        return text.split(separator, most - 1 if most > 0 else -1)
    spend(fuel, len(text))
    if most < 0 or most >= len(text):
        return list(text) or [""]
    return [*text[: most - 1], text[most - 1 :]]


def _join(fuel: Fuel, texts: Value, *separator: Value) -> str:
    between = a_text("join", separator[0]) if separator else ""
    texts = a_list("join", texts)
    spend(fuel, len(texts))
    parts = [a_text("join", each) for each in texts]
    afford_text(fuel, sum(map(len, parts)) + len(between) * len(parts))
    return spend_text(fuel, between.join(parts))


def _upper(fuel: Fuel, text: Value) -> str:
    text = a_text("upperAscii", text)
    spend(fuel, len(text) >> 4)
    return spend_text(fuel, text.translate(_TO_UPPER))


def _lower(fuel: Fuel, text: Value) -> str:
    text = a_text("lowerAscii", text)
    spend(fuel, len(text) >> 4)
    return spend_text(fuel, text.translate(_TO_LOWER))


def _trim(fuel: Fuel, text: Value) -> str:
    text = a_text("trim", text)
    spend(fuel, len(text) >> 6)
    return spend_text(fuel, text.strip(_BLANKS))


def reversed_text(fuel: Fuel, text: Value) -> str:
    """Return a text with its characters in the other order."""
    text = a_text("reverse", text)
    spend(fuel, len(text) >> 6)
    return spend_text(fuel, text[::-1])


def _quote(fuel: Fuel, text: Value) -> str:
    text = a_text("strings.quote", text)
    spend(fuel, len(text) >> 4)
    return spend_text(fuel, f'"{text.translate(_QUOTED)}"')


def _title_case(fuel: Fuel, text: Value) -> str:
    text = a_text("titleCase", text)
    spend(fuel, len(text) >> 1)
    made = re.sub(_TITLED, lambda word: word[0][0].title() + word[0][1:].lower(), text)
    return spend_text(fuel, made)


def _slug(fuel: Fuel, text: Value) -> str:
    text = a_text("slug", text)
    spend(fuel, len(text) >> 1)
    plain = unicodedata.normalize("NFKD", text.casefold())
    # Accents go, letters of other alphabets too: what is left suits any file name or address.
    kept = "".join(each for each in plain if not unicodedata.combining(each))
    return spend_text(fuel, re.sub(_NOT_OF_SLUGS, "-", kept).strip("-"))


def _truncate(fuel: Fuel, text: Value, length: Value, *ending: Value) -> str:
    text, most = a_text("truncate", text), max(an_int("truncate", length), 0)
    end = a_text("truncate", ending[0]) if ending else ""
    if len(text) <= most:
        return text
    return spend_text(fuel, (text[: max(most - len(end), 0)] + end)[:most])


TEXTS = (
    row(
        "contains",
        "string.contains(string) -> bool",
        "whether a text is part of another",
        ("'team'.contains('ea')", True),
        _contains,
        "",
    ),
    row(
        "startsWith",
        "string.startsWith(string) -> bool",
        "whether a text begins with another",
        ("'team'.startsWith('te')", True),
        _starts_with,
        "",
    ),
    row(
        "endsWith",
        "string.endsWith(string) -> bool",
        "whether a text ends with another",
        ("'team'.endsWith('am')", True),
        _ends_with,
        "",
    ),
    row(
        "charAt",
        "string.charAt(int) -> string",
        "the character at a position, counted from 0; nothing right behind the last",
        ("'team'.charAt(1)", "e"),
        _char_at,
    ),
    row(
        "indexOf",
        ("string.indexOf(string) -> int", "string.indexOf(string, int) -> int"),
        "where a text is in another for the first time, from a position on; -1 if nowhere",
        ("'banana'.indexOf('an', 2)", 3),
        index_of,
    ),
    row(
        "lastIndexOf",
        ("string.lastIndexOf(string) -> int", "string.lastIndexOf(string, int) -> int"),
        "where a text is in another for the last time, up to a position; -1 if nowhere",
        ("'banana'.lastIndexOf('an')", 3),
        _last_index_of,
    ),
    row(
        "substring",
        ("string.substring(int) -> string", "string.substring(int, int) -> string"),
        "the part from a position on, up to but not with another one",
        ("'2026-11-05'.substring(0, 4)", "2026"),
        _substring,
    ),
    row(
        "replace",
        (
            "string.replace(string, string) -> string",
            "string.replace(string, string, int) -> string",
        ),
        "the text with one part replaced by another, everywhere or so many times",
        ("'1-2-3'.replace('-', '.')", "1.2.3"),
        _replace,
    ),
    row(
        "split",
        ("string.split(string) -> list(string)", "string.split(string, int) -> list(string)"),
        "the parts between the separators, at most so many",
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        _split,
    ),
    row(
        "join",
        ("list(string).join() -> string", "list(string).join(string) -> string"),
        "the texts of a list as one, with a separator between them",
        ("['a', 'b'].join(', ')", "a, b"),
        _join,
    ),
    row(
        "lowerAscii",
        "string.lowerAscii() -> string",
        "the text with its ASCII letters in lower case",
        ("'TeÄm'.lowerAscii()", "teÄm"),
        _lower,
    ),
    row(
        "upperAscii",
        "string.upperAscii() -> string",
        "the text with its ASCII letters in upper case",
        ("'ca'.upperAscii()", "CA"),
        _upper,
    ),
    row(
        "trim",
        "string.trim() -> string",
        "the text without white space at its ends",
        ("'  hi '.trim()", "hi"),
        _trim,
    ),
    row(
        "reverse",
        "string.reverse() -> string",
        "the characters in the other order",
        ("'abc'.reverse()", "cba"),
        reversed_text,
    ),
    row(
        "strings.quote",
        "strings.quote(string) -> string",
        "the text in quotes, with escapes",
        ("strings.quote('a\\tb')", '"a\\tb"'),
        _quote,
    ),
    row(
        "titleCase",
        "string.titleCase() -> string",
        "the text with every word's first letter in upper case and the others in lower case",
        ('"o\'NEILL street".titleCase()', "O'neill Street"),
        _title_case,
    ),
    row(
        "slug",
        "string.slug() -> string",
        "the text as it can stand in an address: a to z, 0 to 9, and hyphens between",
        ("'Crème Brûlée, 2nd!'.slug()", "creme-brulee-2nd"),
        _slug,
    ),
    row(
        "truncate",
        ("string.truncate(int) -> string", "string.truncate(int, string) -> string"),
        "at most so many characters; what is cut ends with the second text, if there is one",
        ("'a long story'.truncate(7, '…')", "a long…"),
        _truncate,
    ),
)
