"""The schedules of one incarnation of an agent: when they tick, and what becomes of each tick.

Cron follows the wall clock, intervals the monotonic one (runtime.md 6). Which slots are due is
decided in `core.slots`; here timers are armed and ticks are sent. A tick goes into the mailbox as
a call does, so that its end is known: each has an outcome that can be seen (runtime.md 21).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from jido_cli.core.cron import CronSchedule
from jido_cli.core.signals import Signal
from jido_cli.core.slots import CATCH_UP_MAX, GRACE_NS, Every, Rhythm, find_due
from jido_cli.core.values import freeze
from jido_cli.runtime.agents.calls import Answer, CallRequest
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.agents.schedule_record import ScheduleRecord, TickRecord
from jido_cli.runtime.supervising.crash_reports import describe_error
from jido_cli.runtime.supervising.starts import Schedule

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer

LOOK_AGAIN_S: Final = 60.0  # so late at most a clock that was set, or a machine that slept, is seen
EARLY_NS: Final = 1_000_000  # a loop may wake that much before a timer is due
BUSY: Final = "busy: the tick before is not done"


class ActiveSchedule:
    """A schedule at work: its rhythm, its timer, the ticks that wait for their turn."""

    __slots__ = ("base_ns", "handle", "is_declared", "next_ns", "record", "rhythm", "spec", "turns")

    def __init__(
        self, spec: Schedule, rhythm: Rhythm, record: ScheduleRecord, base_ns: int
    ) -> None:
        self.spec = spec
        self.rhythm = rhythm
        self.record = record
        self.base_ns = base_ns  # what is added to a slot to get wall time: 0 for cron
        self.is_declared = True
        self.next_ns: int | None = None
        self.handle: asyncio.TimerHandle | None = None
        self.turns: deque[tuple[Signal, TickRecord]] = deque()

    @property
    def is_cron(self) -> bool:
        """Whether it counts by the wall clock."""
        return self.spec.cron is not None

    @property
    def early_ns(self) -> int:
        """How much before a slot it may be dealt with: never so much that two are due at once."""
        every = self.spec.every_s
        return EARLY_NS if every is None else min(EARLY_NS, round(every * 1e9) // 2)


class Schedules:
    """The schedules of one incarnation, by name."""

    __slots__ = ("_all", "_server")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._all: dict[str, ActiveSchedule] = {}

    def __iter__(self) -> Iterator[ActiveSchedule]:
        return iter(list(self._all.values()))

    def __len__(self) -> int:
        return len(self._all)

    def find(self, name: str) -> ActiveSchedule | None:
        """Return the schedule *name*, if there is one."""
        return self._all.get(name)

    # -- life

    def start(self, specs: Iterable[Schedule]) -> None:
        """Start what the file declares; the place may remember each of them."""
        records = self._server.place.log.schedules
        for spec in specs:
            self._begin(self._active(spec, records.setdefault(spec.name, ScheduleRecord())))

    def add_dynamic(self, spec: Schedule) -> None:
        """Start what a directive asks for; one of the same name ends.

        Raises:
            UsageError: it has no rhythm; nothing has changed then.
        """
        schedule = self._active(spec, ScheduleRecord())
        schedule.is_declared = False
        self.cancel(spec.name)
        self._begin(schedule)

    def cancel(self, name: str) -> None:
        """End a schedule; none of that name is no error."""
        schedule = self._all.pop(name, None)
        if schedule is not None:
            self._end(schedule, "it was cancelled")

    def end(self) -> None:
        """End them all: the incarnation is over."""
        schedules, self._all = self._all, {}
        for schedule in schedules.values():
            self._end(schedule, "the agent ended")

    def _active(self, spec: Schedule, record: ScheduleRecord) -> ActiveSchedule:
        if spec.cron is not None:
            return ActiveSchedule(spec, CronSchedule(spec.cron, spec.timezone), record, 0)
        assert spec.every_s is not None
        kernel = self._server.kernel
        start_ns = round(kernel.monotonic() * 1e9)
        every = Every(start_ns, round(spec.every_s * 1e9))
        return ActiveSchedule(spec, every, record, kernel.wall_ns() - start_ns)

    def _begin(self, schedule: ActiveSchedule) -> None:
        record = schedule.record
        self._all[schedule.spec.name] = schedule
        is_known = schedule.is_cron and record.last_ns is not None
        if not is_known:  # an interval begins with its incarnation
            record.last_ns = self._now_ns(schedule)
            self._arm(schedule)
        elif not record.is_paused:
            self._look(schedule)  # slots may have passed since the life before

    def _end(self, schedule: ActiveSchedule, why: str) -> None:
        if schedule.handle is not None:
            schedule.handle.cancel()
            schedule.handle = None
        turns, schedule.turns = schedule.turns, deque()
        for _, tick in turns:
            self._skip(schedule, tick, why)

    # -- pausing, ticks by hand

    def pause(self, schedule: ActiveSchedule) -> bool:
        """Let it tick no more until it is resumed; whether that changes anything."""
        if schedule.record.is_paused:
            return False
        schedule.record.is_paused = True
        if schedule.handle is not None:
            schedule.handle.cancel()
        schedule.handle, schedule.next_ns = None, None
        place, name = self._server.place, schedule.spec.name
        events = self._server.kernel.events
        events.fact("paused", place, f"{name} ticks no more", schedule=name)
        return True

    def resume(self, schedule: ActiveSchedule) -> bool:
        """Let it tick again, from now on; whether that changes anything."""
        if not schedule.record.is_paused:
            return False
        schedule.record.is_paused = False
        schedule.record.last_ns = self._now_ns(schedule)
        self._arm(schedule)
        place, name = self._server.place, schedule.spec.name
        events = self._server.kernel.events
        events.fact("resumed", place, f"{name} ticks again", schedule=name)
        return True

    def run_now(self, schedule: ActiveSchedule) -> Signal:
        """Send a tick out of turn, whatever its condition and its rhythm say."""
        kernel = self._server.kernel
        now_ns = kernel.wall_ns()
        signal = self._signal(schedule, kernel.ids.next(now_ns // 1_000_000))
        tick = TickRecord(now_ns / 1e9, now_ns / 1e9, "waiting", why="by hand")
        schedule.record.newest.append(tick)
        self._send(schedule, signal, tick)
        return signal

    # -- time

    def _now_ns(self, schedule: ActiveSchedule) -> int:
        kernel = self._server.kernel
        return kernel.wall_ns() if schedule.is_cron else round(kernel.monotonic() * 1e9)

    def _delay_ns(self, schedule: ActiveSchedule, slot_ns: int) -> int:
        """Return how much later than its slot a tick comes: always the same for one slot."""
        jitter_ns = round(schedule.spec.jitter_s * 1e9)
        if not jitter_ns:
            return 0
        text = f"{self._server.source}/{schedule.spec.name}@{slot_ns + schedule.base_ns}"
        share = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
        return share * jitter_ns >> 64

    def _arm(self, schedule: ActiveSchedule) -> None:
        record = schedule.record
        if record.is_paused:
            return
        assert record.last_ns is not None
        slot_ns = schedule.rhythm.next_after(record.last_ns)
        due_ns = slot_ns + self._delay_ns(schedule, slot_ns)
        schedule.next_ns = due_ns + schedule.base_ns
        wait_s = (due_ns - self._now_ns(schedule)) / 1e9
        if schedule.is_cron:
            wait_s = min(wait_s, LOOK_AGAIN_S)
        schedule.handle = self._server.kernel.clock.call_later(wait_s, self._look, schedule)

    def _look(self, schedule: ActiveSchedule) -> None:
        """See which slots are due, deal with them, and wait for the next one."""
        record, now_ns = schedule.record, self._now_ns(schedule) + schedule.early_ns
        assert record.last_ns is not None
        if now_ns < record.last_ns:
            self._regressed(schedule, now_ns)
        jitter_ns = round(schedule.spec.jitter_s * 1e9)
        policy, grace_ns = schedule.spec.catch_up, GRACE_NS + jitter_ns
        due = find_due(schedule.rhythm, record.last_ns, now_ns, policy, grace_ns=grace_ns)
        if due.current is not None and due.current + self._delay_ns(schedule, due.current) > now_ns:
            until_ns = due.current - 1  # its jitter is not over: it is the next one
            due = find_due(schedule.rhythm, record.last_ns, until_ns, policy, grace_ns=grace_ns)
        record.last_ns = due.last
        if due.missed:
            self._missed(schedule, due.missed)
        for slot_ns in due.made_up:
            self._tick(schedule, slot_ns, is_made_up=True)
        if due.current is not None:
            self._tick(schedule, due.current, is_made_up=False, is_behind=bool(due.made_up))
        if self._all.get(schedule.spec.name) is schedule:  # a tick may have ended it
            self._arm(schedule)

    def _regressed(self, schedule: ActiveSchedule, now_ns: int) -> None:
        """The last slot lies in the future: the clock was set back; count from now on."""
        record = schedule.record
        assert record.last_ns is not None
        back_s = (record.last_ns - now_ns) / 1e9
        record.last_ns = now_ns
        place, name = self._server.place, schedule.spec.name
        text = f"{name}: the clock went back by {back_s:.0f}s or more, it counts from now"
        self._server.kernel.events.fact("clock.regressed", place, text, schedule=name)

    # -- ticks

    def _missed(self, schedule: ActiveSchedule, count: int) -> None:
        schedule.record.skipped += count
        more = "more than " if count > CATCH_UP_MAX else ""
        shown = min(count, CATCH_UP_MAX) if more else count
        ticks = "tick was" if shown == 1 and not more else "ticks were"
        self._tell_skipped(schedule, f"{more}{shown:,} {ticks} missed")

    def _tick(
        self,
        schedule: ActiveSchedule,
        slot_ns: int,
        *,
        is_made_up: bool,
        is_behind: bool = False,  # the ones that are made up for just now: it goes along with them
    ) -> None:
        record, spec = schedule.record, schedule.spec
        wall_ns = slot_ns + schedule.base_ns
        if wall_ns in record.slots:  # the clock was set back behind it
            record.skipped += 1
            self._tell_skipped(schedule, "it ticked for this slot before")
            return
        record.slots.append(wall_ns)
        now_ns = self._server.kernel.wall_ns()
        why = "caught up" if is_made_up else None
        tick = TickRecord(wall_ns / 1e9, now_ns / 1e9, "waiting", why=why)
        record.newest.append(tick)
        lineage = f"{self._server.source}/{spec.name}"
        ident = (wall_ns // 1_000_000, lineage, 0, 0, wall_ns % 1_000_000)
        signal = self._signal(schedule, ident)
        why_not = self._why_not(schedule, signal)
        if why_not is not None:
            self._skip(schedule, tick, why_not)
        elif not record.open or is_made_up or is_behind or spec.overlap == "allow":
            self._send(schedule, signal, tick)
        elif spec.overlap == "skip":
            self._skip(schedule, tick, BUSY)
        elif len(schedule.turns) >= CATCH_UP_MAX:
            self._skip(schedule, tick, f"busy: {CATCH_UP_MAX:,} ticks wait for their turn")
        else:
            schedule.turns.append((signal, tick))

    def _signal(
        self, schedule: ActiveSchedule, ident: int | tuple[int, str, int, int, int]
    ) -> Signal:
        spec, kernel = schedule.spec, self._server.kernel
        data = freeze(spec.data)
        return Signal(
            spec.signal_type, self._server.source, data, ident, spec.subject, kernel.wall_ns()
        )

    def _why_not(self, schedule: ActiveSchedule, signal: Signal) -> str | None:
        """Return why the condition of a tick lets it not pass, None if it does."""
        when = schedule.spec.when
        if when is None:
            return None
        try:
            holds = when(self._server.committed.state, signal)
        except Exception as error:  # noqa: BLE001 - the edge where expressions run
            return f"its condition failed: {describe_error(error)}"
        return None if holds is True else "its condition does not hold"

    def _send(self, schedule: ActiveSchedule, signal: Signal, tick: TickRecord) -> None:
        server, record = self._server, schedule.record
        kernel = server.kernel
        future: asyncio.Future[Answer] = kernel.loop.create_future()
        record.ticks += 1
        record.open += 1
        began = kernel.monotonic()
        future.add_done_callback(lambda done: self._done(schedule, tick, began, done.result()))
        request = CallRequest(signal, future, float("inf"))
        delivery = deliver(server.place, request)
        if delivery in ("blocked", "rejected"):
            why = "mailbox full: timer"
            kernel.dead_letters.add(server.place, signal, why)
        if delivery != "accepted":
            request.reply(Answer(False, 0, None, outcome="rejected", why=f"mailbox: {delivery}"))

    def _done(
        self, schedule: ActiveSchedule, tick: TickRecord, began: float, answer: Answer
    ) -> None:
        """A tick is over: note what came of it; the next one has its turn."""
        record = schedule.record
        record.open -= 1
        tick.ms = (self._server.kernel.monotonic() - began) * 1000
        if answer.ok:
            tick.outcome = "ok"
        else:
            record.failed += 1
            tick.outcome = "failed"
            tick.why = answer.why or (None if answer.error is None else answer.error.message)
        if schedule.turns and not record.open and self._server.is_alive:
            self._send(schedule, *schedule.turns.popleft())

    def _skip(self, schedule: ActiveSchedule, tick: TickRecord, why: str) -> None:
        tick.outcome, tick.why = "skipped", why
        schedule.record.skipped += 1
        self._tell_skipped(schedule, why)

    def _tell_skipped(self, schedule: ActiveSchedule, why: str) -> None:
        place, name = self._server.place, schedule.spec.name
        self._server.kernel.events.fact("skipped", place, f"{name}: {why}", schedule=name)
