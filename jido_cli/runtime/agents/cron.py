"""Cron expressions: when a schedule is due next, in its own time zone.

cronsim knows the gaps and repeats of daylight saving (runtime.md 21); here are the aliases, and
refusals of what it would read otherwise than people expect.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
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
_WRAPPING: Final = re.compile(r"(\d+)-(\d+)")


class CronSchedule:
    """A parsed expression: five fields, or six with seconds first.

    Raises:
        UsageError: the expression or the zone is not one; the error names what is wrong.
    """

    __slots__ = ("_expression", "_zone", "text")

    def __init__(self, text: str, timezone: str | None) -> None:
        self.text = text
        self._expression = ALIASES.get(text.strip(), text.strip())
        self._zone = _zone(timezone)
        self._refuse_surprises()
        self.next_after(0)

    def next_after(self, wall_ns: int) -> int:
        """Return the next due time after *wall_ns*, both in nanoseconds since 1970."""
        moment = datetime.fromtimestamp(wall_ns / 1e9, UTC).astimezone(self._zone)
        try:
            due = next(CronSim(self._expression, moment))
        except (CronSimError, StopIteration) as error:
            raise UsageError(
                f"cron {self.text!r}: {error or 'is never due'}", code="bad-cron"
            ) from None
        return int(due.timestamp()) * 1_000_000_000

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
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"timezone {name!r} is not known", code="bad-timezone") from None
