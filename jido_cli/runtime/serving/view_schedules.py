"""Schedules and timers as plain data: when they tick next, what became of the newest ticks.

Read from any thread; pausing and ticking by hand are orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jido_cli.observe.text import measures
from jido_cli.runtime.agents.schedule_record import ScheduleRecord
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, Schedule

if TYPE_CHECKING:
    from jido_cli.runtime.agents.timers import OneShot
    from jido_cli.runtime.kernel import Kernel

Data = dict[str, Any]


def schedules(kernel: Kernel) -> Data:
    """Return the schedules and timers of all agents, in the order of the tree."""
    rows: list[Data] = []
    for place, path, _ in kernel.tree.walk_paths():
        rows += schedules_of(place, path) + timers_of(place, path)
    return {"schedules": rows}


def schedules_of(place: Place, path: str) -> list[Data]:
    """Return the schedules of the agent at *place*, none for another node.

    Those that the file declares are there also while the agent does not run.
    """
    start = place.start
    if not isinstance(start, AgentStart):
        return []
    process = place.process
    timers = process.timers if isinstance(process, AgentServer) else None
    if timers is not None:
        return [
            _schedule(path, one.spec, one.record, one.next_ns, is_declared=one.is_declared)
            for one in timers.schedules
        ]
    records = place.log.schedules if place.has_log else {}
    return [
        _schedule(path, spec, records.get(spec.name, ScheduleRecord()), None, is_declared=True)
        for spec in start.program.schedules
    ]


def timers_of(place: Place, path: str) -> list[Data]:
    """Return the one-shot timers of the agent at *place*, the next one first."""
    process = place.process
    timers = process.timers if isinstance(process, AgentServer) else None
    if timers is None:
        return []
    armed = list(timers.one_shots.values())  # in one step: the loop goes on meanwhile
    armed.sort(key=lambda one: one.due_ns)
    return [_timer(path, one) for one in armed]


def _schedule(
    path: str, spec: Schedule, record: ScheduleRecord, next_ns: int | None, *, is_declared: bool
) -> Data:
    return {
        "agent": path,
        "name": spec.name,
        "kind": "every" if spec.cron is None else "cron",
        "spec": spec.cron or f"every {measures.setting((spec.every_s or 0) * 1000)}",
        "timezone": None if spec.cron is None else spec.timezone or "UTC",
        "jitter_s": spec.jitter_s,
        "signal": spec.signal_type,
        "overlap": spec.overlap,
        "catch_up": spec.catch_up,
        "declared": is_declared,
        "paused": record.is_paused,
        "next_at": None if next_ns is None else next_ns / 1e9,
        "ticks": record.ticks,
        "skipped": record.skipped,
        "failed": record.failed,
        "last": [msgspec.to_builtins(one) for one in reversed(list(record.newest))],
    }


def _timer(path: str, one: OneShot) -> Data:
    return {
        "agent": path,
        "name": one.name,
        "kind": "timer",
        "spec": "once",
        "timezone": None,
        "jitter_s": 0.0,
        "signal": one.signal.type,
        "overlap": None,
        "catch_up": None,
        "declared": False,
        "paused": False,
        "next_at": one.due_ns / 1e9,
        "ticks": 0,
        "skipped": 0,
        "failed": 0,
        "last": [],
    }
