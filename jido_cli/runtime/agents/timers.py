"""The timers of one incarnation of an agent: one-shot ones, and its schedules.

They end with the incarnation (runtime.md 17). How schedules tick is in `schedules`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from jido_cli.core import directives as ask
from jido_cli.core.signals import Signal
from jido_cli.core.timestamps import parse_time
from jido_cli.errors import UsageError
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.agents.schedules import EARLY_NS, LOOK_AGAIN_S, Schedules
from jido_cli.runtime.supervising.starts import Schedule

if TYPE_CHECKING:
    from jido_cli.runtime.agents.recording import Cause
    from jido_cli.runtime.agents.server import AgentServer


class OneShot:
    """An armed timer: what it will send, and when (wall time, ns since 1970).

    One for a point in time (`is_fixed`) follows the wall clock, wherever that is set to.
    """

    __slots__ = ("due_ns", "handle", "is_fixed", "name", "signal")

    def __init__(self, name: str, signal: Signal, due_ns: int, *, is_fixed: bool) -> None:
        self.name = name
        self.signal = signal
        self.due_ns = due_ns
        self.is_fixed = is_fixed
        self.handle: asyncio.TimerHandle | None = None


class Timers:
    """What is armed for one incarnation."""

    __slots__ = ("_drawn", "_server", "one_shots", "schedules")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._drawn = 0
        self.one_shots: dict[str, OneShot] = {}
        self.schedules = Schedules(server)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is armed."""
        return not self.one_shots and not len(self.schedules)

    def arm(self, directive: ask.Schedule, cause: Cause) -> None:
        """Arm a timer; one with the same id is replaced."""
        kernel = self._server.kernel
        now_ns = kernel.wall_ns()
        if directive.after_ms is not None:
            due_ns = now_ns + directive.after_ms * 1_000_000
        else:
            assert directive.at is not None
            due_ns = parse_time(directive.at)
        timer_id = directive.id
        if timer_id is None:
            self._drawn += 1
            timer_id = f"timer-{self._drawn}"
        self.cancel(timer_id)
        signal = self._signal(directive, cause)
        one = OneShot(timer_id, signal, due_ns, is_fixed=directive.at is not None)
        self.one_shots[timer_id] = one
        kernel.armed_timers += 1
        self._wait(one, (due_ns - now_ns) / 1e9)

    def _signal(self, directive: ask.Schedule, cause: Cause) -> Signal:
        server, spec = self._server, directive.signal
        assert isinstance(spec, ask.SignalSpec)
        ms = cause.now_ns // 1_000_000
        ident = (ms, server.source, server.generation, cause.seq, cause.index)
        return Signal(
            spec.type,
            server.source,
            spec.data,
            ident,
            spec.subject,
            cause.now_ns,
            cause=cause.signal.ident,
        )

    def cancel(self, timer_id: str) -> None:
        """Cancel the timer or schedule *timer_id*; none is no error."""
        one = self.one_shots.pop(timer_id, None)
        if one is not None:
            assert one.handle is not None
            one.handle.cancel()
            self._server.kernel.armed_timers -= 1
        self.schedules.cancel(timer_id)

    def cancel_all(self) -> None:
        """The incarnation ends."""
        for timer_id in [*self.one_shots]:
            self.cancel(timer_id)
        self.schedules.end()

    def _wait(self, one: OneShot, delay_s: float) -> None:
        if one.is_fixed:
            delay_s = min(delay_s, LOOK_AGAIN_S)
        one.handle = self._server.kernel.clock.call_later(delay_s, self._fire, one)

    def _fire(self, one: OneShot) -> None:
        kernel = self._server.kernel
        left_ns = one.due_ns - kernel.wall_ns() if one.is_fixed else 0
        if left_ns > EARLY_NS:
            self._wait(one, left_ns / 1e9)
            return
        del self.one_shots[one.name]
        kernel.armed_timers -= 1
        delivery = deliver(self._server.place, one.signal)
        if delivery in ("blocked", "rejected"):
            kernel.dead_letters.add(self._server.place, one.signal, "mailbox full: timer")

    def add_cron(self, directive: ask.Cron) -> str | None:
        """Start or replace the schedule of a directive; what is wrong with it, if anything."""
        signal = directive.signal
        assert isinstance(signal, ask.SignalSpec)
        spec = Schedule(
            directive.id,
            signal.type,
            signal.data,
            cron=directive.cron,
            timezone=directive.timezone,
            subject=signal.subject,
        )
        try:
            self.schedules.add_dynamic(spec)
        except UsageError as error:
            return error.message
        return None
