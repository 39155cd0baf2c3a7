"""Restarts by strategy: what goes with an exit, in which order, and how often."""

from __future__ import annotations

import pytest

from jido_cli.supervision.effects import (
    ArmTimer,
    CancelTimer,
    RestartCounted,
    StartChild,
    TerminateChild,
)
from jido_cli.supervision.events import ChildExited, ChildStarted, StopRequested
from jido_cli.supervision.reasons import KILLED, NORMAL, SHUTDOWN, ExitReason, crash
from jido_cli.supervision.snapshot import ChildSnapshot, MachineSnapshot, WorkSnapshot
from jido_cli.supervision.specs import Strategy, SupervisorFlags
from tests.supervision.driving import Drive, child, short

ABC = [child("a"), child("b"), child("c")]


def test_one_for_one_restarts_only_the_child_that_exited() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    assert drive.exit("b") == ["restart b (1) with b", "start b"]
    assert drive.statuses() == {"a": "alive", "b": "alive", "c": "alive"}


def test_one_for_all_stops_the_others_in_reverse_and_starts_all_in_order() -> None:
    drive = Drive(SupervisorFlags("one_for_all"), ABC).boot()
    assert short(drive.exit("b")) == [
        "restart b (1) with a b c",
        "stop c",
        "stop a",
        "start a",
        "start b",
        "start c",
    ]


def test_rest_for_one_leaves_those_before_alone() -> None:
    drive = Drive(SupervisorFlags("rest_for_one"), [*ABC, child("d")]).boot()
    assert short(drive.exit("b")) == [
        "restart b (1) with b c d",
        "stop d",
        "stop c",
        "start b",
        "start c",
        "start d",
    ]


def test_the_whole_state_of_a_group_restart_step_by_step() -> None:
    flags = SupervisorFlags("one_for_all", max_restarts=2)
    a, b = child("a"), child("b", "temporary")
    drive = Drive(flags, [a, b]).boot()
    machine = drive.machine

    def state(
        children: tuple[ChildSnapshot, ...], work: WorkSnapshot | None, **more: object
    ) -> MachineSnapshot:
        fields: dict[str, object] = {
            "awaited_start": None,
            "awaited_exits": (),
            "stop_timer": None,
            "retries": (),
            "waits": (),
            "streaks": (),
        }
        return MachineSnapshot("running", flags, children, (3.0,), work, **(fields | more))  # type: ignore[arg-type]

    assert machine.handle(ChildExited(1, crash("x")), 3.0) == [
        RestartCounted(1, "a", 1, ("a", "b")),
        TerminateChild(2, SHUTDOWN),
        ArmTimer(1, 5000),
    ]
    assert machine.snapshot() == state(
        (ChildSnapshot("a", "restarting", 1, 1, a), ChildSnapshot("b", "alive", 2, 2, b)),
        WorkSnapshot("group", "a", ("a",), ("a",), None, None, None),
        awaited_exits=(2,),
        stop_timer=1,
    )
    effects = machine.handle(ChildExited(2, SHUTDOWN), 3.0)
    assert effects[0] == CancelTimer(1)
    assert effects[2:] == [StartChild(3, "a", a)]
    assert machine.snapshot() == state(
        (ChildSnapshot("a", "undefined", 3, 1, a),),
        WorkSnapshot("group", "a", (), (), None, None, None),
        awaited_start=3,
    )
    assert machine.handle(ChildStarted(3), 3.0) == []
    assert machine.snapshot() == state((ChildSnapshot("a", "alive", 3, 3, a),), None)


@pytest.mark.parametrize("strategy", ["one_for_all", "rest_for_one"])
def test_temporary_members_of_a_group_are_stopped_and_removed(strategy: Strategy) -> None:
    drive = Drive(SupervisorFlags(strategy), [child("a"), child("t", "temporary"), child("c")])
    drive.boot()
    assert short(drive.exit("a")) == [
        "restart a (1) with a t c",
        "stop c",
        "stop t",
        "forget t",
        "start a",
        "start c",
    ]
    assert drive.statuses() == {"a": "alive", "c": "alive"}


def test_a_group_starts_members_that_had_ended_or_been_ignored_too() -> None:
    drive = Drive(SupervisorFlags("one_for_all"), [child("a"), child("b", "transient"), child("c")])
    drive.outcomes["c"] = ["ignore"]
    drive.boot()
    assert drive.exit("b", NORMAL) == []
    assert drive.statuses() == {"a": "alive", "b": "undefined", "c": "undefined"}
    assert short(drive.exit("a")) == ["restart a (1) with a b c", "start a", "start b", "start c"]


@pytest.mark.parametrize("strategy", ["one_for_one", "one_for_all", "rest_for_one"])
@pytest.mark.parametrize("reason", [NORMAL, SHUTDOWN, ExitReason("shutdown", "x")])
def test_an_orderly_exit_of_a_transient_child_touches_nobody(
    strategy: Strategy, reason: ExitReason
) -> None:
    drive = Drive(SupervisorFlags(strategy), [child("a", "transient"), child("b")]).boot()
    assert drive.exit("a", reason) == []
    assert drive.statuses() == {"a": "undefined", "b": "alive"}


@pytest.mark.parametrize("strategy", ["one_for_one", "one_for_all", "rest_for_one"])
def test_a_temporary_child_vanishes_on_any_exit_and_touches_nobody(strategy: Strategy) -> None:
    drive = Drive(SupervisorFlags(strategy), [child("a", "temporary"), child("b")]).boot()
    assert drive.exit("a", KILLED) == ["forget a"]
    assert drive.statuses() == {"b": "alive"}


def test_more_restarts_than_allowed_end_the_supervisor() -> None:
    drive = Drive(SupervisorFlags("one_for_one", max_restarts=1), ABC).boot()
    assert drive.exit("a") == ["restart a (1) with a", "start a"]
    assert short(drive.exit("b")) == [
        "give up b (2) max_restarts",
        "stop c",
        "stop a",
        "exit shutdown",
    ]


def test_no_restart_is_allowed_when_none_are() -> None:
    drive = Drive(SupervisorFlags("one_for_one", max_restarts=0), [child("a")]).boot()
    assert drive.exit("a") == ["give up a (1) max_restarts", "exit shutdown"]


def test_crashes_spaced_wider_than_the_period_never_exhaust_it() -> None:
    drive = Drive(SupervisorFlags("one_for_one", max_restarts=1, max_seconds=5), ABC).boot()
    traces = []
    for now in (0.0, 6.0, 12.0):
        drive.now = now
        traces.append(drive.exit("a"))
    assert traces == [["restart a (1) with a", "start a"]] * 3
    assert (drive.machine.window(12.0), drive.machine.window(17.5)) == (1, 0)


def test_a_group_restart_counts_once() -> None:
    drive = Drive(SupervisorFlags("one_for_all", max_restarts=1), ABC).boot()
    drive.exit("a")
    assert drive.machine.window(0.0) == 1


def test_a_group_restart_absorbs_the_exits_that_wait_behind_the_first() -> None:
    drive = Drive(SupervisorFlags("one_for_all", max_restarts=1), ABC).boot()
    trace = drive.exits(("a", crash("x")), ("c", KILLED))
    assert short(trace) == [
        "restart a (1) with a b c",
        "stop c",
        "stop b",
        "start a",
        "start b",
        "start c",
    ]
    assert drive.machine.window(0.0) == 1


def test_rest_for_one_handles_the_exit_of_an_earlier_child_afterwards() -> None:
    drive = Drive(SupervisorFlags("rest_for_one"), ABC).boot()
    assert short(drive.exits(("b", crash("x")), ("a", crash("y")))) == [
        "restart b (1) with b c",
        "stop c",
        "start b",
        "start c",
        "restart a (2) with a b c",
        "stop c",
        "stop b",
        "start a",
        "start b",
        "start c",
    ]


def test_an_exit_of_a_process_that_was_crossed_off_is_ignored() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    drive.exit("b")
    before = drive.snapshot()
    assert drive.tell(ChildExited(2, crash("late")), ChildExited(99, crash("unknown"))) == []
    assert drive.snapshot() == before


def test_a_restart_that_is_ignored_succeeded() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    drive.outcomes["b"] = ["ignore"]
    assert drive.exit("b") == ["restart b (1) with b", "start b"]
    assert drive.statuses() == {"a": "alive", "b": "undefined", "c": "alive"}


def test_an_order_to_stop_during_a_restart_waits_for_its_end() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    drive.outcomes["a"] = ["hold"]
    assert drive.exit("a") == ["restart a (1) with a", "start a"]
    assert drive.tell(StopRequested(SHUTDOWN)) == []
    assert short(drive.release(ChildStarted(4))) == ["stop c", "stop b", "stop a", "exit shutdown"]
