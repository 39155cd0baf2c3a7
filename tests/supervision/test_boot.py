"""The boot of a supervisor: checks, starts in order, and what a failure leaves behind."""

from __future__ import annotations

import pytest

from jido_cli.errors import InternalError
from jido_cli.supervision.effects import ArmTimer, BootDone, Exit, StartChild, TerminateChild
from jido_cli.supervision.events import (
    BootRequested,
    CallReceived,
    ChildExited,
    ChildStarted,
    StartChildCall,
    StartFailed,
)
from jido_cli.supervision.machine import Machine
from jido_cli.supervision.reasons import SHUTDOWN, ExitReason, crash
from jido_cli.supervision.snapshot import ChildSnapshot, MachineSnapshot, WorkSnapshot
from jido_cli.supervision.specs import SupervisorFlags
from jido_cli.supervision.validation import FailedChild, Problem
from tests.supervision.driving import BOOM, Drive, child

FLAGS = SupervisorFlags()
A, B = child("a"), child("b", "transient")


def test_the_whole_state_of_a_boot_step_by_step() -> None:
    machine = Machine(FLAGS, [A, B])

    def state(
        phase: str,
        a: tuple[str, int, int],
        b: tuple[str, int, int],
        start: tuple[str, ...] | None,
        awaited: int | None,
    ) -> MachineSnapshot:
        work = None if start is None else WorkSnapshot("boot", None, (), start, None, None, None)
        return MachineSnapshot(
            phase=phase,  # type: ignore[arg-type]
            flags=FLAGS,
            children=(
                ChildSnapshot("a", *a, A),  # type: ignore[arg-type]
                ChildSnapshot("b", *b, B),  # type: ignore[arg-type]
            ),
            restarts=(),
            work=work,
            awaited_start=awaited,
            awaited_exits=(),
            stop_timer=None,
            retries=(),
            waits=(),
            streaks=(),
        )

    assert machine.handle(BootRequested(), 0.0) == [StartChild(1, "a", A)]
    want = state("booting", ("undefined", 1, 0), ("undefined", 0, 0), ("b",), 1)
    assert machine.snapshot() == want
    assert machine.handle(ChildStarted(1), 0.0) == [StartChild(2, "b", B)]
    want = state("booting", ("alive", 1, 1), ("undefined", 2, 0), (), 2)
    assert machine.snapshot() == want
    assert machine.handle(ChildStarted(2), 0.0) == [BootDone()]
    assert machine.snapshot() == state("running", ("alive", 1, 1), ("alive", 2, 2), None, None)


def test_a_failed_start_stops_those_before_in_reverse_order_and_nothing_is_retried() -> None:
    drive = Drive(FLAGS, [child("a"), child("b"), child("c", "temporary"), child("d")])
    drive.outcomes["c"] = ["fail"]
    assert drive.tell(BootRequested()) == [
        "start a",
        "start b",
        "start c",
        "stop b",
        "limit 5000",
        "cancel",
        "stop a",
        "limit 5000",
        "cancel",
        "exit shutdown(failed_to_start_child: 'c', crash(boom))",
    ]
    assert drive.effects[-1] == Exit(ExitReason("shutdown", FailedChild("c", BOOM)))


def test_wrong_flags_are_found_before_wrong_specifications_and_before_any_start() -> None:
    flags = SupervisorFlags(max_seconds=0)
    wrong = child("a", restart="sometimes")  # type: ignore[arg-type]
    period = Problem("supervisor_data", Problem("invalid_period", 0))
    restart = Problem("start_spec", Problem("invalid_restart_type", "sometimes"))
    assert Machine(flags, [wrong]).handle(BootRequested(), 0.0) == [Exit(crash(period))]
    assert Machine(FLAGS, [A, wrong]).handle(BootRequested(), 0.0) == [Exit(crash(restart))]


def test_a_machine_whose_boot_was_refused_is_at_its_end() -> None:
    machine = Machine(SupervisorFlags(max_restarts=-1), [A])
    machine.handle(BootRequested(), 0.0)
    assert machine.snapshot().phase == "exited"
    assert machine.accepts(CallReceived(1, StartChildCall(A)))
    assert machine.handle(CallReceived(1, StartChildCall(A)), 0.0) == []


def test_an_ignored_child_stays_without_a_process_and_an_ignored_temporary_one_goes() -> None:
    drive = Drive(FLAGS, [child("a"), child("b", "temporary"), child("c")])
    drive.outcomes |= {"a": ["ignore"], "b": ["ignore"]}
    want = ["start a", "start b", "forget b", "start c", "up"]
    assert drive.tell(BootRequested()) == want
    assert drive.statuses() == {"a": "undefined", "c": "alive"}


def test_a_supervisor_without_children_is_up_at_once() -> None:
    assert Drive(FLAGS).tell(BootRequested()) == ["up"]


def test_a_dynamic_supervisor_starts_without_children() -> None:
    assert Drive(SupervisorFlags("dynamic"), [A]).tell(BootRequested()) == ["up"]


def test_before_its_boot_a_machine_accepts_nothing_else() -> None:
    machine = Machine(FLAGS, [A])
    assert machine.is_awaiting
    assert machine.accepts(BootRequested())
    assert not machine.accepts(ChildStarted(1))


def test_a_machine_boots_once() -> None:
    drive = Drive(FLAGS).boot()
    with pytest.raises(InternalError, match="BootRequested"):
        drive.machine.handle(BootRequested(), 0.0)


def test_a_child_that_dies_while_a_later_one_starts_is_handled_after_the_boot() -> None:
    drive = Drive(FLAGS, [A, B])
    drive.outcomes["b"] = ["hold"]
    assert drive.tell(BootRequested()) == ["start a", "start b"]
    assert drive.exit("a") == []
    assert drive.release(ChildStarted(2)) == ["up", "restart a (1) with a", "start a"]


def test_a_child_that_died_during_a_boot_that_fails_is_crossed_off() -> None:
    machine = Machine(FLAGS, [A, B])
    machine.handle(BootRequested(), 0.0)
    machine.handle(ChildStarted(1), 0.0)
    stop = machine.handle(StartFailed(2, BOOM), 0.0)
    assert stop == [TerminateChild(1, SHUTDOWN), ArmTimer(1, 5000)]
    assert machine.handle(ChildExited(1, crash("earlier")), 0.0)[1:] == [
        Exit(ExitReason("shutdown", FailedChild("b", BOOM)))
    ]
