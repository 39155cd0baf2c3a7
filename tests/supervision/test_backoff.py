"""Backoff: restarts that wait, for which OTP has no example."""

from __future__ import annotations

import pytest

from jido_cli.supervision.answers import Ok, Restarting, Started
from jido_cli.supervision.backoff import Streak
from jido_cli.supervision.effects import ArmTimer
from jido_cli.supervision.events import (
    CallReceived,
    ChildExited,
    CountChildrenCall,
    RestartChildCall,
    RetryDue,
    StartChildCall,
    StartFailed,
    TerminateChildCall,
    TimerFired,
)
from jido_cli.supervision.reasons import NORMAL, crash
from jido_cli.supervision.snapshot import (
    ChildSnapshot,
    MachineSnapshot,
    StreakSnapshot,
)
from jido_cli.supervision.specs import Backoff, SupervisorFlags
from tests.supervision.driving import BOOM, Drive, child, short

SLOW = Backoff(initial_ms=100, max_ms=1000, factor=3)
MANY = 1000


def one(backoff: Backoff = SLOW, max_restarts: int = MANY) -> Drive:
    flags = SupervisorFlags("one_for_one", max_restarts=max_restarts, max_seconds=3600)
    return Drive(flags, [child("a", "transient", backoff=backoff), child("b")]).boot()


# --- how long ---


def test_each_restart_in_a_row_waits_longer_up_to_the_maximum() -> None:
    streak = Streak()
    assert [streak.extend(SLOW, 0.0) for _ in range(5)] == [100, 300, 900, 1000, 1000]


def test_a_first_wait_over_the_maximum_is_cut_too() -> None:
    assert Streak().extend(Backoff(initial_ms=500, max_ms=200), 0.0) == 200


def test_a_long_streak_does_not_overflow() -> None:
    streak = Streak()
    backoff = Backoff(initial_ms=100, max_ms=1000, factor=1e300)
    assert [streak.extend(backoff, 0.0) for _ in range(5000)][-1] == 1000


@pytest.mark.parametrize(
    ("reset_after_ms", "ran_s", "delay_ms"),
    [(500, 0.499, 300), (500, 0.5, 100), (None, 0.999, 300), (None, 1.0, 100)],
)
def test_a_child_that_ran_long_enough_begins_anew(
    reset_after_ms: int | None, ran_s: float, delay_ms: float
) -> None:
    backoff = Backoff(initial_ms=100, max_ms=1000, factor=3, reset_after_ms=reset_after_ms)
    streak = Streak()
    streak.extend(backoff, 10.0)
    streak.note_up(20.0)
    streak.note_up(20.4)  # started again by its group: no new beginning
    assert streak.extend(backoff, 20.0 + ran_s) == delay_ms


def test_the_wait_itself_is_no_quiet_time() -> None:
    streak = Streak()
    streak.extend(SLOW, 0.0)
    assert streak.extend(SLOW, 100.0) == 300
    streak.note_up(200.0)
    assert streak.extend(SLOW, 200.1) == 900
    assert streak.extend(SLOW, 300.0) == 1000


# --- one child ---


def test_a_restart_is_counted_at_once_and_the_child_starts_when_the_timer_fires() -> None:
    drive = one()
    assert drive.exit("a") == ["restart a (1) with a", "wait 100"]
    assert drive.statuses() == {"a": "waiting", "b": "alive"}
    assert drive.machine.window(drive.now) == 1
    assert drive.fire() == ["start a"]
    assert drive.statuses() == {"a": "alive", "b": "alive"}


def test_the_whole_state_while_a_child_waits() -> None:
    drive = one(Backoff(initial_ms=100, jitter=0.25, reset_after_ms=7000))
    drive.exit("a")
    a, b = (one_child.spec for one_child in drive.snapshot().children)
    assert drive.effects[-1] == ArmTimer(1, 100, 0.25, "a")
    assert drive.snapshot() == MachineSnapshot(
        phase="running",
        flags=SupervisorFlags("one_for_one", max_restarts=MANY, max_seconds=3600),
        children=(ChildSnapshot("a", "waiting", 1, 1, a), ChildSnapshot("b", "alive", 2, 2, b)),
        restarts=(0.0,),
        work=None,
        awaited_start=None,
        awaited_exits=(),
        stop_timer=None,
        retries=(),
        waits=((1, "a"),),
        streaks=(StreakSnapshot("a", 1, 200.0, None),),
    )
    drive.fire()
    assert drive.snapshot().streaks == (StreakSnapshot("a", 1, 200.0, 0.1),)


def test_while_a_child_waits_every_call_finds_it_restarting() -> None:
    drive = one()
    drive.exit("a")
    assert drive.call(RestartChildCall("a")) == Restarting()
    assert [info.liveness for info in drive.machine.children()] == ["restarting", "alive"]


def test_other_children_are_served_while_one_waits() -> None:
    drive = one()
    drive.exit("a")
    assert drive.exit("b") == ["restart b (2) with b", "start b"]


def test_terminate_child_cancels_the_wait_and_the_streak() -> None:
    drive = one()
    drive.exit("a")
    drive.fire()
    drive.exit("a")
    assert drive.call(TerminateChildCall("a")) == Ok()
    assert drive.trace == ["cancel"]
    assert drive.statuses()["a"] == "undefined"
    assert drive.snapshot().streaks == ()
    assert drive.call(RestartChildCall("a")) == Started(4, "a")


def test_an_orderly_exit_ends_the_streak() -> None:
    drive = one()
    drive.exit("a")
    drive.fire()
    drive.exit("a", NORMAL)
    assert drive.snapshot().streaks == ()


def test_a_shutdown_wins_over_the_wait() -> None:
    drive = one()
    drive.exit("a")
    assert short(drive.stop()) == ["stop b", "exit shutdown"]
    assert drive.timers == {}


def test_a_timer_that_was_cancelled_too_late_starts_nothing() -> None:
    drive = one()
    drive.exit("a")
    drive.call(TerminateChildCall("a"))
    drive.trace.clear()
    assert drive.tell(TimerFired(1)) == []


def test_the_window_holds_with_backoff_too() -> None:
    drive = one(max_restarts=1)
    drive.exit("a")
    drive.fire()
    want = ["give up a (2) max_restarts", "stop b", "exit shutdown"]
    assert short(drive.exit("a")) == want


def test_too_many_restarts_in_a_row_end_the_supervisor() -> None:
    drive = one(Backoff(initial_ms=100, give_up_after=2))
    for _ in range(2):
        drive.exit("a")
        drive.fire()
    assert short(drive.exit("a")) == ["give up a (3) give_up_after", "stop b", "exit shutdown"]


def test_a_start_that_fails_waits_as_well() -> None:
    drive = one()
    drive.outcomes["a"] = ["fail"]
    assert drive.exit("a") == ["restart a (1) with a", "wait 100"]
    assert drive.fire() == ["start a", "retry later", "restart a (2) with a", "wait 300"]
    assert drive.fire() == ["start a"]


def test_an_overtaken_retry_does_not_start_a_child_that_waits() -> None:
    flags = SupervisorFlags("rest_for_one", max_restarts=MANY)
    drive = Drive(flags, [child("a"), child("b", backoff=SLOW)]).boot()
    drive.exit("b")
    drive.outcomes["b"] = ["hold", "fail"]
    drive.fire()
    assert drive.exit("a") == []
    # The first retry lies behind the exit of a, whose group fails at b again: two retries.
    assert short(drive.release(StartFailed(3, BOOM))) == [
        "retry later",
        "restart a (2) with a b",
        "start a",
        "start b",
        "retry later",
        "restart b (3) with b",
        "wait 300",
    ]
    assert [event for event in drive.mailbox if isinstance(event, RetryDue)] == []
    assert drive.statuses() == {"a": "alive", "b": "waiting"}


def test_a_wait_that_is_over_while_another_child_starts_is_kept_by_the_runner() -> None:
    drive = one()
    drive.exit("a")
    drive.outcomes["b"] = ["hold"]
    drive.exit("b")
    assert not drive.machine.accepts(TimerFired(1))
    assert drive.fire() == []
    assert drive.release(StartFailed(3, BOOM)) == [
        "retry later",
        "start a",
        "restart b (3) with b",
        "start b",
    ]


# --- groups ---


def group(strategy: str = "one_for_all") -> Drive:
    flags = SupervisorFlags(strategy, max_restarts=MANY)  # type: ignore[arg-type]
    specs = [child("a"), child("b", backoff=SLOW), child("c")]
    return Drive(flags, specs).boot()


def test_a_group_is_stopped_first_then_waits_then_starts_in_order() -> None:
    drive = group()
    assert short(drive.exit("b")) == [
        "restart b (1) with a b c",
        "stop c",
        "stop a",
        "wait 100",
    ]
    assert drive.statuses() == {"a": "undefined", "b": "waiting", "c": "undefined"}
    assert drive.fire() == ["start a", "start b", "start c"]


def test_a_member_without_backoff_makes_nobody_wait() -> None:
    drive = group()
    assert short(drive.exit("a"))[0:3] == ["restart a (1) with a b c", "stop c", "stop b"]
    assert drive.statuses() == {"a": "alive", "b": "alive", "c": "alive"}


def test_an_earlier_child_of_rest_for_one_takes_the_waiting_one_with_it_at_once() -> None:
    drive = group("rest_for_one")
    drive.exit("b")
    assert drive.exit("a") == [
        "restart a (2) with a b c",
        "cancel",
        "start a",
        "start b",
        "start c",
    ]
    assert drive.timers == {}


def test_what_was_started_by_call_meanwhile_is_stopped_again_for_the_group() -> None:
    drive = group()
    drive.exit("b")
    assert drive.call(RestartChildCall("c")) == Started(4, "c")
    drive.trace.clear()
    assert short(drive.fire()) == ["stop c", "start a", "start b", "start c"]


def test_a_group_that_is_waiting_can_be_stopped() -> None:
    drive = group()
    drive.exit("b")
    assert drive.stop() == ["cancel", "exit shutdown"]


# --- dynamic ---


def test_dynamic_children_wait_each_for_itself() -> None:
    flags = SupervisorFlags("dynamic", max_restarts=MANY)
    drive = Drive(flags, [child("t", backoff=SLOW)]).boot()
    for ident in ("x", "y"):
        drive.call(StartChildCall(id=ident))
    drive.trace.clear()
    assert drive.exits(("x", crash("1")), ("y", crash("2"))) == [
        "restart x (1) with x",
        "wait 100",
        "restart y (2) with y",
        "wait 100",
    ]
    assert drive.call(TerminateChildCall(ref=1, is_alive=False)) == Ok()
    assert drive.trace == ["cancel", "forget x"]
    drive.trace.clear()
    assert drive.fire() == ["start y"]
    assert drive.statuses() == {"y": "alive"}


def test_a_dynamic_supervisor_with_a_waiting_child_stops_at_once() -> None:
    drive = Drive(SupervisorFlags("dynamic"), [child("t", backoff=SLOW)]).boot()
    drive.call(StartChildCall(id="x"))
    drive.exit("x")
    assert drive.stop() == ["cancel", "exit shutdown"]


def test_a_forgotten_child_leaves_no_streak() -> None:
    drive = Drive(SupervisorFlags("dynamic"), [child("t", "transient", backoff=SLOW)]).boot()
    drive.call(StartChildCall(id="x"))
    drive.exit("x")
    drive.fire()
    drive.exit("x", NORMAL)
    assert drive.snapshot().streaks == ()


def test_a_late_notice_about_a_waiting_childs_last_process_is_ignored() -> None:
    drive = one()
    drive.exit("a")
    assert drive.tell(ChildExited(1, BOOM), CallReceived(9, CountChildrenCall())) == []
    assert drive.statuses()["a"] == "waiting"
