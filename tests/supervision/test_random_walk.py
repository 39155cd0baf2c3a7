"""Seeded random walks: what holds for every machine, whatever comes and in whatever order.

The surroundings are hostile but lawful: starts fail, are ignored or take their time, children die
at any moment, ignore an order to stop until they are killed, notices wait in the mailbox while
calls and orders to stop arrive. After each event the laws are checked.
"""

from __future__ import annotations

import random
from collections import deque

import pytest

from jido_cli.supervision.effects import (
    ArmTimer,
    BootDone,
    CancelTimer,
    Effect,
    Exit,
    ForgetChild,
    GaveUp,
    KillChild,
    Reply,
    RestartCounted,
    RetryLater,
    StartChild,
    TerminateChild,
)
from jido_cli.supervision.events import (
    BootRequested,
    Call,
    CallReceived,
    ChildExited,
    ChildStarted,
    CountChildrenCall,
    DeleteChildCall,
    Event,
    RestartChildCall,
    RetryDue,
    StartChildCall,
    StartFailed,
    StartIgnored,
    StopRequested,
    TerminateChildCall,
    TimerFired,
    WhichChildrenCall,
)
from jido_cli.supervision.machine import Machine
from jido_cli.supervision.reasons import KILLED, NORMAL, SHUTDOWN, ExitReason, crash
from jido_cli.supervision.specs import (
    AutoShutdown,
    Backoff,
    ChildSpec,
    Restart,
    Shutdown,
    Strategy,
    SupervisorFlags,
)

STRATEGIES: tuple[Strategy, ...] = ("one_for_one", "one_for_all", "rest_for_one", "dynamic")
IDS = ("a", "b", "c", "d", "e")
REASONS = (NORMAL, SHUTDOWN, ExitReason("shutdown", "x"), KILLED, crash("x"))
STEPS = 400


class Walk:
    """One machine, its surroundings, and what must hold."""

    def __init__(self, strategy: Strategy, seed: int) -> None:
        self.random = random.Random(f"{strategy} {seed}")
        self.flags = SupervisorFlags(
            strategy,
            max_restarts=self.random.choice((0, 3, 10, 1000, 1000)),
            max_seconds=self.random.choice((1, 5, 60)),
            auto_shutdown=self.auto_shutdown(),
        )
        count = 1 if strategy == "dynamic" else self.random.randrange(5)
        self.machine = Machine(self.flags, [self.spec(ident) for ident in IDS[:count]])
        self.now = 0.0
        self.mailbox: deque[Event] = deque([BootRequested()])
        self.starting: tuple[int, str] | None = None
        self.living: dict[int, str] = {}  # processes, by ref
        self.dying: set[int] = set()  # asked to stop
        self.gone: set[int] = set()  # refs of processes that ended
        self.timers: dict[int, float] = {}
        self.counted: list[float] = []
        self.calls = 0
        self.unanswered: set[int] = set()
        self.order: list[str] = []  # ids in start order, before the first of those was stopped
        self.stopped: list[str] = []  # ids told to stop in the work at hand
        self.is_stopping = False
        self.reason: ExitReason | None = None  # of the machine's exit

    def auto_shutdown(self) -> AutoShutdown:
        choices: list[AutoShutdown] = ["never", "never", "any_significant", "all_significant"]
        choices += ["never", "never"]
        return self.random.choice(choices)

    def spec(self, ident: str) -> ChildSpec:
        restarts: tuple[Restart, ...] = ("permanent", "permanent", "transient", "temporary")
        shutdowns: tuple[Shutdown, ...] = ("brutal_kill", "infinity", 0, 40, 5000)
        restart = self.random.choice(restarts)
        is_significant = self.flags.auto_shutdown != "never" and restart != "permanent"
        backoff = Backoff(
            self.random.choice((0, 100)),
            reset_after_ms=self.random.choice((None, 500)),
            give_up_after=self.random.choice((None, None, 3)),
        )
        return ChildSpec(
            ident,
            ident,
            restart,
            self.random.choice(shutdowns),
            significant=is_significant and self.random.random() < 0.5,
            backoff=backoff if self.random.random() < 0.3 else None,
        )

    # --- what may happen next ---

    def step(self) -> None:
        """Let one thing happen: mail is handled, or the world moves."""
        moves = [self.deliver, self.deliver, self.deliver, self.answer_start, self.pass_time]
        moves += [self.child_dies, self.obey, self.call]
        if self.random.random() < 0.005:
            moves.append(self.order_stop)
        self.random.choice(moves)()

    def deliver(self) -> None:
        event = next((e for e in self.mailbox if self.machine.accepts(e)), None)
        if event is not None:
            self.mailbox.remove(event)
            self.handle(event)

    def answer_start(self) -> None:
        if self.starting is None:
            return
        (ref, ident), self.starting = self.starting, None
        luck = self.random.random()
        if self.machine.snapshot().phase == "booting" and self.random.random() < 0.8:
            luck = 1.0  # most boots are to succeed
        if luck < 0.2:
            self.mailbox.append(StartFailed(ref, crash("boom")))
        elif luck < 0.3:
            self.mailbox.append(StartIgnored(ref))
        else:
            self.living[ref] = ident
            self.mailbox.append(ChildStarted(ref))

    def pass_time(self) -> None:
        self.now += self.random.choice((0.01, 0.1, 0.5, 2.0))
        for timer in [t for t, due in self.timers.items() if due <= self.now]:
            del self.timers[timer]
            self.mailbox.append(TimerFired(timer))

    def child_dies(self) -> None:
        if self.living:
            self.end(self.random.choice(list(self.living)), self.random.choice(REASONS))

    def obey(self) -> None:
        if self.dying:
            self.end(self.random.choice(sorted(self.dying)), SHUTDOWN)

    def end(self, ref: int, reason: ExitReason) -> None:
        if self.living.pop(ref, None) is not None:
            self.dying.discard(ref)
            self.gone.add(ref)
            self.mailbox.append(ChildExited(ref, reason))

    def call(self) -> None:
        ident = self.random.choice(IDS)
        ref = self.random.choice([*self.living, *self.gone, 0])
        is_dynamic = self.flags.strategy == "dynamic"
        choices: list[Call] = [
            StartChildCall(id=ident) if is_dynamic else StartChildCall(self.spec(ident)),
            TerminateChildCall(ref=ref, is_alive=ref in self.living)
            if is_dynamic
            else TerminateChildCall(ident),
            RestartChildCall(ident),
            DeleteChildCall(ident),
            WhichChildrenCall(),
            CountChildrenCall(),
        ]
        self.calls += 1
        self.unanswered.add(self.calls)
        self.mailbox.append(CallReceived(self.calls, self.random.choice(choices)))

    def order_stop(self) -> None:
        self.mailbox.append(StopRequested(SHUTDOWN))

    def finish(self) -> None:
        """Tell the machine to stop, let nothing new happen, and see it end."""
        self.order_stop()
        for _ in range(1000):
            if self.reason is not None:
                return
            self.answer_start()
            for ref in sorted(self.dying):
                self.end(ref, SHUTDOWN)
            self.deliver()
        raise AssertionError(f"did not end: {self.machine.snapshot()}")

    # --- what must hold ---

    def handle(self, event: Event) -> None:
        assert self.reason is None
        if isinstance(event, StopRequested):
            self.is_stopping = True
        before = self.machine.snapshot()
        if before.work is None:
            self.stopped = []
        if not self.stopped:
            self.order = [child.id for child in before.children]
        for effect in self.machine.handle(event, self.now):
            assert self.reason is None, "something follows the exit"
            self.perform(effect)
        self.check()

    def perform(self, effect: Effect) -> None:
        match effect:
            case StartChild(ref, ident):
                assert not self.is_stopping, "a start while stopping"
                assert self.starting is None, "two starts at a time"
                assert ident not in self.living.values(), "two processes of one child"
                self.starting = (ref, ident)
            case TerminateChild(ref) | KillChild(ref):
                self.told_to_stop(ref, is_kill=isinstance(effect, KillChild))
            case ArmTimer(timer, delay_ms):
                self.timers[timer] = self.now + delay_ms / 1000
            case CancelTimer(timer):
                self.timers.pop(timer, None)
            case RetryLater(ref):
                self.mailbox.append(RetryDue(ref))
            case RestartCounted(used=used):
                self.counted.append(self.now)
                recent = [t for t in self.counted if t >= self.now - self.flags.max_seconds]
                assert used == len(recent) <= self.flags.max_restarts
            case GaveUp(used=used, limit=limit):
                self.is_stopping = True
                assert limit == "give_up_after" or used == self.flags.max_restarts + 1
            case Reply(call_id):
                self.unanswered.remove(call_id)
            case Exit(reason):
                self.reason = reason
                assert not self.living
                assert self.starting is None
            case ForgetChild() | BootDone():
                pass

    def told_to_stop(self, ref: int, *, is_kill: bool) -> None:
        ident = self.living.get(ref)
        if ident is not None:
            self.dying.add(ref)
        if ident is None or (is_kill and ident in self.stopped):
            if is_kill:
                self.end(ref, KILLED)
            return
        if self.flags.strategy != "dynamic":
            if self.stopped:
                places = {one: place for place, one in enumerate(self.order)}
                assert places[ident] < places[self.stopped[-1]], "not in reverse start order"
            others = self.dying - {ref}
            assert not others, "a child is stopped before the one after it is gone"
        self.stopped.append(ident)
        if is_kill:
            self.end(ref, KILLED)

    def check(self) -> None:
        """Check the whole state against what the surroundings know."""
        state = self.machine.snapshot()
        alive = {child.process: child.id for child in state.children if child.status == "alive"}
        noticed = {e.ref for e in self.mailbox if isinstance(e, ChildExited)}
        starting = {e.ref for e in self.mailbox if isinstance(e, ChildStarted)}
        assert set(alive) >= set(self.living) - starting
        assert set(alive) <= set(self.living) | noticed
        assert self.machine.is_awaiting == bool(state.awaited_start or state.awaited_exits)
        assert not (state.awaited_start and state.awaited_exits)
        assert (state.work is None) == (not self.machine.is_awaiting)
        waiting = [child.id for child in state.children if child.status == "waiting"]
        assert sorted(ident for _, ident in state.waits) == sorted(waiting)
        assert {timer for timer, _ in state.waits} <= set(self.timers) | {
            e.timer for e in self.mailbox if isinstance(e, TimerFired)
        }
        retried = {e.ref for e in self.mailbox if isinstance(e, RetryDue)}
        if state.phase == "running":
            assert {ref for ref, _ in state.retries} == retried
            restarting = {child.id for child in state.children if child.status == "restarting"}
            promised = {ident for _, ident in state.retries}
            assert state.work is not None or restarting <= promised, "a restart nobody will do"
        self.check_counts()

    def check_counts(self) -> None:
        table = self.machine._state.table
        children = list(table)
        assert table.active == sum(child.status == "alive" for child in children)
        assert table.significant == sum(
            child.spec.significant and child.status != "undefined" for child in children
        )
        for process, child in table.by_process.items():
            assert child.process == process
            assert table.by_id[child.id] is child
        assert all(
            table.by_process[child.process] is child
            for child in children
            if child.status == "alive"
        )


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("chunk", range(8))
def test_the_laws_hold_on_every_walk(strategy: Strategy, chunk: int) -> None:
    for seed in range(chunk * 25, chunk * 25 + 25):
        walk = Walk(strategy, seed)
        for _ in range(STEPS):
            if walk.reason is not None:
                break
            walk.step()
        else:
            walk.finish()


def test_the_walks_reach_what_they_are_for() -> None:
    seen: set[type] = set()

    class Watched(Walk):
        def perform(self, effect: Effect) -> None:
            seen.add(type(effect))
            super().perform(effect)

    for strategy in STRATEGIES:
        for seed in range(12):
            walk = Watched(strategy, seed)
            for _ in range(STEPS):
                if walk.reason is None:
                    walk.step()
    assert seen == {
        StartChild,
        TerminateChild,
        KillChild,
        ForgetChild,
        ArmTimer,
        CancelTimer,
        RetryLater,
        RestartCounted,
        GaveUp,
        Reply,
        BootDone,
        Exit,
    }
