"""The timers of one incarnation of an agent: one-shot ones and schedules.

They end with the incarnation (runtime.md 17). Each tick has an outcome that can be seen: it
becomes a signal, or is skipped while the tick before it still waits (runtime.md 21).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jido_cli.core import directives as ask
from jido_cli.core.signals import Signal
from jido_cli.core.timestamps import parse_time
from jido_cli.core.values import freeze
from jido_cli.errors import UsageError
from jido_cli.runtime.agents.cron import CronSchedule
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.supervising.crash_reports import describe_error
from jido_cli.runtime.supervising.starts import Schedule

if TYPE_CHECKING:
    from jido_cli.runtime.agents.recording import Cause
    from jido_cli.runtime.agents.server import AgentServer


@dataclass(slots=True)
class ActiveSchedule:
    """A schedule at work."""

    spec: Schedule
    cron: CronSchedule | None
    due_ns: int = 0
    handle: asyncio.TimerHandle | None = None
    last_tick: Signal | None = None
    ticks: int = 0
    skipped: int = 0


class Timers:
    """What is armed for one incarnation."""

    __slots__ = ("_drawn", "_one_shots", "_server", "schedules")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._one_shots: dict[str, asyncio.TimerHandle] = {}
        self._drawn = 0
        self.schedules: dict[str, ActiveSchedule] = {}

    # -- one-shot timers

    def arm(self, directive: ask.Schedule, cause: Cause) -> None:
        """Arm a timer; one with the same id is replaced."""
        kernel = self._server.kernel
        if directive.after_ms is not None:
            delay_s = directive.after_ms / 1000
        else:
            assert directive.at is not None
            delay_s = (parse_time(directive.at) - kernel.wall_ns()) / 1e9
        timer_id = directive.id
        if timer_id is None:
            self._drawn += 1
            timer_id = f"timer-{self._drawn}"
        self.cancel(timer_id)
        assert isinstance(directive.signal, ask.SignalSpec)
        spec = directive.signal
        ident = (
            cause.now_ns // 1_000_000,
            self._server.source,
            self._server.generation,
            cause.seq,
            cause.index,
        )
        signal = Signal(
            spec.type,
            self._server.source,
            spec.data,
            ident,
            spec.subject,
            cause.now_ns,
            cause=cause.signal.ident,
        )
        self._one_shots[timer_id] = kernel.clock.call_later(delay_s, self._fire, timer_id, signal)
        kernel.armed_timers += 1

    def cancel(self, timer_id: str) -> None:
        """Cancel the timer or schedule *timer_id*; none is no error."""
        handle = self._one_shots.pop(timer_id, None)
        if handle is not None:
            handle.cancel()
            self._server.kernel.armed_timers -= 1
        schedule = self.schedules.pop(timer_id, None)
        if schedule is not None and schedule.handle is not None:
            schedule.handle.cancel()

    def cancel_all(self) -> None:
        """The incarnation ends."""
        for timer_id in [*self._one_shots, *self.schedules]:
            self.cancel(timer_id)

    def _fire(self, timer_id: str, signal: Signal) -> None:
        del self._one_shots[timer_id]
        self._server.kernel.armed_timers -= 1
        self._deliver(signal)

    def _deliver(self, signal: Signal) -> None:
        delivery = deliver(self._server.place, signal)
        if delivery in ("blocked", "rejected"):
            self._server.kernel.dead_letters.add(self._server.place, signal, "mailbox full: timer")

    # -- schedules

    def start_schedules(self, specs: Iterable[Schedule]) -> None:
        """Start what the file declares; the loader has checked that they can be."""
        for spec in specs:
            cron = None if spec.cron is None else CronSchedule(spec.cron, spec.timezone)
            self._start(ActiveSchedule(spec, cron))

    def add_cron(self, directive: ask.Cron) -> str | None:
        """Start or replace the schedule of a directive; what is wrong with it, if anything."""
        try:
            cron = CronSchedule(directive.cron, directive.timezone)
        except UsageError as error:
            return error.message
        assert isinstance(directive.signal, ask.SignalSpec)
        spec = Schedule(
            directive.id,
            directive.signal.type,
            directive.signal.data,
            cron=directive.cron,
            timezone=directive.timezone,
        )
        self.cancel(directive.id)
        self._start(ActiveSchedule(spec, cron))
        return None

    def _start(self, schedule: ActiveSchedule) -> None:
        self.schedules[schedule.spec.name] = schedule
        schedule.due_ns = self._server.kernel.wall_ns()
        self._arm_next(schedule)

    def _arm_next(self, schedule: ActiveSchedule) -> None:
        kernel = self._server.kernel
        now_ns = kernel.wall_ns()
        if schedule.cron is not None:
            schedule.due_ns = schedule.cron.next_after(max(now_ns, schedule.due_ns))
        else:
            assert schedule.spec.every_s is not None
            period_ns = round(schedule.spec.every_s * 1e9)
            schedule.due_ns += period_ns
            if schedule.due_ns < now_ns:  # the loop was too busy for these: told as skipped
                behind = -((schedule.due_ns - now_ns) // period_ns)
                schedule.skipped += behind
                schedule.due_ns += behind * period_ns
        schedule.handle = kernel.clock.call_later(
            (schedule.due_ns - now_ns) / 1e9, self._tick, schedule
        )

    def _tick(self, schedule: ActiveSchedule) -> None:
        kernel = self._server.kernel
        if kernel.wall_ns() < schedule.due_ns - 1_000_000:  # the wall clock was set back
            self._arm_again(schedule)
            return
        tick = Signal(
            schedule.spec.signal_type,
            self._server.source,
            freeze(schedule.spec.data),
            f"{self._server.source}/{schedule.spec.name}/{schedule.due_ns // 1_000_000}",
            time_ns=kernel.wall_ns(),
        )
        why_not = self._why_not(schedule, tick)
        if why_not is not None:
            schedule.skipped += 1
            name = schedule.spec.name
            kernel.events.fact("skipped", self._server.place, f"{name}: {why_not}", schedule=name)
        else:
            schedule.ticks += 1
            schedule.last_tick = tick
            self._deliver(tick)
        self._arm_next(schedule)

    def _why_not(self, schedule: ActiveSchedule, tick: Signal) -> str | None:
        """Return why this tick is skipped, None if it is not."""
        if schedule.last_tick is not None and self._is_waiting(schedule.last_tick):
            return "the tick before is not handled yet"
        when = schedule.spec.when
        if when is None:
            return None
        try:
            holds = when(self._server.committed.state, tick)
        except Exception as error:  # noqa: BLE001 - the edge where expressions run
            return f"its condition failed: {describe_error(error)}"
        return None if holds is True else "its condition does not hold"

    def _arm_again(self, schedule: ActiveSchedule) -> None:
        delay_s = (schedule.due_ns - self._server.kernel.wall_ns()) / 1e9
        schedule.handle = self._server.kernel.clock.call_later(delay_s, self._tick, schedule)

    def _is_waiting(self, tick: Signal) -> bool:
        running = self._server.running
        if running is not None and running.mail is tick:
            return True
        return any(mail is tick for mail in self._server.place.mail or ())
