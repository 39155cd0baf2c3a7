"""Points in time and durations: reading, writing, taking apart.

Both are integers of nanoseconds. Months and days count as CEL counts them: months, days of the
month and of the year from 0, `getDate` from 1, Sunday is 0. Zones are names of the IANA database
or offsets. Nothing here asks a clock: there is no `now`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from jido_cli.core.cel.run import duration_of, timestamp_of
from jido_cli.core.cel.signatures import Function
from jido_cli.core.cel.values import (
    CelError,
    Duration,
    Fuel,
    Timestamp,
    Value,
    a_text,
    an_int,
    kind_of,
    no_overload,
    spend,
    spend_text,
)
from jido_cli.core.timestamps import format_time, parse_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
_UNITS: Mapping[str, int] = {
    "h": 3_600 * _SECOND,
    "m": 60 * _SECOND,
    "s": _SECOND,
    "ms": 1_000_000,
    "us": 1_000,
    "ns": 1,
}
_UNIT = "(?:h|ms|m|s|us|ns)"
# Texts, which `re` compiles when one is needed: most expressions name no time.
_DURATION = rf"(?a)([+-]?)((?:(?:[0-9]+\.?[0-9]*|\.[0-9]+){_UNIT})+|0)"
_PART = rf"([0-9]*)\.?([0-9]*)({_UNIT})"
_MAX_WRITTEN = 64
"""Longer texts are no times; the pattern above would take long over them."""
_OFFSET = r"([+-]?)([0-9]{1,2}):([0-9]{2})"
_MAX_ZONE_NAME = 64
_DIRECTIVE = "(?s)%(.?)"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def duration_text(nanoseconds: int) -> str:
    """Return a duration as text: seconds, with 0, 3, 6 or 9 digits after them."""
    seconds, rest = divmod(abs(int(nanoseconds)), _SECOND)
    fraction = f".{rest:09d}" if rest else ""
    for _ in range(2):
        fraction = fraction.removesuffix("000")
    return f"{'-' if nanoseconds < 0 else ''}{seconds}{fraction}s"


def _timestamp(_fuel: Fuel, value: Value) -> Timestamp:
    match kind_of(value), value:
        case "timestamp", Timestamp():
            return value
        case "int", int():
            return timestamp_of(value * _SECOND)
        case "string", str():
            return _written_time(value)
    raise no_overload("timestamp()", value)


def _written_time(text: str) -> Timestamp:
    if len(text) > _MAX_WRITTEN:
        raise _unreadable("a point in time", text)
    try:
        return timestamp_of(parse_time(text))
    except ValueError:
        raise _unreadable("a point in time", text) from None


def _duration(_fuel: Fuel, value: Value) -> Duration:
    match kind_of(value), value:
        case "duration", Duration():
            return value
        case "string", str():
            found = re.fullmatch(_DURATION, value) if len(value) <= _MAX_WRITTEN else None
            if found is None:
                raise _unreadable("a duration", value)
            total = sum(_part(*part) for part in re.findall(_PART, found[2]))
            return duration_of(-total if found[1] == "-" else total)
    raise no_overload("duration()", value)


def _part(whole: str, fraction: str, unit: str) -> int:
    of_unit = _UNITS[unit]
    return int(whole or 0) * of_unit + int(fraction or 0) * of_unit // int(10 ** len(fraction))


def _unreadable(what: str, text: str) -> CelError:
    return CelError(f"{text[:_MAX_WRITTEN]!r} is not {what}")


def _days(_fuel: Fuel, count: Value) -> Duration:
    return duration_of(an_int("days", count) * _DAY)


def zone_of(name: str) -> tzinfo:
    """Return the zone that a name or an offset means."""
    if name in ("", "UTC"):
        return UTC
    if found := re.fullmatch(_OFFSET, name):
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    if len(name) > _MAX_ZONE_NAME or not name.isascii():
        raise _no_zone(name)
    try:
        return ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # no file of that name, no name of a file, no zone in it
        raise _no_zone(name) from None


def _no_zone(name: str) -> CelError:
    return CelError(f"there is no time zone {name[:_MAX_ZONE_NAME]!r}")


def _date_of(moment: Timestamp, zone: tuple[str, ...]) -> datetime:
    date = _EPOCH + timedelta(seconds=int(moment) // _SECOND)
    try:
        return date.astimezone(zone_of(zone[0])) if zone else date
    except OverflowError:
        raise CelError("the date in that zone is not in the years 1 to 9999") from None


_FIELDS: Mapping[str, Callable[[datetime], int]] = {
    "getFullYear": lambda date: date.year,
    "getMonth": lambda date: date.month - 1,
    "getDate": lambda date: date.day,
    "getDayOfMonth": lambda date: date.day - 1,
    "getDayOfWeek": lambda date: date.isoweekday() % 7,
    "getDayOfYear": lambda date: date.timetuple().tm_yday - 1,
    "getHours": lambda date: date.hour,
    "getMinutes": lambda date: date.minute,
    "getSeconds": lambda date: date.second,
}
_WHOLE: Mapping[str, int] = {
    "getHours": _UNITS["h"],
    "getMinutes": _UNITS["m"],
    "getSeconds": _SECOND,
}


def _accessor(name: str) -> Callable[..., int]:
    def get(_fuel: Fuel, value: Value, *zone: Value) -> int:
        names = tuple(a_text(name, each) for each in zone)
        if type(value) is Timestamp:
            date = _date_of(value, names)
            if name == "getMilliseconds":
                return int(value) % _SECOND // 1_000_000
            return _FIELDS[name](date)
        if type(value) is Duration and not zone:
            size = abs(int(value))
            if name == "getMilliseconds":
                found = size % _SECOND // 1_000_000  # the rest beside the seconds, not all
            elif name in _WHOLE:
                found = size // _WHOLE[name]
            else:
                raise no_overload(f"{name}()", value)
            return -found if value < 0 else found
        raise no_overload(f"{name}()", value, *zone)

    return get


def _offset(date: datetime) -> str:
    seconds = int((date.utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}{minutes:02d}"


_DIRECTIVES: Mapping[str, Callable[[datetime, int], str]] = {
    "a": lambda date, _: _DAYS[date.weekday()][:3],
    "A": lambda date, _: _DAYS[date.weekday()],
    "b": lambda date, _: _MONTHS[date.month - 1][:3],
    "B": lambda date, _: _MONTHS[date.month - 1],
    "d": lambda date, _: f"{date.day:02d}",
    "e": lambda date, _: str(date.day),
    "f": lambda _, fraction: f"{fraction // 1000:06d}",
    "F": lambda date, _: f"{date.year:04d}-{date.month:02d}-{date.day:02d}",
    "H": lambda date, _: f"{date.hour:02d}",
    "I": lambda date, _: f"{(date.hour - 1) % 12 + 1:02d}",
    "j": lambda date, _: f"{date.timetuple().tm_yday:03d}",
    "m": lambda date, _: f"{date.month:02d}",
    "M": lambda date, _: f"{date.minute:02d}",
    "p": lambda date, _: "AM" if date.hour < 12 else "PM",
    "S": lambda date, _: f"{date.second:02d}",
    "T": lambda date, _: f"{date.hour:02d}:{date.minute:02d}:{date.second:02d}",
    "u": lambda date, _: str(date.isoweekday()),
    "y": lambda date, _: f"{date.year % 100:02d}",
    "Y": lambda date, _: f"{date.year:04d}",
    "z": lambda date, _: _offset(date),
    "Z": lambda date, _: date.tzname() or "",
    "%": lambda _date, _fraction: "%",
}


def _format(fuel: Fuel, value: Value, form: Value, *zone: Value) -> str:
    form = a_text("time.format", form)
    spend(fuel, 64 + len(form))
    if type(value) is not Timestamp:
        raise no_overload("time.format()", value)
    names = tuple(a_text("time.format", each) for each in zone)
    date, fraction = _date_of(value, names), int(value) % _SECOND

    def directive(found: re.Match[str]) -> str:
        write = _DIRECTIVES.get(found[1])
        if write is None:
            known = " ".join(f"%{letter}" for letter in _DIRECTIVES)
            raise CelError(f"time.format() does not know {found[0]!r}; there is {known}")
        return write(date, fraction)

    return spend_text(fuel, re.sub(_DIRECTIVE, directive, form))


def _date(fuel: Fuel, value: Value, *zone: Value) -> str:
    if type(value) is not Timestamp:
        raise no_overload("time.date()", value)
    return _format(fuel, value, "%F", *zone)


def time_text(value: Value) -> str | None:
    """Return a point in time or a duration as text, None for anything else."""
    if type(value) is Timestamp:
        return format_time(int(value))
    return duration_text(value) if type(value) is Duration else None


def _getter(
    name: str, meaning: str, example: tuple[str, object], *, of_durations: bool = False
) -> Function:
    signatures = [f"timestamp.{name}() -> int", f"timestamp.{name}(string) -> int"]
    if of_durations:
        signatures.append(f"duration.{name}() -> int")
    return Function(name, tuple(signatures), meaning, (example,), _accessor(name), source="")


_AT = "timestamp('2026-11-05T22:41:07.250Z')"

TIMES = (
    Function(
        "timestamp",
        (
            "timestamp(string) -> timestamp",
            "timestamp(int) -> timestamp",
            "timestamp(timestamp) -> timestamp",
        ),
        "the point in time that an RFC 3339 text, or a number of seconds since 1970, means",
        (
            ("timestamp('2026-11-05T23:00:00+01:00')", "2026-11-05T22:00:00Z"),
            ("timestamp(86400)", "1970-01-02T00:00:00Z"),
        ),
        _timestamp,
        source="",
    ),
    Function(
        "duration",
        ("duration(string) -> duration", "duration(duration) -> duration"),
        "the length of time that a text such as `1h30m` means; units are h, m, s, ms, us, ns",
        (("duration('1h30m')", "5400s"), ("duration('-0.25s')", "-0.250s")),
        _duration,
        source="",
    ),
    Function(
        "days",
        ("days(int) -> duration",),
        "so many times 24 hours",
        ((f"{_AT} + days(30)", "2026-12-05T22:41:07.250Z"),),
        _days,
    ),
    _getter("getFullYear", "the year", (f"{_AT}.getFullYear()", 2026)),
    _getter("getMonth", "the month, from 0", (f"{_AT}.getMonth()", 10)),
    _getter("getDate", "the day of the month, from 1", (f"{_AT}.getDate()", 5)),
    _getter("getDayOfMonth", "the day of the month, from 0", (f"{_AT}.getDayOfMonth()", 4)),
    _getter("getDayOfWeek", "the day of the week; Sunday is 0", (f"{_AT}.getDayOfWeek()", 4)),
    _getter("getDayOfYear", "the day of the year, from 0", (f"{_AT}.getDayOfYear()", 308)),
    _getter(
        "getHours",
        "the hour, in a zone if one is given; of a duration all its hours",
        (f"{_AT}.getHours('Europe/Berlin')", 23),
        of_durations=True,
    ),
    _getter(
        "getMinutes",
        "the minute; of a duration all its minutes",
        ("duration('1h30m').getMinutes()", 90),
        of_durations=True,
    ),
    _getter(
        "getSeconds",
        "the second; of a duration all its seconds",
        (f"{_AT}.getSeconds()", 7),
        of_durations=True,
    ),
    _getter(
        "getMilliseconds",
        "the milliseconds beside the seconds, 0 to 999",
        (f"{_AT}.getMilliseconds()", 250),
        of_durations=True,
    ),
    Function(
        "time.format",
        (
            "time.format(timestamp, string) -> string",
            "time.format(timestamp, string, string) -> string",
        ),
        "the text that a strftime pattern makes, in a zone if one is given, else in UTC; the"
        " pattern may hold " + " ".join(f"`%{letter}`" for letter in _DIRECTIVES),
        (
            (f"time.format({_AT}, '%d %b %Y, %H:%M')", "05 Nov 2026, 22:41"),
            (f"time.format({_AT}, '%F %T %z', 'Asia/Kolkata')", "2026-11-06 04:11:07 +0530"),
        ),
        _format,
    ),
    Function(
        "time.date",
        ("time.date(timestamp) -> string", "time.date(timestamp, string) -> string"),
        "the date as text, in a zone if one is given, else in UTC",
        (
            (f"time.date({_AT})", "2026-11-05"),
            (f"time.date({_AT}, 'Asia/Kolkata')", "2026-11-06"),
        ),
        _date,
    ),
)
