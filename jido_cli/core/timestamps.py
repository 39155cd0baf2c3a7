"""Points in time as integers of nanoseconds since 1970, and their RFC 3339 text.

Nothing here asks a clock; the text is for people and wires, the integer is what is kept.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)


def format_time(time_ns: int) -> str:
    """Return the RFC 3339 text, UTC, of *time_ns* with 0, 3, 6 or 9 digits after the second."""
    seconds, fraction = divmod(time_ns, _SECOND)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").zfill(19)
    if not fraction:
        return text + "Z"
    digits = f"{fraction:09d}"
    if digits.endswith("000000"):
        return f"{text}.{digits[:3]}Z"
    return f"{text}.{digits[:6]}Z" if digits.endswith("000") else f"{text}.{digits}Z"


def parse_time(text: str) -> int:
    """Return the nanoseconds since 1970 of the RFC 3339 *text*; digits beyond the ninth are cut.

    Raises:
        ValueError: it is no RFC 3339 timestamp.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an RFC 3339 timestamp")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
    is_leap_second = second == 60
    try:
        point = datetime(year, month, day, hour, minute, 59 if is_leap_second else second)
    except ValueError:
        raise ValueError(f"{text!r} is not an RFC 3339 timestamp") from None
    seconds = (point.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) + is_leap_second
    if sign is not None:
        if int(offset_hours) > 23 or int(offset_minutes) > 59:
            raise ValueError(f"{text!r} is not an RFC 3339 timestamp")
        offset = int(offset_hours) * 3600 + int(offset_minutes) * 60
        seconds += offset if sign == "-" else -offset
    return seconds * _SECOND + int((fraction or "")[:9].ljust(9, "0"))
