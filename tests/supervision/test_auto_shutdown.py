"""Automatic shutdown: which exits of significant children end the supervisor."""

from __future__ import annotations

import pytest

from jido_cli.supervision.events import StartChildCall, TerminateChildCall
from jido_cli.supervision.reasons import NORMAL, SHUTDOWN, ExitReason, crash
from jido_cli.supervision.specs import Backoff, Restart, SupervisorFlags
from tests.supervision.driving import Drive, child, short

ANY = SupervisorFlags(auto_shutdown="any_significant")
ALL = SupervisorFlags(auto_shutdown="all_significant")
G = child("g", "transient", significant=True)
H = child("h", "temporary", significant=True)


@pytest.mark.parametrize(
    ("restart", "reason"),
    [("transient", NORMAL), ("transient", SHUTDOWN), ("temporary", crash("x"))],
)
def test_any_significant_child_that_stays_down_ends_the_supervisor(
    restart: Restart, reason: ExitReason
) -> None:
    drive = Drive(ANY, [child("a"), child("g", restart, significant=True), child("b")]).boot()
    forget = ["forget g"] if restart == "temporary" else []
    assert short(drive.exit("g", reason)) == [*forget, "stop b", "stop a", "exit shutdown"]


def test_a_significant_child_that_is_restarted_ends_nothing() -> None:
    drive = Drive(ANY, [G, child("a")]).boot()
    assert drive.exit("g", crash("x")) == ["restart g (1) with g", "start g"]


def test_a_child_that_is_not_significant_ends_nothing() -> None:
    drive = Drive(ANY, [G, child("a", "transient")]).boot()
    assert drive.exit("a", NORMAL) == []


def test_all_significant_waits_for_the_last_of_them() -> None:
    drive = Drive(ALL, [child("a"), G, H]).boot()
    assert drive.exit("g", NORMAL) == []
    assert short(drive.exit("h", NORMAL)) == ["forget h", "stop a", "exit shutdown"]


def test_a_terminated_significant_child_triggers_nothing_and_no_longer_counts() -> None:
    drive = Drive(ALL, [child("a"), G, H]).boot()
    drive.call(TerminateChildCall("g"))
    drive.trace.clear()
    assert short(drive.exit("h", NORMAL)) == ["forget h", "stop a", "exit shutdown"]


def test_a_significant_child_that_is_restarting_counts_as_running() -> None:
    slow = child("g", "transient", significant=True, backoff=Backoff(initial_ms=1000))
    drive = Drive(ALL, [slow, H]).boot()
    drive.exit("g", crash("x"))
    assert drive.exit("h", NORMAL) == ["forget h"]
    assert drive.fire() == ["start g"]
    assert short(drive.exit("g", NORMAL)) == ["exit shutdown"]


def test_a_significant_member_removed_by_a_group_restart_triggers_nothing() -> None:
    flags = SupervisorFlags("one_for_all", auto_shutdown="any_significant")
    drive = Drive(flags, [child("a"), H]).boot()
    want = ["restart a (1) with a h", "stop h", "forget h", "start a"]
    assert short(drive.exit("a")) == want


def test_a_dynamic_supervisor_of_significant_children_ends_with_the_last_child() -> None:
    flags = SupervisorFlags("dynamic", auto_shutdown="all_significant")
    drive = Drive(flags, [G]).boot()
    for ident in ("x", "y"):
        drive.call(StartChildCall(id=ident))
    drive.trace.clear()
    assert drive.exit("x", NORMAL) == ["forget x"]
    assert drive.exit("y", NORMAL) == ["forget y", "exit shutdown"]


def test_a_significant_child_over_the_limit_ends_the_supervisor_as_any_other() -> None:
    flags = SupervisorFlags(max_restarts=0, auto_shutdown="all_significant")
    drive = Drive(flags, [child("a"), G]).boot()
    want = ["give up g (1) max_restarts", "stop a", "exit shutdown"]
    assert short(drive.exit("g", crash("x"))) == want
