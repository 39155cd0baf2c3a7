"""Orders about schedules: tick now, pause, resume.

A schedule is named by its agent's path and its name, `root/shop/inventory/recount`, or by any tail
of that which names one only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.schedules import ActiveSchedule, Schedules
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.serving import view_schedules

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel

Data = dict[str, Any]
SHOWN = 8


def run_schedule(kernel: Kernel, ident: str) -> Data:
    """Send a tick of a schedule now, whatever its rhythm says, also while it is paused."""
    path, schedules, schedule = _find(kernel, ident)
    signal = schedules.run_now(schedule)
    return {**_told(path, schedule, "sent a tick of"), "signal": signal.id}


def pause_schedule(kernel: Kernel, ident: str) -> Data:
    """Let a schedule tick no more."""
    return _switch(kernel, ident, Schedules.pause, "paused", "was paused already")


def resume_schedule(kernel: Kernel, ident: str) -> Data:
    """Let a paused schedule tick again, from now on."""
    return _switch(kernel, ident, Schedules.resume, "resumed", "was not paused")


def _switch(
    kernel: Kernel,
    ident: str,
    change: Callable[[Schedules, ActiveSchedule], bool],
    did: str,
    had: str,
) -> Data:
    path, schedules, schedule = _find(kernel, ident)
    return _told(path, schedule, did if change(schedules, schedule) else had)


def _told(path: str, schedule: ActiveSchedule, did: str) -> Data:
    next_ns = schedule.next_ns
    return {
        "schedule": f"{path}/{schedule.spec.name}",
        "paused": schedule.record.is_paused,
        "next_at": None if next_ns is None else next_ns / 1e9,
        "did": did,
    }


def _find(kernel: Kernel, ident: str) -> tuple[str, Schedules, ActiveSchedule]:
    """Return the one schedule that *ident* names, with its agent's path.

    Raises:
        ControlError: `no-schedule`, `ambiguous-schedule`, or `wrong-state` where its agent does
            not run.
    """
    rows = view_schedules.schedules(kernel)["schedules"]
    names = [(f"{row['agent']}/{row['name']}", row) for row in rows]
    found = [one for one in names if one[0] == ident]
    found = found or [one for one in names if one[0].endswith(f"/{ident}")]
    if len(found) > 1:
        shown = ", ".join(name for name, _ in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise ControlError(
            f"{len(found)} schedules are named {ident!r}, say which one",
            code="ambiguous-schedule",
            where=shown + more,
            hints=(f"use more of the path: {found[0][0]}",),
        )
    if not found:
        near = did_you_mean(ident.split("/")[-1], {row["name"] for row in rows})
        text = f"no schedule {ident!r}" + (f"; {near}" if near else "")
        raise ControlError(text, code="no-schedule", hints=("jido schedule list",))
    name, row = found[0]
    path = row["agent"]
    if row["kind"] == "timer":
        raise ControlError(
            f"{name} is a timer that fires once: an action cancels it", code="wrong-state"
        )
    place = kernel.tree.resolve(path)
    process = place.process
    timers = process.timers if isinstance(process, AgentServer) else None
    schedule = None if timers is None else timers.schedules.find(row["name"])
    if timers is None or schedule is None:
        raise ControlError(
            f"{path} does not run: it is {place.status}",
            code="wrong-state",
            where=name,
            hints=(f"jido start {place.id}",),
        )
    return path, timers.schedules, schedule
