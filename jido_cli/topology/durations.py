"""Durations as the format writes them, `250ms`, `5s`, and as the model holds them.

Whole milliseconds only; a number without a unit is no duration.
"""

from __future__ import annotations

import re
from typing import Final

from jido_cli.topology.words import shown

_UNITS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"([0-9]{1,15})(ms|s|m|h|d)")
# Compiled when they are first needed: most durations are right.
_NUMBER: Final = r"[0-9]+(?:\.[0-9]+)?"
_DECIMAL: Final = r"([0-9]{1,9}\.[0-9]{1,6})(ms|s|m|h|d)"
_LONG_UNITS: Final = r"([0-9]{1,15})\s*([a-zA-Zµ]+)"
_MEANT: Final = {
    **dict.fromkeys(("msec", "msecs", "millis", "milliseconds", "millisecond"), "ms"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
}
_HINT: Final = "write a number and a unit: 250ms, 5s, 2m, 1h, 1d"
_MAX_MS: Final = 100 * 365 * _UNITS["d"]


def milliseconds(text: str) -> int | None:
    """Return the milliseconds of `250ms`, `5s`, `2m`, `1h` or `1d`; None for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    value = int(match[1]) * _UNITS[match[2]]
    return value if value <= _MAX_MS else None


def known_ms(text: str) -> int:
    """Return the milliseconds of a text that has been found to be a duration."""
    known = milliseconds(text)
    assert known is not None, "the document was checked"
    return known


def problem(value: object) -> tuple[str, str | None] | None:
    """Return what is wrong with a duration and what to write; None for a good one."""
    if isinstance(value, str):
        return None if milliseconds(value) is not None else _text_problem(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        unit = "ms" if value >= 100 else "s"
        other = "s" if unit == "ms" else "ms"
        hint = f"write {value}{unit} or {value}{other}" if isinstance(value, int) else None
        return f"{value} is not a duration: it has no unit", hint
    if isinstance(value, dict | list) or value is None:
        return f"is {shown(value)}, not a duration", _HINT
    return f"{shown(value)} is not a duration", _HINT


def _text_problem(text: str) -> tuple[str, str | None]:
    stripped = text.strip()
    if _DURATION.fullmatch(stripped) and stripped == text:
        return f"{shown(text)} is longer than 100 years", None
    if re.fullmatch(_NUMBER, stripped):
        return (
            f"{shown(text)} is not a duration: it has no unit",
            f"write {stripped}s or {stripped}ms",
        )
    decimal = re.fullmatch(_DECIMAL, stripped)
    if decimal:
        value = float(decimal[1]) * _UNITS[decimal[2]]
        hint = f"write {round(value)}ms" if value >= 1 else None
        return f"{shown(text)} is not a duration: it is no whole number", hint
    long = re.fullmatch(_LONG_UNITS, stripped)
    unit = _MEANT.get(long[2].lower(), long[2].lower()) if long else None
    if long and unit in _UNITS:
        return f"{shown(text)} is not a duration", f"write {long[1]}{unit}"
    return f"{shown(text)} is not a duration", _HINT
