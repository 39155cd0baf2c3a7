"""Restarts: mail that waits, incarnations that are fenced, statuses (runtime.md 14 to 19)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from jido_cli.core.directives import Emit, Schedule, SignalSpec, Stop
from jido_cli.core.targets import AgentTarget
from jido_cli.errors import ControlError
from jido_cli.runtime.supervising.service import ServiceContext
from jido_cli.supervision.reasons import ExitReason
from tests.helpers.actions import COUNT, Gate, add, boom, doing, note
from tests.helpers.programs import ErrorPolicy, agent, backoff, program, service, sup, tree
from tests.runtime.conftest import MakeWorld

STOPS = ErrorPolicy("stop")


def frail(**routes: Any) -> Any:
    return program("f", {"add": add, "boom": boom, **routes}, state=COUNT, on_error=STOPS)


def noter(**routes: Any) -> Any:
    return program("n", {"note": note, "boom": boom, **routes}, on_error=STOPS)


# -- mail over a restart


def test_mail_waits_over_a_restart_in_order(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", noter())))
    for n in (1, 2):
        world.cast("a", "note", {"n": n})
    world.cast("a", "boom")
    for n in (3, 4):
        world.cast("a", "note", {"n": n})
    asked = world.call("a", "note", {"n": 5})
    world.settle()
    assert asked.result().state == {"seen": [3, 4, 5]}
    assert asked.result().seq == 6


def test_the_signal_in_flight_is_dead_and_its_caller_told(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", frail(wait=gate.action))))
    asked, behind = world.call("a", "wait"), world.call("a", "add")
    world.settle()
    world.order("kill", id="a")
    assert (asked.result().outcome, behind.result().state) == ("unknown", {"count": 1})
    assert world.dead_letters() == [("root/a", "wait", "exited: killed")]


def test_mail_waits_through_a_backoff(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail(), backoff=backoff(2000))))
    world.tell("a", "boom")
    asked = world.call("a", "add")
    world.advance(1.9)
    assert (world.status("a"), asked.done()) == ("backing_off", False)
    world.advance(0.2)
    assert asked.result().state == {"count": 1}


def test_mail_is_kept_while_an_agent_is_stopped_and_handled_when_it_starts(
    boot: MakeWorld,
) -> None:
    world = boot(tree(agent("a", noter())))
    world.order("stop", id="a")
    for n in (1, 2):
        world.tell("a", "note", {"n": n})
    assert (world.status("a"), world.port.node("a")["mailbox"]) == ("stopped", 2)
    world.order("start", id="a")
    assert world.state("a") == {"seen": [1, 2]}


def test_mail_waits_over_a_restart_of_the_supervisor_above(boot: MakeWorld) -> None:
    root = tree(sup("s", tree(agent("a", noter()), agent("b", noter()))))
    world = boot(root)
    world.cast("b", "note", {"n": 1})
    world.runner("s").kill()
    world.cast("b", "note", {"n": 2})
    world.settle()
    assert world.state("b") == {"seen": [1, 2]}
    assert world.place("s").generation == 2


def test_the_rest_of_the_mail_is_dead_when_the_place_ends(boot: MakeWorld) -> None:
    gate = Gate()
    pool = tree(agent("w", noter(wait=gate.action), restart="temporary"), strategy="dynamic")
    world = boot(tree(sup("pool", pool)))
    world.order("start_child", supervisor="pool", id="w1")
    world.tell("w1", "wait")
    world.cast("w1", "note", {"n": 1})
    asked = world.call("w1", "note", {"n": 2})
    world.order("kill", id="w1")
    assert world.paths() == ["root", "root/pool"]
    assert asked.result().why == "dead letter: its place ended"
    path = "root/pool/w1"
    assert world.dead_letters() == [
        (path, "wait", "exited: killed"),
        (path, "note", "its place ended"),
        (path, "note", "its place ended"),
    ]


def test_mail_that_waits_when_the_engine_stops_is_dead(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", noter())))
    world.order("stop", id="a")
    world.tell("a", "note", {"n": 1})
    asked = world.call("a", "note", {"n": 2})
    world.begin_shutdown()
    assert world.end() is not None
    assert asked.result().why == "dead letter: the engine ended"
    assert world.dead_letters() == [("root/a", "note", "the engine ended")] * 2
    assert world.engine.summary()["dead_letters"] == 2


def test_mail_that_waits_when_the_root_gives_up_is_dead(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", noter()), max_restarts=0))
    world.cast("a", "boom")
    world.cast("a", "note", {"n": 1})
    end = world.end()
    assert end is not None
    assert end.story is not None
    assert end.story.dead_letters == 2


# -- fencing


def test_a_kill_is_at_once_and_the_name_is_free(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    world = boot(tree(agent("a", frail(wait=gate.action))))
    world.tell("a", "add")
    world.tell("a", "wait")
    old = world.server("a")
    old.kill()
    assert (old.is_alive, world.place("a").process) == (False, None)
    world.settle()
    new = world.server("a")
    assert (new.generation, world.state("a"), old.generation) == (2, {"count": 0}, 1)


def test_directives_of_a_dead_incarnation_are_not_performed(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    out = doing(Emit("note", {"n": 1}, to=AgentTarget("b")))
    root = tree(agent("a", frail(go=[gate.action, out])), agent("b", noter()))
    world = boot(root)
    world.tell("a", "go")
    world.order("kill", id="a")
    gate.open()
    world.settle()
    assert (world.place("b").accepted, world.directives()) == (0, [])


def test_timers_end_with_their_incarnation(boot: MakeWorld) -> None:
    out = doing(Schedule(SignalSpec("add"), after_ms=1000))
    world = boot(tree(agent("a", frail(go=out))))
    world.tell("a", "go")
    assert world.kernel.armed_timers == 1
    world.order("kill", id="a")
    world.advance(2.0)
    assert (world.state("a"), world.kernel.armed_timers) == ({"count": 0}, 0)


def test_a_process_that_is_dead_is_not_killed_or_stopped_again(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail())))
    old = world.server("a")
    old.kill()
    old.kill()
    old.terminate(ExitReason("shutdown"))
    world.settle()
    assert (world.place("a").generation, world.place("a").restarts) == (2, 1)


# -- reasons


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Stop(), "normal"),
        (Stop("shutdown"), "shutdown"),
        (Stop({"shutdown": "done for today"}), "shutdown(done for today)"),
    ],
)
@pytest.mark.parametrize("restart", ["transient", "temporary", "permanent"])
def test_a_stop_on_purpose_restarts_only_who_is_permanent(
    boot: MakeWorld, asked: Stop, reason: str, restart: str
) -> None:
    world = boot(tree(agent("a", frail(stop=doing(asked)), restart=restart)))
    world.tell("a", "stop")
    assert [one["data"]["reason"] for one in world.facts("exited")] == [reason]
    if restart == "permanent":
        assert world.statuses() == {"root/a": "running"}
    elif restart == "transient":
        assert world.statuses() == {"root/a": "stopped"}
    else:
        assert world.statuses() == {}


def test_an_order_to_stop_never_restarts(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail(), restart="permanent")))
    assert world.order("stop", id="a")["status"] == "stopped"
    world.advance(10.0)
    assert world.statuses() == {"root/a": "stopped"}
    assert world.kernel.restarts == 0


def test_the_last_exit_tells_reason_time_signal_and_frame(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail())))
    world.advance(3.0)
    world.tell("a", "boom")
    last = world.port.node("a")["last_exit"]
    assert last.pop("trace")[0] == "KeyError: 'sku'"
    assert last.pop("frame").startswith("helpers/actions.py:")
    assert last == {
        "at": 1_767_225_603.0,
        "reason": "crash(KeyError: 'sku')",
        "kind": "crash",
        "generation": 1,
        "signal": "boom",
    }


def test_the_trace_of_a_crash_shows_the_users_frames_only(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail())))
    world.tell("a", "boom")
    trace = world.port.node("a")["last_exit"]["trace"]
    assert not [line for line in trace if "jido_cli" in line]


def test_exits_are_kept_newest_first_and_not_for_ever(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail()), max_restarts=100))
    for _ in range(25):
        world.tell("a", "boom")
    exits = world.port.node("a")["exits"]
    assert [one["generation"] for one in exits] == list(range(25, 5, -1))


# -- statuses


def test_two_restarts_within_the_window_are_a_crash_loop_until_it_was_quiet(
    boot: MakeWorld,
) -> None:
    world = boot(tree(agent("a", frail()), max_restarts=5, max_seconds=10))
    world.tell("a", "boom")
    assert world.status("a") == "running"
    world.advance(6.0)
    world.tell("a", "boom")
    assert world.status("a") == "crash_looping"
    assert world.port.ready()["not_ready"] == [
        {"path": "root/a", "status": "crash_looping", "why": "crash_looping"}
    ]
    world.advance(9.9)
    assert world.status("a") == "crash_looping"
    world.advance(0.2)
    assert world.status("a") == "running"
    assert world.port.ready()["ok"]


def test_two_restarts_further_apart_than_the_window_are_no_crash_loop(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail()), max_restarts=5, max_seconds=10))
    world.tell("a", "boom")
    world.advance(11.0)
    world.tell("a", "boom")
    assert world.status("a") == "running"


def test_who_is_restarted_with_others_is_not_crash_looping(boot: MakeWorld) -> None:
    world = boot(
        tree(agent("a", frail()), agent("b", frail()), strategy="one_for_all", max_seconds=10)
    )
    for _ in range(2):
        world.tell("a", "boom")
    assert world.statuses() == {"root/a": "crash_looping", "root/b": "running"}
    assert [world.port.node(ident)["restarts"] for ident in "ab"] == [2, 2]


def test_back_from_its_third_backoff_a_child_is_crash_looping(boot: MakeWorld) -> None:
    options = {"backoff": backoff(4000, factor=1.0, reset_after_ms=20_000)}
    world = boot(tree(agent("a", frail(), **options), max_restarts=9, max_seconds=1))
    for n in range(3):
        world.tell("a", "boom")
        assert world.status("a") == "backing_off"
        assert world.port.ready()["ok"] is (n < 2)
        world.advance(4.0)
        assert world.status("a") == ("running" if n < 2 else "crash_looping")
    assert not world.port.ready()["ok"]
    world.advance(19.9)
    assert world.status("a") == "crash_looping"
    world.advance(0.2)
    assert world.status("a") == "running"


def test_backoffs_are_counted_anew_after_a_quiet_time(boot: MakeWorld) -> None:
    options = {"backoff": backoff(1000, factor=1.0, reset_after_ms=5000)}
    world = boot(tree(agent("a", frail(), **options), max_restarts=9, max_seconds=1))
    for _ in range(5):
        world.tell("a", "boom")
        assert world.port.ready()["ok"]
        world.advance(1.0)
        assert world.status("a") == "running"
        world.advance(6.0)


def test_a_service_that_did_not_start_is_failed_with_the_reason(boot: MakeWorld) -> None:
    async def late(_: ServiceContext) -> None:
        await asyncio.sleep(100)

    pool = tree(agent("w", frail()), strategy="dynamic")
    world = boot(tree(agent("a", frail()), sup("pool", pool)))
    with pytest.raises(ControlError) as told:
        world.order("start_child", supervisor="pool", id="x", state={"count": "many"})
    assert told.value.code == "start-failed"
    assert world.statuses() == {"root/a": "running", "root/pool": "running"}


def test_who_fails_for_good_is_failed_and_readiness_red(boot: MakeWorld) -> None:
    inner = tree(agent("a", frail()), max_restarts=0)
    world = boot(tree(sup("s", inner, restart="temporary"), agent("b", frail())))
    world.tell("a", "boom")
    assert world.statuses() == {"root/b": "running"}
    world = boot(tree(sup("s", inner, restart="transient"), agent("b", frail())))
    world.tell("a", "boom")
    assert world.statuses()["root/s/a"] == "failed"
    assert not world.port.ready()["ok"]


def test_readiness_may_be_ignored(boot: MakeWorld) -> None:
    spec = agent("a", frail())
    ignored = replace(spec, start=replace(spec.start, readiness_ignored=True))
    world = boot(tree(ignored, max_restarts=9, max_seconds=10))
    for _ in range(3):
        world.tell("a", "boom")
    assert world.status("a") == "crash_looping"
    assert world.port.ready() == {"ok": True, "not_ready": [], "stalled": None}


def test_the_window_of_a_supervisor_is_shown_and_empties(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", frail()), max_restarts=3, max_seconds=5))
    world.tell("a", "boom")
    window = {"used": 1, "max_restarts": 3, "max_seconds": 5}
    assert world.port.node("root")["window"] == window
    assert world.port.node("a")["supervisor"]["window"] == window
    world.advance(5.1)
    assert world.port.node("root")["window"]["used"] == 0


def test_a_restart_is_told_with_its_mates_and_the_window(boot: MakeWorld) -> None:
    root = tree(
        agent("a", frail()), agent("b", frail()), agent("c", frail()), strategy="rest_for_one"
    )
    world = boot(root)
    world.tell("b", "boom")
    assert [(one["path"], one["data"]) for one in world.facts("restarted")] == [
        (
            "root/b",
            {
                "generation": 2,
                "group": ["c"],
                "used": 1,
                "max_restarts": 3,
                "max_seconds": 5,
            },
        )
    ]
    assert world.port.tree()["restarts"] == 1
    assert [world.place(one).generation for one in "abc"] == [1, 2, 2]
    assert world.port.node("b")["boundary"] == ["root/c"]
    assert world.port.node("a")["boundary"] == ["root/b", "root/c"]


def test_the_boundary_of_one_for_all_is_everybody_and_of_one_for_one_nobody(
    boot: MakeWorld,
) -> None:
    for strategy, boundary in (("one_for_all", ["root/b"]), ("one_for_one", [])):
        world = boot(tree(agent("a", frail()), agent("b", frail()), strategy=strategy))
        assert world.port.node("a")["boundary"] == boundary


# -- services


class Workers:
    """A service that does what its test says."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.told: list[asyncio.Future[None]] = []

    async def run(self, ctx: ServiceContext) -> None:
        self.steps.append(f"start {ctx.generation}")
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.told.append(told)
        ctx.ready()
        try:
            await told
        finally:
            self.steps.append(f"end {ctx.stop_reason}")


@pytest.fixture
def workers() -> Workers:
    return Workers()


def test_a_service_is_cancelled_to_stop_and_knows_why(boot: MakeWorld, workers: Workers) -> None:
    world = boot(tree(service("s", workers.run)))
    world.order("stop", id="s")
    assert workers.steps == ["start 1", "end shutdown"]
    assert world.port.node("s")["last_exit"]["reason"] == "shutdown"


def test_the_return_of_a_service_is_normal_and_its_exception_a_crash(
    boot: MakeWorld, workers: Workers
) -> None:
    world = boot(tree(service("s", workers.run)))
    workers.told[0].set_result(None)
    world.settle()
    workers.told[1].set_exception(ValueError("bad"))
    world.settle()
    reasons = [one["reason"] for one in world.port.node("s")["exits"]]
    assert reasons == ["crash(ValueError: bad)", "normal"]


@pytest.mark.parametrize("error", [SystemExit(2), asyncio.CancelledError()])
def test_a_service_that_exits_the_interpreter_or_cancels_itself_is_a_crash(
    boot: MakeWorld, error: BaseException
) -> None:
    runs: list[int] = []

    async def run(ctx: ServiceContext) -> None:
        ctx.ready()
        runs.append(ctx.generation)
        if ctx.generation == 1:
            raise error
        await asyncio.Event().wait()

    world = boot(tree(service("s", run)))
    assert runs == [1, 2]
    assert world.port.node("s")["last_exit"]["kind"] == "crash"


def test_a_service_that_is_not_ready_in_time_did_not_start(make_world: MakeWorld) -> None:
    async def never(_: ServiceContext) -> None:
        await asyncio.Event().wait()

    world = make_world(tree(service("s", never, start_timeout_s=3.0)))
    world.begin_boot()
    assert world.statuses() == {"root/s": "starting"}
    world.advance(3.1)
    assert world.booting is not None
    error = world.booting.exception()
    assert error is not None
    assert str(error) == "root/s failed to start"
    assert getattr(error, "why", "") == "crash(not ready within 3s)"


def test_a_service_that_returns_before_it_is_ready_had_nothing_to_do(boot: MakeWorld) -> None:
    async def nothing(_: ServiceContext) -> None:
        return

    world = boot(tree(service("s", nothing), agent("a", frail())))
    assert world.statuses() == {"root/s": "stopped", "root/a": "running"}
    assert world.kernel.restarts == 0
    assert [kind for kind, _, _ in world.events("ignored")] == ["ignored"]


def test_a_service_that_was_killed_and_goes_on_is_a_zombie(boot: MakeWorld) -> None:
    go_on: list[asyncio.Future[None]] = []

    async def stubborn(ctx: ServiceContext) -> None:
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        go_on.append(gate)
        ctx.ready()
        while not gate.done():
            try:
                await asyncio.shield(gate)
            except asyncio.CancelledError:
                continue

    world = boot(tree(service("s", stubborn)))
    world.order("kill", id="s")
    world.advance(0.2)
    (zombie,) = world.facts("zombie")
    assert zombie["path"] == "root/s"
    assert "in stubborn" in zombie["data"]["stack"][0]
    assert world.place("s").generation == 2
    for gate in go_on:
        gate.set_result(None)
    world.settle()
    assert world.port.tree()["zombies"] == 0
