"""What a plain YAML scalar means: the core types of YAML 1.2 and nothing else.

`no` is text, `012` is twelve, `12:30:45` is text. No dates, no sexagesimals, no tags.
"""

from __future__ import annotations

import math
import re
from typing import Final

MAX_INT: Final = 2**63 - 1
MIN_INT: Final = -(2**63)

_KEYWORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAY_BEGIN_A_NUMBER: Final = frozenset("0123456789+-.")
# A plain scalar that begins with anything else is text: most are, and need not be looked at.
MAY_BE_NO_TEXT: Final = _MAY_BEGIN_A_NUMBER | frozenset("~nNtTfF")
_INT: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAX_DIGITS: Final = 25  # more cannot be a 64-bit integer in any base with leading zeros aside


class ScalarError(ValueError):
    """Raised for a number that JSON, or 64 bits, cannot hold; the text says why."""


def resolve(text: str) -> str | int | float | bool | None:
    """Return the value that a plain scalar stands for."""
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    if text[0] not in _MAY_BEGIN_A_NUMBER:
        return text
    if _INT.fullmatch(text):
        return _integer(text, 10)
    if _OCTAL.fullmatch(text):
        return _integer(text, 8)
    if _HEX.fullmatch(text):
        return _integer(text, 16)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError(f"{text!r} is not a JSON number")
    return text


def _integer(text: str, base: int) -> int:
    sign = text[0] if text[0] in "+-" else ""
    digits = text.lstrip("+-").lstrip("0xo")
    if len(digits) <= _MAX_DIGITS:
        value = int(sign + (digits or "0"), base)
        if MIN_INT <= value <= MAX_INT:
            return value
    shown = text if len(text) <= _MAX_DIGITS else f"{text[:_MAX_DIGITS]}..."
    raise ScalarError(f"{shown!r} is beyond 64 bits")


def _finite(text: str) -> float:
    value = float(text)
    if math.isfinite(value):
        return value
    raise ScalarError(f"{text!r} is too large for a number")
