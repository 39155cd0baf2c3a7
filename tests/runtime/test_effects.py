"""Effectful actions: they hold the mailbox and nothing else (runtime.md 9, 17)."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable

import pytest

from jido_cli.core.action import ActionError, action
from jido_cli.runtime.agents.calls import Answer
from jido_cli.runtime.supervising.starts import ErrorPolicy
from tests.helpers.actions import COUNT, Gate, State, add, doing
from tests.helpers.programs import agent, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld


def effectful(gate: Gate, **options: object) -> object:
    of = program("c", {"wait": gate.action, "add": add}, state=COUNT)
    return tree(agent("a", of, **options))


def test_the_mailbox_waits_while_state_and_inspect_answer(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(effectful(gate))
    world.tell("a", "add")
    world.cast("a", "wait")
    world.cast("a", "add")
    world.advance(1.0)
    assert world.state("a") == {"count": 1}
    node = world.port.node("a")
    running = node["running"]
    assert len(running.pop("command")) == 36
    assert (node["status"], running, node["mailbox"]) == (
        "running",
        {"action": "wait", "signal": "wait", "ms": 1000, "progress": None},
        1,
    )
    gate.open()
    world.settle()
    assert world.state("a") == {"count": 3}
    assert world.port.node("a")["running"] is None


def test_other_agents_go_on_meanwhile(boot: MakeWorld) -> None:
    gate = Gate()
    of = program("c", {"wait": gate.action, "add": add}, state=COUNT)
    world = boot(tree(agent("a", of), agent("b", of)))
    world.tell("a", "wait")
    world.tell("b", "add")
    assert (world.state("a"), world.state("b")) == ({"count": 0}, {"count": 1})


def test_a_failing_effect_is_a_failed_command(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(effectful(gate))
    asked = world.call("a", "wait")
    world.settle()
    gate.fail(ActionError("no line", code="down"))
    world.settle()
    answer = asked.result()
    assert answer.error is not None
    assert (answer.ok, answer.error.code, answer.state) == (False, "down", {"count": 0})


def test_several_effects_of_one_command_run_in_sequence_and_commit_once(boot: MakeWorld) -> None:
    first, second = Gate("first"), Gate("second")
    of = program("c", {"x": [first.action, add, second.action]}, state=COUNT)
    world = boot(tree(agent("a", of)))
    asked = world.call("a", "x")
    world.settle()
    assert (len(first.waiting), len(second.waiting)) == (1, 0)
    first.open()
    world.settle()
    assert (len(second.waiting), world.state("a"), asked.done()) == (1, {"count": 0}, False)
    second.open()
    world.settle()
    assert (asked.result().seq, world.state("a")) == (1, {"count": 3})


def test_a_polite_stop_cancels_the_effect_at_once(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(effectful(gate))
    asked = world.call("a", "wait")
    world.settle()
    assert world.order("stop", id="a")["status"] == "stopped"
    assert gate.cancelled == 1
    why = "root/a exited while its command ran: shutdown"
    answer = asked.result()
    assert (answer.ok, answer.outcome, answer.why) == (False, "unknown", why)
    assert answer.error is not None
    assert answer.error.code == "exited"
    assert world.dead_letters() == [("root/a", "wait", "exited: shutdown")]


def test_a_stop_directive_of_the_same_agent_does_not_wait_for_the_mail(boot: MakeWorld) -> None:
    from jido_cli.core.directives import Stop

    of = program("c", {"stop": doing(Stop()), "add": add}, state=COUNT)
    world = boot(tree(agent("a", of, restart="transient")))
    world.cast("a", "stop")
    world.cast("a", "add")
    world.settle()
    assert world.status("a") == "stopped"
    assert world.place("a").mail_depth == 1


def test_a_kill_is_reported_at_once_and_the_result_is_nobodys(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    world = boot(effectful(gate))
    asked = world.call("a", "wait")
    world.settle()
    world.place("a").process.kill()
    assert asked.result().outcome == "unknown"
    world.settle()
    assert (world.status("a"), world.place("a").generation) == ("running", 2)
    gate.open()
    world.settle()
    assert world.state("a") == {"count": 0}
    assert world.kernel.late == 1
    assert world.events("late") == [
        ("late", "root/a", "a result of wait came after the exit and was refused")
    ]


def test_a_stop_of_a_stubborn_effect_is_a_kill_when_its_time_is_over(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    world = boot(effectful(gate, shutdown=2000))
    world.tell("a", "wait")
    stopping = world.port.order("stop", {"id": "a"})
    world.settle()
    assert (world.status("a"), stopping.done()) == ("stopping", False)
    world.advance(2.0)
    assert stopping.result(timeout=0)["status"] == "stopped"
    assert world.port.node("a")["last_exit"]["reason"] == "killed"


def test_a_coroutine_that_survives_its_cancellation_is_a_zombie_as_long_as_it_lives(
    boot: MakeWorld,
) -> None:
    gate = Gate(stubborn=True)
    world = boot(effectful(gate))
    world.tell("a", "wait")
    world.place("a").process.kill()
    world.advance(0.2)
    (zombie,) = world.facts("zombie")
    assert zombie["path"] == "root/a"
    assert re.fullmatch(r".*/helpers/actions\.py:\d+ in _passed", zombie["data"]["stack"][-1])
    assert world.port.tree()["zombies"] == 1
    world.tell("a", "add")  # the engine keeps going
    assert world.state("a") == {"count": 1}
    gate.open()
    world.settle()
    assert world.port.tree()["zombies"] == 0
    assert world.events("zombie_gone") == [("zombie_gone", None, "a zombie of root/a ended")]


def test_as_long_as_a_zombie_lives_its_agent_and_the_engine_are_degraded(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    world = boot(effectful(gate))
    world.tell("a", "wait")
    world.place("a").process.kill()
    world.advance(0.2)
    tree_seen = world.port.tree()
    assert (tree_seen["engine"]["status"], tree_seen["counts"]["degraded"]) == ("degraded", 1)
    node = world.port.node("a")
    assert (node["status"], node["facts"]) == ("degraded", ["1 zombie"])
    assert world.port.ready()["ok"]  # it works: nothing that a balancer should know
    gate.open()
    world.settle()
    assert (world.status("a"), world.port.engine()["status"]) == ("running", "running")


def test_an_obedient_coroutine_is_no_zombie(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(effectful(gate))
    world.tell("a", "wait")
    world.place("a").process.kill()
    world.advance(1.0)
    assert world.events("zombie", "late") == []


def test_an_effect_over_its_timeout_is_a_failed_command_and_the_mail_goes_on(
    boot: MakeWorld,
) -> None:
    gate = Gate(timeout_s=2.0)
    world = boot(effectful(gate))
    asked = world.call("a", "wait")
    world.cast("a", "add")
    world.advance(1.9)
    assert not asked.done()
    world.advance(0.2)
    answer = asked.result()
    assert answer.error is not None
    assert (answer.error.message, answer.error.code, answer.error.retryable) == (
        "timeout after 2s",
        "timeout",
        True,
    )
    assert (gate.cancelled, world.state("a")) == (1, {"count": 1})


def test_a_result_that_comes_after_the_timeout_is_refused_and_counted(boot: MakeWorld) -> None:
    gate = Gate(timeout_s=2.0, stubborn=True)
    world = boot(effectful(gate))
    world.tell("a", "wait")
    world.advance(3.0)
    gate.open()
    world.settle()
    assert (world.state("a"), world.kernel.late) == ({"count": 0}, 1)
    assert [kind for kind, _, _ in world.events("zombie", "late", "zombie_gone")] == [
        "zombie",
        "late",
        "zombie_gone",
    ]


def test_an_action_that_cancels_itself_is_a_failed_command(boot: MakeWorld) -> None:
    @action
    async def cancel_me() -> None:
        raise asyncio.CancelledError

    world = boot(tree(agent("a", program("c", {"x": cancel_me, "add": add}, state=COUNT))))
    answer = world.ask("a", "x")
    assert answer.error is not None
    assert answer.error.message == "EffectCancelled: cancelled"
    world.tell("a", "add")
    assert world.state("a") == {"count": 1}


@pytest.mark.parametrize(
    ("error", "told"),
    [(SystemExit(3), "SystemExit: 3"), (KeyboardInterrupt(), "KeyboardInterrupt")],
)
@pytest.mark.usefixtures("own_interrupts")
def test_an_exit_in_an_effect_is_a_failed_command_and_does_not_end_the_engine(
    boot: MakeWorld, error: BaseException, told: str
) -> None:
    @action
    async def leave() -> None:
        raise error

    of = program("c", {"leave": leave, "add": add}, state=COUNT)
    world = boot(tree(agent("a", of)))
    answer = world.ask("a", "leave")
    assert answer.error is not None
    assert (answer.outcome, answer.error.message) == ("committed", told)
    world.tell("a", "add")
    assert (world.state("a"), world.place("a").restarts) == ({"count": 1}, 0)


def test_an_exit_after_an_effect_ends_the_agent_and_not_the_engine(boot: MakeWorld) -> None:
    @action
    async def quiet() -> None:
        return

    @action
    def leave() -> None:
        raise SystemExit(3)

    of = program("c", {"x": [quiet, leave], "add": add}, state=COUNT)
    world = boot(tree(agent("a", of)))
    assert world.ask("a", "x").outcome == "unknown"
    world.tell("a", "add")
    assert (world.state("a"), world.place("a").restarts) == ({"count": 1}, 1)
    assert world.port.node("a")["last_exit"]["reason"] == "crash(SystemExit: 3)"


# -- threads


def run_thread(world: World, asked: asyncio.Future[Answer]) -> Answer:
    with world.loop.hold():
        return world.loop.run_until_complete(asked)


def threaded(work: Callable[[], object], **options: object) -> object:
    @action(effect="thread", **options)
    def run() -> object:
        return work()

    return run


def test_a_thread_works_beside_the_loop_and_holds_the_mailbox(boot: MakeWorld) -> None:
    go = threading.Event()

    @action(effect="thread")
    def work(state: State) -> dict[str, object]:
        go.wait(10)
        return {"count": state["count"] + 10}

    world = boot(tree(agent("a", program("c", {"work": work, "add": add}, state=COUNT))))
    asked = world.call("a", "work")
    world.cast("a", "add")
    world.settle()
    assert world.state("a") == {"count": 0}
    go.set()
    assert run_thread(world, asked).state == {"count": 10}
    world.settle()
    assert world.state("a") == {"count": 11}


@pytest.mark.parametrize("error", [StopIteration("no more"), SystemExit(3), ValueError("no")])
def test_a_thread_that_dies_is_an_error_of_its_command(
    boot: MakeWorld, error: BaseException
) -> None:
    def work() -> None:
        raise error

    world = boot(tree(agent("a", program("c", {"x": threaded(work)}, state=COUNT))))
    answer = run_thread(world, world.call("a", "x", timeout_s=20.0))
    assert answer.error is not None
    assert (answer.ok, answer.outcome) == (False, "committed")
    assert answer.error.message.startswith(f"{type(error).__name__}: ")


def test_a_thread_cannot_be_ended_so_a_timed_out_one_is_a_zombie(boot: MakeWorld) -> None:
    go = threading.Event()

    def work() -> None:
        go.wait(10)

    world = boot(tree(agent("a", program("c", {"x": threaded(work, timeout_s=1.0)}))))
    asked = world.call("a", "x")
    world.advance(2.0)
    assert asked.result().error.message == "timeout after 1s"
    (zombie,) = world.facts("zombie")
    assert zombie["path"] == "root/a"
    assert any(re.search(r"test_effects\.py:\d+ in work", line) for line in zombie["data"]["stack"])
    (thread,) = world.kernel.zombies.alive
    go.set()
    with world.loop.hold():
        world.loop.run_until_complete(thread)
    assert (world.kernel.late, world.port.tree()["zombies"]) == (1, 0)


def test_an_effect_whose_agent_stops_on_errors_crashes_with_its_traceback(boot: MakeWorld) -> None:
    gate = Gate()
    of = program("c", {"wait": gate.action}, state=COUNT, on_error=ErrorPolicy("stop"))
    world = boot(tree(agent("a", of)))
    world.tell("a", "wait")
    gate.fail(ValueError("bad line"))
    world.settle()
    last = world.port.node("a")["last_exit"]
    assert (last["reason"], last["signal"]) == ("crash(ValueError: bad line)", "wait")
    assert last["frame"].startswith("helpers/actions.py")
