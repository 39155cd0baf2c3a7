"""Restarts that fail: the retry goes through the mailbox, and much can come before it."""

from __future__ import annotations

import pytest

from jido_cli.supervision.answers import AlreadyPresent, Ok, Restarting
from jido_cli.supervision.events import (
    Call,
    CallReceived,
    ChildStarted,
    DeleteChildCall,
    RestartChildCall,
    RetryDue,
    StartChildCall,
    StartFailed,
    StopRequested,
    TerminateChildCall,
)
from jido_cli.supervision.reasons import SHUTDOWN
from jido_cli.supervision.specs import Strategy, SupervisorFlags
from tests.supervision.driving import BOOM, Drive, child, short

ABC = [child("a"), child("b"), child("c")]


def failing(drive: Drive, ident: str, times: int) -> None:
    drive.outcomes[ident] = ["fail"] * times


def test_a_failed_restart_is_tried_again_and_counts_each_time() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    failing(drive, "b", 2)
    assert drive.exit("b") == [
        "restart b (1) with b",
        "start b",
        "retry later",
        "restart b (2) with b",
        "start b",
        "retry later",
        "restart b (3) with b",
        "start b",
    ]


def test_a_retry_over_the_limit_ends_the_supervisor() -> None:
    drive = Drive(SupervisorFlags("one_for_one", max_restarts=1), ABC).boot()
    failing(drive, "b", 9)
    assert short(drive.exit("b")) == [
        "restart b (1) with b",
        "start b",
        "retry later",
        "give up b (2) max_restarts",
        "stop c",
        "stop a",
        "exit shutdown",
    ]


def test_in_a_group_the_child_whose_start_failed_is_the_one_that_is_retried() -> None:
    drive = Drive(SupervisorFlags("rest_for_one"), [*ABC, child("d")]).boot()
    failing(drive, "c", 1)
    assert short(drive.exit("b")) == [
        "restart b (1) with b c d",
        "stop d",
        "stop c",
        "start b",
        "start c",
        "retry later",
        "restart c (2) with c d",
        "start c",
        "start d",
    ]


def test_while_the_retry_waits_the_rest_of_the_group_is_undefined() -> None:
    drive = Drive(SupervisorFlags("one_for_all"), ABC).boot()
    drive.outcomes["b"] = ["hold"]
    drive.exit("c")
    effects = drive.machine.handle(StartFailed(5, BOOM), 0.0)
    assert [type(effect).__name__ for effect in effects] == ["RetryLater"]
    assert drive.statuses() == {"a": "alive", "b": "restarting", "c": "undefined"}


def test_the_child_that_began_it_is_undefined_when_an_earlier_member_fails() -> None:
    drive = Drive(SupervisorFlags("one_for_all"), ABC).boot()
    drive.outcomes["a"] = ["hold"]
    drive.exit("c")
    drive.machine.handle(StartFailed(4, BOOM), 0.0)
    assert drive.statuses() == {"a": "restarting", "b": "undefined", "c": "undefined"}
    assert drive.call(RestartChildCall("a")) == Restarting()


def test_what_lies_in_the_mailbox_by_then_comes_before_the_retry() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    drive.outcomes["b"] = ["hold"]
    drive.exit("b")
    calls: list[Call] = [
        RestartChildCall("b"),
        DeleteChildCall("b"),
        StartChildCall(child("b")),
        TerminateChildCall("b"),
        DeleteChildCall("b"),
    ]
    assert drive.tell(*(CallReceived(n, call) for n, call in enumerate(calls))) == []
    assert drive.release(StartFailed(4, BOOM)) == ["retry later", "forget b"]
    assert drive.answers == {
        0: Restarting(),
        1: Restarting(),
        2: AlreadyPresent(),
        3: Ok(),
        4: Ok(),
    }
    assert drive.statuses() == {"a": "alive", "c": "alive"}


def test_a_stop_that_came_first_wins_over_the_retry() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    drive.outcomes["b"] = ["hold"]
    drive.exit("b")
    drive.tell(StopRequested(SHUTDOWN))
    want = ["retry later", "stop c", "stop a", "exit shutdown"]
    assert short(drive.release(StartFailed(4, BOOM))) == want
    assert drive.snapshot().retries == ()


def test_a_retry_of_a_child_that_was_terminated_does_nothing() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    drive.outcomes["b"] = ["hold"]
    drive.exit("b")
    drive.tell(CallReceived(1, TerminateChildCall("b")))
    assert drive.release(StartFailed(4, BOOM)) == ["retry later"]
    assert drive.statuses()["b"] == "undefined"
    assert drive.machine.window(0.0) == 1


def test_a_retry_of_a_child_that_another_restart_has_started_does_nothing() -> None:
    drive = Drive(SupervisorFlags("rest_for_one"), ABC).boot()
    drive.outcomes["c"] = ["hold"]
    drive.exit("c")
    drive.exit("a")
    assert short(drive.release(StartFailed(4, BOOM))) == [
        "retry later",
        "restart a (2) with a b c",
        "stop b",
        "start a",
        "start b",
        "start c",
    ]


def test_an_overtaken_retry_serves_a_later_failure_of_the_same_id() -> None:
    drive = Drive(SupervisorFlags("rest_for_one", max_restarts=9), ABC).boot()
    drive.outcomes["c"] = ["hold", "fail"]
    drive.exit("c")
    drive.exit("a")
    assert short(drive.release(StartFailed(4, BOOM))) == [
        "retry later",
        "restart a (2) with a b c",
        "stop b",
        "start a",
        "start b",
        "start c",
        "retry later",
        "restart c (3) with c",
        "start c",
    ]
    assert (drive.snapshot().retries, list(drive.mailbox)) == ((), [])


def test_a_retry_nobody_asked_for_does_nothing() -> None:
    drive = Drive(SupervisorFlags("one_for_one"), ABC).boot()
    assert drive.tell(RetryDue(2)) == []


def test_a_dynamic_child_that_was_started_anew_under_its_id_is_not_retried_for_the_old() -> None:
    drive = Drive(SupervisorFlags("dynamic"), [child("t")]).boot()
    drive.call(StartChildCall(id="x"))
    drive.outcomes["x"] = ["hold", "hold"]
    drive.exit("x")
    drive.tell(
        CallReceived(11, TerminateChildCall(id="x")), CallReceived(12, StartChildCall(id="x"))
    )
    assert drive.release(StartFailed(2, BOOM)) == ["retry later", "forget x", "start x"]
    assert drive.release(ChildStarted(3)) == []
    assert drive.statuses() == {"x": "alive"}


@pytest.mark.parametrize(
    ("strategy", "retry"),
    [
        ("one_for_all", ["restart c (2) with a b c", "stop b", "stop a", "start a", "start b"]),
        ("rest_for_one", ["restart c (2) with c"]),
    ],
)
def test_a_member_that_never_had_a_process_can_be_retried(
    strategy: Strategy, retry: list[str]
) -> None:
    drive = Drive(SupervisorFlags(strategy), ABC)
    drive.outcomes["c"] = ["ignore", "fail"]
    drive.boot()
    assert short(drive.exit("a")) == [
        "restart a (1) with a b c",
        "stop b",
        "start a",
        "start b",
        "start c",
        "retry later",
        *retry,
        "start c",
    ]
    assert drive.statuses() == {"a": "alive", "b": "alive", "c": "alive"}
