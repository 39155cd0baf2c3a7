"""Stopping children: order, time limits, kills, and a machine that always ends."""

from __future__ import annotations

import pytest

from jido_cli.errors import InternalError
from jido_cli.supervision.answers import Ok
from jido_cli.supervision.effects import ArmTimer, CancelTimer, Exit, KillChild, TerminateChild
from jido_cli.supervision.events import (
    CallReceived,
    ChildExited,
    ChildStarted,
    CountChildrenCall,
    Event,
    RetryDue,
    StartChildCall,
    StartFailed,
    StartIgnored,
    StopRequested,
    TerminateChildCall,
    TimerFired,
)
from jido_cli.supervision.reasons import KILLED, NORMAL, SHUTDOWN, ExitReason, crash
from jido_cli.supervision.specs import Backoff, Shutdown, SupervisorFlags
from tests.supervision.driving import BOOM, Drive, child, short

FLAGS = SupervisorFlags()


def test_children_are_stopped_one_at_a_time_in_reverse_start_order() -> None:
    drive = Drive(FLAGS, [child("a"), child("b"), child("c")]).boot()
    drive.stubborn.add("b")
    assert drive.stop() == ["stop c", "limit 5000", "cancel", "stop b", "limit 5000"]
    assert drive.gone("b") == ["cancel", "stop a", "limit 5000", "cancel", "exit shutdown"]


@pytest.mark.parametrize("reason", [NORMAL, KILLED, ExitReason("shutdown", "x"), crash("x")])
def test_the_supervisor_exits_with_the_reason_it_was_told(reason: ExitReason) -> None:
    drive = Drive(FLAGS, [child("a")]).boot()
    drive.stop(reason)
    assert drive.effects[-1] == Exit(reason)


@pytest.mark.parametrize(
    ("shutdown", "type_", "want"),
    [
        ("brutal_kill", "worker", ["kill a"]),
        ("infinity", "worker", ["stop a"]),
        (0, "worker", ["stop a", "limit 0"]),
        (2000, "worker", ["stop a", "limit 2000"]),
        (None, "worker", ["stop a", "limit 5000"]),
        (None, "supervisor", ["stop a"]),
        (40, "supervisor", ["stop a", "limit 40"]),
    ],
)
def test_a_child_is_asked_within_its_time_or_killed(
    shutdown: Shutdown | None, type_: str, want: list[str]
) -> None:
    drive = Drive(FLAGS, [child("a", shutdown=shutdown, type=type_)]).boot()
    drive.stubborn.add("a")
    assert [word for word in drive.stop() if not word.startswith("exit")] == want


def test_a_child_that_does_not_stop_in_time_is_killed_and_waited_for() -> None:
    drive = Drive(FLAGS, [child("a", shutdown=40)]).boot()
    drive.stubborn.add("a")
    assert drive.stop() == ["stop a", "limit 40"]
    effects = drive.machine.handle(TimerFired(1), 0.04)
    assert effects == [KillChild(1)]
    assert drive.snapshot().awaited_exits == (1,)
    assert drive.machine.handle(ChildExited(1, KILLED), 0.05) == [Exit(SHUTDOWN)]


def test_no_time_at_all_means_to_be_asked_and_then_killed_when_the_timer_fires() -> None:
    drive = Drive(FLAGS, [child("a", shutdown=0)]).boot()
    drive.stubborn.add("a")
    assert drive.stop() == ["stop a", "limit 0"]
    assert drive.fire() == ["kill a", "exit shutdown"]


def test_whatever_reason_a_stopped_child_exits_with_it_is_crossed_off() -> None:
    drive = Drive(FLAGS, [child("a"), child("b")]).boot()
    drive.stubborn.add("b")
    drive.stop()
    assert short(drive.gone("b", crash("while stopping"))) == ["stop a", "exit shutdown"]


def test_a_child_that_is_dead_already_is_just_crossed_off() -> None:
    drive = Drive(FLAGS, [child("a"), child("b")]).boot()
    drive.mailbox.append(StopRequested(SHUTDOWN))
    assert short(drive.exits(("b", crash("x")), ("a", crash("y")))) == [
        "stop b",
        "stop a",
        "exit shutdown",
    ]


def test_children_without_a_process_are_passed_over() -> None:
    drive = Drive(FLAGS, [child("a"), child("b", "transient"), child("c")]).boot()
    drive.exit("b", NORMAL)
    assert short(drive.stop()) == ["stop c", "stop a", "exit shutdown"]


def test_nothing_is_forgotten_on_the_way_out() -> None:
    drive = Drive(FLAGS, [child("a"), child("t", "temporary")]).boot()
    assert short(drive.stop()) == ["stop t", "stop a", "exit shutdown"]


def test_dynamic_children_are_stopped_all_at_once_under_one_limit() -> None:
    drive = Drive(SupervisorFlags("dynamic"), [child("t", shutdown=100)]).boot()
    for ident in ("x", "y", "z"):
        drive.call(StartChildCall(id=ident))
    drive.trace.clear()
    drive.stubborn |= {"x", "y", "z"}
    assert drive.stop() == ["stop x", "stop y", "stop z", "limit 100"]
    assert drive.gone("y") == []
    assert drive.statuses() == {"x": "alive", "y": "undefined", "z": "alive"}
    assert drive.fire() == ["kill x", "kill z", "exit shutdown"]


def test_dynamic_children_are_killed_at_once_when_the_template_says_so() -> None:
    drive = Drive(SupervisorFlags("dynamic"), [child("t", shutdown="brutal_kill")]).boot()
    for ident in ("x", "y"):
        drive.call(StartChildCall(id=ident))
    drive.trace.clear()
    assert drive.stop() == ["kill x", "kill y", "exit shutdown"]


def test_a_dynamic_supervisor_without_living_children_exits_at_once() -> None:
    drive = Drive(SupervisorFlags("dynamic"), [child("t")]).boot()
    drive.call(StartChildCall(id="x"))
    drive.outcomes["x"] = ["hold"]
    drive.exit("x")
    drive.tell(StopRequested(SHUTDOWN))
    assert drive.release(StartFailed(2, BOOM)) == ["retry later", "exit shutdown"]
    assert drive.statuses() == {"x": "undefined"}


def test_a_timer_that_fired_too_late_changes_nothing() -> None:
    drive = Drive(FLAGS, [child("a"), child("b", shutdown=40)]).boot()
    drive.stubborn |= {"a", "b"}
    drive.stop()
    assert drive.gone("b") == ["cancel", "stop a", "limit 5000"]
    before = drive.snapshot()
    assert drive.machine.handle(TimerFired(1), 0.04) == []
    assert drive.snapshot() == before


def test_a_wait_that_is_over_while_a_child_stops_would_be_lost_too() -> None:
    slow = child("a", backoff=Backoff(initial_ms=100))
    drive = Drive(FLAGS, [slow, child("b")]).boot()
    drive.exit("a")
    drive.stubborn.add("b")
    drive.call_nowait(TerminateChildCall("b"))
    with pytest.raises(InternalError, match="TimerFired"):
        drive.machine.handle(TimerFired(1), 0.1)


def test_what_is_no_event_or_call_is_a_fault() -> None:
    drive = Drive(FLAGS, [child("a")])
    with pytest.raises(AssertionError):
        drive.machine.accepts("hello")  # type: ignore[arg-type]
    drive.boot()
    with pytest.raises(AssertionError):
        drive.machine.handle(CallReceived(1, "hello"), 0.0)  # type: ignore[arg-type]


LOST: list[Event] = [
    StopRequested(SHUTDOWN),
    CallReceived(1, CountChildrenCall()),
    RetryDue(1),
    ChildExited(1, BOOM),
]


@pytest.mark.parametrize("event", LOST)
def test_mail_that_would_be_lost_while_a_child_stops_is_refused(event: Event) -> None:
    drive = Drive(FLAGS, [child("a"), child("b")]).boot()
    drive.stubborn.add("b")
    drive.call_nowait(TerminateChildCall("b"))
    before = drive.snapshot()
    assert not drive.machine.accepts(event)
    with pytest.raises(InternalError, match="terminate_child"):
        drive.machine.handle(event, 0.0)
    assert drive.snapshot() == before


STRAY: list[Event] = [
    ChildExited(99, BOOM),
    TimerFired(99),
    ChildStarted(99),
    StartIgnored(99),
    StartFailed(99, BOOM),
]


@pytest.mark.parametrize("event", STRAY)
@pytest.mark.parametrize("moment", ["idle", "starting", "stopping"])
def test_facts_about_what_is_not_known_any_more_are_ignored(event: Event, moment: str) -> None:
    drive = Drive(FLAGS, [child("a"), child("b")]).boot()
    if moment == "starting":
        drive.outcomes["a"] = ["hold"]
        drive.exit("a")
    elif moment == "stopping":
        drive.stubborn.add("b")
        drive.stop()
    before = drive.snapshot()
    assert drive.machine.handle(event, 0.0) == []
    assert drive.snapshot() == before
    assert drive.machine.accepts(event) == (moment == "idle")


def test_after_its_exit_a_machine_ignores_everything() -> None:
    drive = Drive(FLAGS, [child("a")]).boot()
    drive.stop()
    before = drive.snapshot()
    assert before.phase == "exited"
    events = [*LOST, *STRAY, TimerFired(1)]
    assert [drive.machine.handle(event, 0.0) for event in events] == [[]] * len(events)
    assert drive.snapshot() == before


def test_a_terminated_child_stays_without_a_process() -> None:
    drive = Drive(FLAGS, [child("a"), child("b")]).boot()
    assert drive.call(TerminateChildCall("a")) == Ok()
    assert drive.effects == [
        TerminateChild(1, SHUTDOWN),
        ArmTimer(1, 5000),
        CancelTimer(1),
        drive.effects[-1],
    ]
    assert drive.statuses() == {"a": "undefined", "b": "alive"}
