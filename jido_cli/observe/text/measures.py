"""Numbers, durations and times as people read them (two parts at most, commas, local time).

JSON output never goes through here: programs get plain numbers and RFC 3339.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

EXACT_UP_TO = 99_999
NOT_KNOWN = "?"
NOT_APPLICABLE = "-"


def count(number: int | float | None) -> str:
    """Return an exact count with commas, from a hundred thousand on two or three figures."""
    if number is None:
        return NOT_KNOWN
    if number <= EXACT_UP_TO:
        return f"{int(number):,}"
    for limit, unit in ((1e6, "k"), (1e9, "M"), (float("inf"), "G")):
        if number < limit:
            return figures(number / {"k": 1e3, "M": 1e6, "G": 1e9}[unit]) + unit
    raise AssertionError("unreachable: the last limit is infinite")


def exact(number: int | float) -> str:
    """Return *number* with commas, rounded to a whole one."""
    return f"{round(number):,}"


def plural(number: int, singular: str, many: str | None = None) -> str:
    """Return `1 restart`, `2 restarts`."""
    return f"{count(number)} {singular if number == 1 else many or singular + 's'}"


def milliseconds(ms: float | None) -> str:
    """Return a measured duration: `40us`, `0.4ms`, `41ms`, `3,001ms`."""
    if ms is None:
        return NOT_KNOWN
    return f"{figures(ms)}ms" if ms >= 0.1 else f"{round(ms * 1000)}us"


def seconds(value: float | None) -> str:
    """Return a measured duration in seconds or larger units: `1.2s`, `41m`, `2h 14m`."""
    if value is None:
        return NOT_APPLICABLE
    if value < 10:
        return f"{_trimmed(value, 1)}s"
    whole = int(value)
    if whole < 60:
        return f"{whole}s"
    if whole < 600:
        return _two(whole // 60, "m", whole % 60, "s")
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 86_400:
        return _two(whole // 3600, "h", whole % 3600 // 60, "m")
    return _two(whole // 86_400, "d", whole % 86_400 // 3600, "h")


def fine_seconds(value: float) -> str:
    """Return a short measured duration in seconds, two significant figures: `0.31s`, `12s`."""
    return f"{value:.2g}s" if value < 10 else seconds(value)


def milliseconds_or_more(value: float) -> str:
    """Return a measured duration in the unit that suits it: `24ms`, `10.0s`, `2m 14s`."""
    if value < 1:
        return milliseconds(value * 1000)
    return f"{value:.1f}s" if value < 60 else seconds(value)


def age(value: float) -> str:
    """Return an age in whole seconds: tenths would move for nothing."""
    return seconds(float(int(max(0.0, value))))


def whole_seconds(value: float) -> str:
    """Return an age in whole seconds, as it stands in brackets after a status."""
    return seconds(value) if value < 1 else age(value)


def setting(ms: int | float | str | None) -> str:
    """Return a duration of the file in the file's own spelling: `5s`, `500ms`, `infinity`."""
    if ms is None:
        return "none"
    if isinstance(ms, str):
        return ms
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")):
        if ms >= size and ms % size == 0:
            return f"{int(ms // size)}{unit}"
    if ms >= 1000:
        return f"{_trimmed(ms / 1000, 3)}s"
    return f"{_trimmed(float(ms), 3)}ms"


def window(value: dict[str, object] | None) -> str:
    """Return a restart window, `2/3 in 5s`."""
    if not value:
        return NOT_APPLICABLE
    return f"{value['used']}/{value['max_restarts']} in {window_length(value)}"


def window_length(value: dict[str, object]) -> str:
    """Return the length of a restart window, `5s`."""
    length = value["max_seconds"]
    return setting(round(float(length) * 1000)) if isinstance(length, int | float) else "?"


class Times(NamedTuple):
    """Spells moments as somebody in *zone* reads them at *now* (local zone when None)."""

    now: float
    zone: tzinfo | None = None

    def moment(self, at: float) -> str:
        """Return the time of day to the millisecond; of another day, the day."""
        when = self._local(at)
        today = self._local(self.now)
        if when.date() == today.date():
            return f"{when:%H:%M:%S}.{when.microsecond // 1000:03d}"
        if when.year == today.year:
            return f"{when:%b} {when.day} {when:%H:%M:%S}"
        return f"{when:%Y-%m-%d}"

    def clock(self, at: float) -> str:
        """Return the time of day in whole seconds; of another day, the day."""
        return self.moment(at).split(".")[0]

    def stamp(self, at: float) -> str:
        """Return the time of day to the millisecond, whatever the day: for lines of a stream."""
        when = self._local(at)
        return f"{when:%H:%M:%S}.{when.microsecond // 1000:03d}"

    def day(self, at: float) -> str:
        """Return the day, `2025-11-23`."""
        return f"{self._local(at):%Y-%m-%d}"

    def ago(self, at: float) -> str:
        """Return an age under a minute, else the moment."""
        age = max(0.0, self.now - at)
        return f"{seconds(age)} ago" if age < 60 else f"at {self.clock(at)}"

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC).astimezone(self.zone)


def rfc3339(at: float) -> str:
    """Return a moment as programs read it: RFC 3339, UTC, milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def figures(value: float) -> str:
    """Return a measured number: two significant figures under 10, whole from there on."""
    return f"{value:.1f}" if value < 9.95 else f"{round(value):,}"


def _trimmed(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _two(first: int, first_unit: str, second: int, second_unit: str) -> str:
    head = f"{first}{first_unit}"
    return f"{head} {second}{second_unit}" if second else head
