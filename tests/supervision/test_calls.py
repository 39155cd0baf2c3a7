"""The child API: what each call answers in each state of a child."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jido_cli.supervision.answers import (
    AlreadyPresent,
    AlreadyStarted,
    Answer,
    BadSpec,
    ChildInfo,
    Children,
    Counts,
    Ignored,
    IsDynamic,
    MaxChildren,
    NotFound,
    Ok,
    Restarting,
    Running,
    SpecFound,
    Started,
    StartError,
)
from jido_cli.supervision.events import (
    Call,
    CountChildrenCall,
    DeleteChildCall,
    GetChildSpecCall,
    RestartChildCall,
    StartChildCall,
    StartFailed,
    TerminateChildCall,
    WhichChildrenCall,
)
from jido_cli.supervision.reasons import NORMAL
from jido_cli.supervision.specs import Backoff, SupervisorFlags
from jido_cli.supervision.validation import Problem
from tests.supervision.driving import BOOM, Drive, child, short

FLAGS = SupervisorFlags()
SLOW = Backoff(initial_ms=1000)


def static() -> Drive:
    """Return a supervisor with a child in each state: up, down, and waiting for its restart."""
    specs = [child("up"), child("down", "transient"), child("waiting", backoff=SLOW)]
    drive = Drive(FLAGS, specs).boot()
    drive.exit("down", NORMAL)
    drive.exit("waiting")
    return drive


def dynamic(*idents: str, flags: SupervisorFlags | None = None) -> Drive:
    drive = Drive(flags or SupervisorFlags("dynamic"), [child("job", "transient")]).boot()
    for ident in idents:
        drive.call(StartChildCall(id=ident, args=f"args of {ident}"))
    drive.trace.clear()
    return drive


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (StartChildCall(child("up")), AlreadyStarted(1)),
        (StartChildCall(child("down")), AlreadyPresent()),
        (StartChildCall(child("waiting")), AlreadyPresent()),
        (StartChildCall(child("new")), Started(4, "new")),
        (StartChildCall(), BadSpec(Problem("invalid_child_spec", None))),
        (RestartChildCall("up"), Running()),
        (RestartChildCall("down"), Started(4, "down")),
        (RestartChildCall("waiting"), Restarting()),
        (RestartChildCall("new"), NotFound()),
        (DeleteChildCall("up"), Running()),
        (DeleteChildCall("down"), Ok()),
        (DeleteChildCall("waiting"), Restarting()),
        (DeleteChildCall("new"), NotFound()),
        (TerminateChildCall("up"), Ok()),
        (TerminateChildCall("down"), Ok()),
        (TerminateChildCall("waiting"), Ok()),
        (TerminateChildCall("new"), NotFound()),
        (TerminateChildCall(), NotFound()),
        (GetChildSpecCall("up"), SpecFound(child("up", shutdown=5000))),
        (GetChildSpecCall("new"), NotFound()),
        (GetChildSpecCall(), NotFound()),
        (
            WhichChildrenCall(),
            Children(
                (
                    ChildInfo("up", "alive", "worker", 1),
                    ChildInfo("down", "undefined", "worker", 2),
                    ChildInfo("waiting", "restarting", "worker", 3),
                )
            ),
        ),
        (CountChildrenCall(), Counts(3, 1, 0, 3)),
    ],
)
def test_a_call_is_answered_by_the_state_of_the_child(call: Call, answer: Answer) -> None:
    assert static().call(call) == answer


def test_a_specification_is_checked_before_its_id_is_looked_up() -> None:
    wrong = child("up", "sometimes")  # type: ignore[arg-type]
    want = BadSpec(Problem("invalid_restart_type", "sometimes"))
    assert static().call(StartChildCall(wrong)) == want


def test_a_new_child_comes_last_in_start_order() -> None:
    drive = Drive(FLAGS, [child("a"), child("b")]).boot()
    drive.call(StartChildCall(child("c"), args=("x", 1)))
    assert drive.statuses() == {"a": "alive", "b": "alive", "c": "alive"}
    assert drive.snapshot().children[-1].args == ("x", 1)


def test_a_deleted_child_that_is_added_again_goes_to_the_end_and_a_restarted_one_stays() -> None:
    drive = Drive(FLAGS, [child("a"), child("b"), child("c")]).boot()
    drive.call(TerminateChildCall("a"))
    drive.call(DeleteChildCall("a"))
    drive.call(StartChildCall(child("a")))
    drive.call(TerminateChildCall("b"))
    drive.call(RestartChildCall("b"))
    assert short(drive.stop())[-4:] == ["stop a", "stop c", "stop b", "exit shutdown"]


def test_a_failing_start_adds_nothing() -> None:
    drive = static()
    drive.outcomes["new"] = ["fail"]
    assert drive.call(StartChildCall(child("new"))) == StartError(BOOM)
    assert drive.trace == ["start new", "forget new"]
    assert list(drive.statuses()) == ["up", "down", "waiting"]


def test_an_ignored_start_adds_a_child_without_a_process_but_not_a_temporary_one() -> None:
    drive = static()
    drive.outcomes |= {"x": ["ignore"], "y": ["ignore"]}
    assert drive.call(StartChildCall(child("x"))) == Ignored()
    assert drive.call(StartChildCall(child("y", "temporary"))) == Ignored()
    assert drive.trace == ["start x", "start y", "forget y"]
    assert list(drive.statuses()) == ["up", "down", "waiting", "x"]


def test_a_failing_or_ignored_restart_by_call_leaves_the_child_undefined() -> None:
    drive = static()
    drive.outcomes["down"] = ["fail", "ignore"]
    assert drive.call(RestartChildCall("down")) == StartError(BOOM)
    assert drive.call(RestartChildCall("down")) == Ignored()
    assert drive.trace == ["start down", "start down"]
    assert drive.statuses()["down"] == "undefined"


def test_calls_count_no_restart() -> None:
    drive = Drive(FLAGS, [child("a")]).boot()
    for call in (TerminateChildCall("a"), RestartChildCall("a"), StartChildCall(child("b"))):
        drive.call(call)
    assert drive.machine.window(0.0) == 0


def test_a_terminated_temporary_child_is_removed() -> None:
    drive = Drive(FLAGS, [child("t", "temporary")]).boot()
    assert drive.call(TerminateChildCall("t")) == Ok()
    assert short(drive.trace) == ["stop t", "forget t"]
    assert drive.statuses() == {}


def test_supervisors_are_counted_by_their_type_with_or_without_a_process() -> None:
    drive = Drive(FLAGS, [child("s", "transient", type="supervisor"), child("w")]).boot()
    drive.exit("s", NORMAL)
    assert drive.call(CountChildrenCall()) == Counts(2, 1, 1, 1)


def test_the_children_can_be_listed_at_any_time() -> None:
    drive = Drive(FLAGS, [child("a")]).boot()
    drive.outcomes["a"] = ["hold"]
    drive.exit("a")
    assert drive.machine.children() == (ChildInfo("a", "restarting", "worker", 1),)


def test_dynamic_children_share_the_template_and_keep_their_arguments() -> None:
    drive = dynamic("x")
    assert drive.exit("x") == ["restart x (1) with x", "start x"]
    (x,) = drive.snapshot().children
    assert (x.id, x.ref, x.process, x.args) == ("x", 2, 2, "args of x")
    assert x.spec == child("job", "transient")


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (StartChildCall(id="x"), AlreadyStarted(1)),
        (StartChildCall(), BadSpec(Problem("missing_id"))),
        (RestartChildCall("x"), IsDynamic()),
        (DeleteChildCall("x"), IsDynamic()),
        (TerminateChildCall("x"), Ok()),
        (TerminateChildCall("z"), NotFound()),
        (TerminateChildCall(ref=1), Ok()),
        (TerminateChildCall(ref=99, is_alive=True), NotFound()),
        (TerminateChildCall(ref=99, is_alive=False), Ok()),
        (WhichChildrenCall(), Children((ChildInfo("x", "alive", "worker", 1),))),
        (CountChildrenCall(), Counts(1, 1, 0, 1)),
    ],
)
def test_a_dynamic_supervisor_answers_its_own_way(call: Call, answer: Answer) -> None:
    assert dynamic("x").call(call) == answer


@pytest.mark.parametrize(
    ("call", "is_found"),
    [
        (GetChildSpecCall("job"), True),
        (GetChildSpecCall("x"), True),
        (GetChildSpecCall("z"), False),
        (GetChildSpecCall(), False),
        (GetChildSpecCall(ref=1, is_alive=True), True),
        (GetChildSpecCall(ref=99), True),
        (GetChildSpecCall(ref=99, is_alive=True), False),
    ],
)
def test_the_template_is_found_by_any_process_but_a_living_stranger(
    call: GetChildSpecCall, is_found: bool
) -> None:
    want = SpecFound(replace(child("job", "transient"), shutdown=5000)) if is_found else NotFound()
    assert dynamic("x").call(call) == want


def test_a_dynamic_supervisor_counts_its_children_by_the_templates_type() -> None:
    flags = SupervisorFlags("dynamic")
    drive = Drive(flags, [child("pool", type="supervisor")]).boot()
    assert drive.call(CountChildrenCall()) == Counts(1, 0, 0, 0)
    drive.call(StartChildCall(id="x"))
    assert drive.call(CountChildrenCall()) == Counts(1, 1, 1, 0)


def test_a_dynamic_child_vanishes_when_it_is_terminated_or_ends() -> None:
    drive = dynamic("x", "y", "z")
    drive.call(TerminateChildCall("x"))
    assert short(drive.trace) == ["stop x", "forget x"]
    drive.trace.clear()
    assert drive.exit("y", NORMAL) == ["forget y"]
    assert drive.statuses() == {"z": "alive"}


def test_a_dynamic_child_that_is_restarting_is_known_by_its_last_process() -> None:
    flags = SupervisorFlags("dynamic", max_restarts=9)
    drive = dynamic("x", "y", flags=flags)
    drive.outcomes["x"] = ["fail", "fail", "hold"]
    drive.exit("x")
    assert drive.held == 5
    drive.machine.handle(StartFailed(5, BOOM), 0.0)
    counts = Counts(1, 1, 0, 2)
    assert [drive.call(CountChildrenCall()), drive.call(StartChildCall(id="x"))] == [
        counts,
        AlreadyPresent(),
    ]
    drive.trace.clear()
    assert drive.call(TerminateChildCall(ref=1, is_alive=False)) == Ok()
    assert drive.trace == ["forget x"]
    assert drive.statuses() == {"y": "alive"}


def test_a_dynamic_start_that_is_ignored_or_fails_leaves_nothing() -> None:
    drive = dynamic()
    drive.outcomes |= {"x": ["ignore"], "y": ["fail"]}
    assert drive.call(StartChildCall(id="x")) == Ignored()
    assert drive.call(StartChildCall(id="y")) == StartError(BOOM)
    assert drive.trace == ["start x", "forget x", "start y", "forget y"]
    assert drive.statuses() == {}


def test_a_dynamic_child_whose_restart_is_ignored_vanishes() -> None:
    drive = dynamic("x")
    drive.outcomes["x"] = ["ignore"]
    assert drive.exit("x") == ["restart x (1) with x", "start x", "forget x"]
    assert drive.statuses() == {}


def test_a_dynamic_supervisor_takes_no_more_children_than_it_may() -> None:
    drive = dynamic("x", "y", flags=SupervisorFlags("dynamic", max_children=2))
    assert drive.call(StartChildCall(id="z")) == MaxChildren(2)
    drive.call(TerminateChildCall("x"))
    assert drive.call(StartChildCall(id="z")) == Started(3, "z")
