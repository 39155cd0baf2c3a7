"""Does a schedule tick some day: its cron expression, its zone, its interval and its jitter.

When it ticks next is the runtime's business; who hears it is the linter's.
"""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Final

from jido_cli.core.cron import ALIASES, CronSchedule, find_zone
from jido_cli.errors import UsageError
from jido_cli.topology import durations, raw
from jido_cli.topology.positions import Path, Positions
from jido_cli.topology.raw import RawNode
from jido_cli.topology.rules import BAD_SCHEDULE, BAD_VALUE, Findings
from jido_cli.topology.words import Suggester, listed

_FIELDS: Final = "minute hour day month weekday; a sixth, first, is seconds"
_MS: Final = 1_000_000


class Rhythms:
    """Checks the rhythms of schedules and of `cron` directives."""

    def __init__(self, positions: Positions, findings: Findings, suggester: Suggester) -> None:
        self._positions = positions
        self._findings = findings
        self._suggester = suggester

    def check_schedule(self, schedule: RawNode) -> None:
        """Check a schedule that an agent declares."""
        value, path = schedule.value, schedule.path
        every = _milliseconds(value.get("every"))
        if every == 0:
            fact = f"every {value['every']!r} would tick without a pause"
            self._findings.add(BAD_VALUE, self._positions.value((*path, "every")), fact)
        if "every" in value and "cron" not in value and "timezone" in value:
            fact = "'timezone' belongs to 'cron': 'every' counts seconds, whatever the zone"
            self._findings.add(BAD_SCHEDULE, self._positions.key((*path, "timezone")), fact)
            return
        cron = self.check_cron(schedule)
        between = every if cron is None else cron.shortest_ns() // _MS
        jitter = _milliseconds(value.get("jitter"))
        if jitter and between and jitter > between:
            said = f"every {value['every']!r}" if cron is None else f"cron {cron.text!r}"
            fact = f"jitter {value['jitter']!r} is longer than the time between two ticks of {said}"
            hint = "a tick would come after the next one: make it shorter"
            place = self._positions.value((*path, "jitter"))
            self._findings.add(BAD_SCHEDULE, place, fact, hint=hint)

    def check_cron(self, node: RawNode) -> CronSchedule | None:
        """Check expression and zone of a mapping with `cron`; what they are if they are right."""
        text, zone = raw.text(node.value.get("cron")), node.value.get("timezone", "UTC")
        is_zone = self._check_zone((*node.path, "timezone"), zone)
        if not text:
            return None
        problem = self._problem(text)
        if problem is not None:
            fact, hint = problem
            place = self._positions.value((*node.path, "cron"))
            self._findings.add(BAD_SCHEDULE, place, fact, hint=hint)
            return None
        return CronSchedule(text, str(zone)) if is_zone else None

    def _check_zone(self, path: Path, zone: object) -> bool:
        name = raw.text(zone)
        if not name:
            return False
        if find_zone(name) is None:
            hint = self._suggester.near(name, _zone_names())
            fact = f"timezone {name!r} is not known"
            self._findings.add(BAD_SCHEDULE, self._positions.value(path), fact, hint=hint)
            return False
        return True

    def _problem(self, cron: str) -> tuple[str, str | None] | None:
        if cron.startswith("@"):
            if cron in ALIASES:
                return None
            hint = self._suggester.near(cron, ALIASES) or f"known: {listed(ALIASES)}"
            return f"cron {cron!r} is not an alias", hint
        count = len(cron.split())
        if count not in (5, 6):
            return f"cron {cron!r} has {count} fields, not 5", _FIELDS
        try:
            CronSchedule(cron, None)
        except UsageError as error:
            is_a_field = " is not a " in error.message
            return error.message, _FIELDS if is_a_field else None
        return None


def _milliseconds(value: object) -> int | None:
    text = raw.text(value)
    return None if text is None else durations.milliseconds(text)


@cache
def _zone_names() -> list[str]:
    return sorted(zoneinfo.available_timezones())
