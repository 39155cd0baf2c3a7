"""Cron expressions: when one is due, in its own time zone.

cronsim knows the gaps and repeats of daylight saving (runtime.md 21); here are the aliases, and
refusals of what it would read otherwise than people expect. No clock is asked here: what time it
is comes as an argument.
"""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from jido_cli.errors import UsageError

ALIASES: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
LOOKED_AT: Final = 100  # so many dues tell how close two of them come
_WRAPPING: Final = re.compile(r"(\d+)-(\d+)")
_NAMES: Final = ("second", "minute", "hour", "day-of-month", "month", "day-of-week")
_SECOND: Final = 1_000_000_000
_ANY_DAY: Final = 1_767_225_600 * _SECOND  # 2026-01-01: from some day on an expression is tried


class CronSchedule:
    """A parsed expression: five fields, or six with seconds first.

    Raises:
        UsageError: the expression or the zone is not one, or it is never due; the error names
            what is wrong.
    """

    __slots__ = ("_expression", "_zone", "text")

    def __init__(self, text: str, timezone: str | None) -> None:
        self.text = text
        self._expression = ALIASES.get(text.strip(), text.strip())
        self._zone = _zone(timezone)
        self._refuse_surprises()
        self.next_after(_ANY_DAY)

    def next_after(self, wall_ns: int) -> int:
        """Return the next due time after *wall_ns*, both in nanoseconds since 1970."""
        try:
            for due in self._from(wall_ns):
                due_ns = int(due.timestamp()) * _SECOND
                if due_ns > wall_ns:  # in an hour that comes twice the first one was meant
                    return due_ns
        except CronSimError as error:
            raise UsageError(self._told(str(error)), code="bad-cron") from None
        raise UsageError(f"cron {self.text!r} is never due", code="bad-cron")

    def between(self, after_ns: int, until_ns: int, most: int) -> tuple[int, list[int]]:
        """Return the due times after *after_ns* and up to *until_ns*: how many, and the newest.

        The list has at most *most*, oldest first; where there are more, `most + 1` is said.
        """
        newest: deque[int] = deque()
        for due in self._from(until_ns + _SECOND, backwards=True):
            due_ns = int(due.timestamp()) * _SECOND
            if due_ns > until_ns:
                continue
            if due_ns <= after_ns:
                break
            if len(newest) >= most:
                return most + 1, list(newest)
            newest.appendleft(due_ns)
        return self._between(after_ns, until_ns)

    def _between(self, after_ns: int, until_ns: int) -> tuple[int, list[int]]:
        """Return the same for few, counted forwards: half-hour shifts look different backwards."""
        dues: list[int] = []
        due_ns = self.next_after(after_ns)
        while due_ns <= until_ns:
            dues.append(due_ns)
            due_ns = self.next_after(due_ns)
        return len(dues), dues

    def shortest_ns(self) -> int:
        """Return the shortest time between two dues, as far as the first hundred show it."""
        dues = [self.next_after(_ANY_DAY)]
        while len(dues) < LOOKED_AT:
            dues.append(self.next_after(dues[-1]))
        return min(later - sooner for sooner, later in pairwise(dues))

    def _told(self, what: str) -> str:
        """Return in words what cronsim does not like: `Bad month`, `Bad day-of-month`."""
        name = what.removeprefix("Bad ")
        at = _NAMES.index(name) if name in _NAMES else None
        if at is None:
            return f"cron {self.text!r}: {what}"
        fields = self._expression.split()
        field = fields[at - (len(fields) == 5)]
        if name == "day-of-month" and all(part in "0123456789,-*/" for part in field):
            days = [int(part) for part in re.split(r"[,-]", field) if part.isdigit()]
            if days and min(days) >= 1 and max(days) <= 31:
                return f"cron {self.text!r} is never due: no such month has a day {field}"
        return f"cron {self.text!r}: {field!r} is not a {name.replace('-', ' ')}"

    def _from(self, wall_ns: int, *, backwards: bool = False) -> CronSim:
        moment = datetime.fromtimestamp(wall_ns // _SECOND, UTC).astimezone(self._zone)
        return CronSim(self._expression, moment, reverse=backwards)

    def _refuse_surprises(self) -> None:
        if "W" in self._expression.upper().replace("WED", ""):
            raise UsageError(f"cron {self.text!r}: 'W' is not available", code="bad-cron")
        for first, last in _WRAPPING.findall(self._expression):
            if int(first) > int(last):
                raise UsageError(
                    f"cron {self.text!r}: the range {first}-{last} runs backwards; "
                    f"write two ranges",
                    code="bad-cron",
                )


def _zone(name: str | None) -> ZoneInfo:
    zone = find_zone(name or "UTC")
    if zone is None:
        raise UsageError(f"timezone {name!r} is not known", code="bad-timezone")
    return zone


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the time zone *name*, None if there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
