"""Edges of the runner, attempts and instructions that no other page is about."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal as signal_module
from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.core.directives import Emit, RunInstruction, SpawnAgent
from jido_cli.runtime.garbage import tune
from jido_cli.runtime.hearing import patterns_of
from jido_cli.runtime.supervising.attempts import StartAttempt, StartIgnored, StartRefused
from jido_cli.runtime.supervising.service import ServiceContext
from jido_cli.runtime.supervising.starts import MailboxPolicy
from jido_cli.supervision.answers import Ok
from jido_cli.supervision.events import TerminateChildCall
from jido_cli.supervision.reasons import SHUTDOWN, crash
from tests.helpers.actions import COUNT, Gate, add, boom, doing, note
from tests.helpers.programs import ErrorPolicy, agent, backoff, program, service, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

FRAIL = program("f", {"add": add, "boom": boom}, state=COUNT, on_error=ErrorPolicy("stop"))


# -- supervisors


def test_a_suspended_supervisor_holds_its_mailbox_in_order(boot: MakeWorld) -> None:
    world = boot(tree(sup("s", tree(agent("a", FRAIL), agent("b", FRAIL)))))
    runner = world.runner("s")
    runner.suspend()
    answers: list[object] = []
    runner.call(TerminateChildCall("a"), answers.append)
    runner.call(TerminateChildCall("b"), answers.append)
    world.tell("a", "boom")
    assert (runner.mail_depth, answers, world.status("a")) == (3, [], "failed")
    runner.resume()
    world.settle()
    assert (runner.mail_depth, answers) == (0, [Ok(), Ok()])
    assert world.place("a").restarts == 0


def test_an_exit_whose_notice_waits_is_found_by_a_stop(boot: MakeWorld) -> None:
    """OTP's selective receive: the supervisor does not wait for who is dead already."""
    world = boot(tree(agent("a", FRAIL), sup("s", tree(agent("b", FRAIL), agent("c", FRAIL)))))
    runner = world.runner("s")
    runner.suspend()
    world.place("c").process.kill()
    world.place("b").process.kill()
    runner.terminate(SHUTDOWN)
    runner.resume()
    world.settle()
    assert world.status("s") in ("running", "stopped")
    world.begin_shutdown()
    assert world.end() is not None


def test_a_dead_supervisor_answers_calls_with_nobody(boot: MakeWorld) -> None:
    world = boot(tree(sup("s", tree(agent("a", FRAIL)), restart="temporary")))
    runner = world.runner("s")
    runner.kill()
    runner.kill()
    answers: list[object] = []
    runner.call(TerminateChildCall("a"), answers.append)
    assert answers == [None]


def test_a_backoff_with_jitter_waits_within_its_spread(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", FRAIL, backoff=backoff(1000, jitter=0.5))))
    world.kernel.random = lambda: 1.0
    world.tell("a", "boom")
    world.advance(1.4)
    assert world.status("a") == "backing_off"
    world.advance(0.2)
    assert world.status("a") == "running"


def test_places_that_wait_in_a_backoff_are_stopped_with_their_supervisor(boot: MakeWorld) -> None:
    world = boot(
        tree(
            sup("s", tree(agent("a", FRAIL, backoff=backoff(5000))), restart="temporary"),
            agent("b", FRAIL),
        )
    )
    world.tell("a", "boom")
    place = world.place("a")
    world.order("stop", id="s")
    assert place.status == "stopped"
    world.advance(10.0)
    assert place.process is None


# -- attempts


def test_a_hook_that_waits_may_refuse_or_leave_out(boot: MakeWorld) -> None:
    verdicts: list[Exception | None] = [None, StartIgnored(), StartRefused(crash("no")), None]
    gates: list[asyncio.Future[None]] = []

    def hook(attempt: StartAttempt) -> Any:
        if attempt.place.id != "a":
            return None

        async def wait(verdict: Exception | None) -> None:
            gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            gates.append(gate)
            await gate
            if verdict is not None:
                raise verdict

        return wait(verdicts.pop(0))

    world: World
    root = tree(agent("b", FRAIL), sup("s", tree(agent("a", FRAIL)), restart="temporary"))
    world = World(root, start_hook=hook)
    with contextlib.closing(world):
        world.begin_boot()
        gates[0].set_result(None)
        world.settle()
        assert world.status("a") == "running"
        world.order("kill", id="a")
        gates[1].set_result(None)
        world.settle()
        assert world.status("a") == "stopped"
        starting = world.port.order("start", {"id": "a"})
        world.settle()
        gates[2].set_result(None)
        world.settle()
        assert starting.exception(timeout=0) is not None
        assert world.status("a") == "failed"


# -- services


def test_a_service_knows_its_place_and_arguments(boot: MakeWorld) -> None:
    seen: list[Any] = []

    async def run(ctx: ServiceContext) -> None:
        seen.append((ctx.path, ctx.generation, ctx.args, ctx.stop_reason, ctx.place.id))
        ctx.ready()
        ctx.ready()
        await asyncio.Event().wait()

    world = boot(tree(service("x", run, start_timeout_s=1.0)))
    assert seen == [("root/x", 1, None, None, "x")]
    world.advance(5.0)
    assert world.status("x") == "running"
    process: Any = world.place("x").process
    assert process.run(10) == 0
    process.terminate(SHUTDOWN)
    process.terminate(SHUTDOWN)
    world.settle()
    process.cancel()
    process.kill()
    assert world.place("x").generation == 2


def test_a_service_of_a_supervisor_that_was_killed_cleans_up_alone(boot: MakeWorld) -> None:
    steps: list[str] = []

    async def run(ctx: ServiceContext) -> None:
        ctx.ready()
        try:
            await asyncio.Event().wait()
        finally:
            steps.append(f"{ctx.generation} {ctx.stop_reason}")

    world = boot(tree(sup("s", tree(service("x", run)))))
    world.order("kill", id="s")
    assert steps == ["1 killed"]
    assert world.statuses() == {"root/s": "running", "root/s/x": "running"}


# -- instructions


def test_an_instruction_without_wishes_for_signals_is_quiet(boot: MakeWorld) -> None:
    gate = Gate()
    of = program(
        "a",
        {"go": doing(RunInstruction("wait"), RunInstruction("add"))},
        state=COUNT,
        actions=[gate.action, add],
    )
    world = boot(tree(agent("a", of)))
    world.tell("a", "go")
    gate.open()
    world.settle()
    assert (world.place("a").handled, world.state("a")) == (1, {"count": 0})


def test_an_instruction_whose_agent_stops_is_ended(boot: MakeWorld) -> None:
    gate = Gate()
    of = program("a", {"go": doing(RunInstruction("wait", on_result="won"))}, actions=[gate.action])
    world = boot(tree(agent("a", of)))
    world.tell("a", "go")
    assert world.order("stop", id="a")["status"] == "stopped"
    assert gate.cancelled == 1


def test_a_result_that_finds_the_mailbox_full_is_a_dead_letter(boot: MakeWorld) -> None:
    inner, hold = Gate("inner"), Gate("hold")
    of = program(
        "a",
        {"go": doing(RunInstruction("inner", on_result="won")), "hold": hold.action, "note": note},
        actions=[inner.action],
        mailbox=MailboxPolicy(1),
    )
    world = boot(tree(agent("a", of)))
    world.tell("a", "go")
    world.tell("a", "hold")
    world.tell("a", "note", {"n": 1})
    inner.open()
    world.settle()
    assert world.dead_letters() == [("root/a", "won", "mailbox full: result")]


# -- the rest


def test_news_of_children_that_find_the_mailbox_full_are_dead_letters(boot: MakeWorld) -> None:
    hold = Gate("hold")
    boss = program(
        "boss",
        {
            "go": [doing(SpawnAgent("f", tag="w")), hold.action],
            "jido.agent.child.started": note,
            "note": note,
        },
        mailbox=MailboxPolicy(1),
    )
    world = boot(tree(agent("b", boss)), programs={"f": FRAIL})
    world.tell("b", "go")
    world.tell("b", "note", {"n": 1})
    hold.open()
    world.settle()
    kind = "jido.agent.child.started"
    assert world.dead_letters() == [("root/b", kind, "mailbox full: lifecycle")]
    assert world.paths()[-1] == "root/b.children/w"


def test_what_an_agent_hears_on_the_bus() -> None:
    routes = {"a.*": add, "b": boom}
    assert patterns_of(program("x", routes, subscribe="routes")) == ("a.*", "b")
    assert patterns_of(program("x", routes, subscribe="none")) == ()
    assert patterns_of(program("x", routes, subscribe=("c",))) == ("c",)


def test_an_agent_that_hears_nothing_is_no_member_of_anything(boot: MakeWorld) -> None:
    quiet = program("q", {"job": add}, state=COUNT)
    speaker = program("a", {"go": doing(Emit("job"))})
    pool = tree(agent("q", quiet), strategy="dynamic")
    world = boot(tree(agent("a", speaker), sup("pool", pool)))
    world.order("start_child", supervisor="pool", id="x")
    world.tell("a", "go")
    assert world.state("x") == {"count": 0}
    world.order("terminate_child", id="x")
    world.order("kill", id="pool")
    assert world.directives() == [("root/a", "emit", "done", None)]


def test_the_collector_is_tuned_for_many_long_lived_objects() -> None:
    before = gc.get_threshold()
    try:
        tune()
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@pytest.mark.parametrize("signal", ["add", "wait"])
def test_an_interrupt_from_the_keyboard_is_not_taken_for_a_crash(signal: str) -> None:
    @action(name="interrupt")
    def interrupt() -> None:
        raise KeyboardInterrupt

    gate = Gate()
    routes = {"add": interrupt, "wait": [gate.action, interrupt]}
    world = World(tree(agent("a", program("a", routes, state=COUNT)))).boot()
    world.cast("a", signal)
    with pytest.raises(KeyboardInterrupt):
        world.settle()
        gate.open()
        world.settle()
    assert world.place("a").restarts == 0
    world.close()


def test_where_the_process_handles_the_keyboard_itself_such_an_action_is_a_crash() -> None:
    @action(name="interrupt")
    def interrupt() -> None:
        raise KeyboardInterrupt

    world = World(tree(agent("a", program("a", {"add": interrupt}, state=COUNT)))).boot()
    before = signal_module.signal(signal_module.SIGINT, lambda *_: None)
    try:
        world.cast("a", "add")
        world.settle()
    finally:
        signal_module.signal(signal_module.SIGINT, before)
    assert (world.place("a").restarts, world.status("a")) == (1, "running")
    assert world.dead_letters() == [("root/a", "add", "exited: crash(KeyboardInterrupt)")]
    world.close()
