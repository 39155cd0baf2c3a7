"""An engine's life: boot, attempts that are cancelled, shutdown, the story of a root that gave up
(runtime.md 15, 35 to 37)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jido_cli.errors import StartError
from jido_cli.runtime.engine import EngineEnd
from jido_cli.runtime.supervising.attempts import StartAttempt, StartIgnored, StartRefused
from jido_cli.runtime.supervising.crash_reports import describe
from jido_cli.runtime.supervising.service import ServiceContext
from jido_cli.runtime.supervising.starts import AgentStart, Origin
from jido_cli.supervision.reasons import KILLED, NORMAL, SHUTDOWN, ExitReason, crash
from jido_cli.supervision.specs import ChildSpec
from tests.helpers.actions import COUNT, Gate, add, boom
from tests.helpers.programs import ErrorPolicy, agent, backoff, program, service, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

FRAIL = program("f", {"add": add, "boom": boom}, state=COUNT, on_error=ErrorPolicy("stop"))


class Gates:
    """A start hook that holds, refuses or leaves out children by their id."""

    def __init__(self) -> None:
        self.held: dict[str, asyncio.Future[None]] = {}
        self.hold: set[str] = set()
        self.refuse: set[str] = set()
        self.ignore: set[str] = set()
        self.attempts: list[str] = []

    def __call__(self, attempt: StartAttempt) -> Any:
        place_id = attempt.place.id
        self.attempts.append(place_id)
        if place_id in self.refuse:
            raise StartRefused(crash("no money"))
        if place_id in self.ignore:
            raise StartIgnored
        if place_id in self.hold:
            gate = self.held[place_id] = asyncio.get_running_loop().create_future()
            return gate
        return None


@pytest.fixture
def gates() -> Gates:
    return Gates()


# -- boot


def test_children_start_in_order_one_after_the_other(make_world: MakeWorld, gates: Gates) -> None:
    gates.hold = {"b"}
    world = make_world(
        tree(agent("a", FRAIL), agent("b", FRAIL), agent("c", FRAIL)), start_hook=gates
    )
    world.begin_boot()
    assert world.statuses() == {"root/a": "running", "root/b": "starting"}
    assert not world.engine.is_booted
    assert world.port.ready()["ok"] is False
    gates.held["b"].set_result(None)
    world.settle()
    assert world.statuses() == {"root/a": "running", "root/b": "running", "root/c": "running"}
    assert world.engine.is_booted
    assert [one["data"] for one in world.facts("ready")] == [{"up": 4, "nodes": 4, "ms": 0.0}]


def test_a_child_that_fails_to_start_undoes_the_boot(make_world: MakeWorld, gates: Gates) -> None:
    gates.refuse = {"c"}
    world = make_world(
        tree(agent("a", FRAIL), sup("s", tree(agent("b", FRAIL), agent("c", FRAIL)))),
        start_hook=gates,
    )
    world.begin_boot()
    assert world.booting is not None
    error = world.booting.exception()
    assert isinstance(error, StartError)
    assert (error.message, error.where, error.why) == (
        "root/s/c failed to start",
        "root/s/c",
        "crash(no money)",
    )
    assert [one for one in world.paths() if world.place(one).process is not None] == []
    exits = [one["path"] for one in world.facts("exited")]
    assert exits.index("root/s/b") < exits.index("root/a") < exits.index("root")


def test_the_error_of_a_boot_says_where_the_file_declares_the_child(make_world: MakeWorld) -> None:
    origin = Origin("shop.yaml", 14, 7)
    bad = ChildSpec("a", AgentStart(FRAIL, {"count": "many"}, origin))
    world = make_world(tree(bad))
    world.begin_boot()
    assert world.booting is not None
    error = world.booting.exception()
    assert isinstance(error, StartError)
    assert error.where == "shop.yaml:14:7"
    assert "many" in str(error.why)


def test_a_child_that_is_left_out_is_stopped_and_the_boot_goes_on(
    boot: MakeWorld, gates: Gates
) -> None:
    gates.ignore = {"a"}
    world = boot(tree(agent("a", FRAIL), agent("b", FRAIL)), start_hook=gates)
    assert world.statuses() == {"root/a": "stopped", "root/b": "running"}


@pytest.mark.parametrize("refusal", ["refuse", "ignore"])
def test_a_root_that_may_not_start_is_an_error(
    make_world: MakeWorld, gates: Gates, refusal: str
) -> None:
    setattr(gates, refusal, {"root"})
    world = make_world(tree(agent("a", FRAIL)), start_hook=gates)
    world.begin_boot()
    assert world.booting is not None
    assert str(world.booting.exception()).startswith("the root did not start")


# -- a stop during a start (runtime.md 35)


def test_a_shutdown_during_the_boot_cancels_the_attempt(
    make_world: MakeWorld, gates: Gates
) -> None:
    gates.hold = {"b"}
    world = make_world(tree(agent("a", FRAIL), agent("b", FRAIL)), start_hook=gates)
    world.begin_boot()
    world.begin_shutdown("enough")
    assert world.booting is not None
    error = world.booting.exception()
    assert isinstance(error, StartError)
    assert error.why == "crash(the start was cancelled)"
    assert world.end() == EngineEnd("stopped", _reason(world), "it did not start")
    assert gates.held["b"].cancelled()


def _reason(world: World) -> ExitReason:
    end = world.end()
    assert end is not None
    return end.reason


def test_a_stop_of_a_supervisor_cancels_the_start_of_its_child(
    boot: MakeWorld, gates: Gates
) -> None:
    world = boot(
        tree(sup("s", tree(agent("a", FRAIL), agent("b", FRAIL))), agent("c", FRAIL)),
        start_hook=gates,
    )
    gates.hold = {"a"}
    world.order("kill", id="s/a")
    assert world.status("s/a") == "starting"
    stopping = world.port.order("stop", {"id": "s"})
    world.settle()
    assert stopping.result(timeout=0)["status"] == "stopped"
    assert gates.held["a"].cancelled()
    assert world.statuses()["root/c"] == "running"


def test_a_stop_during_the_boot_of_a_nested_supervisor_reaches_the_attempt(
    boot: MakeWorld, gates: Gates
) -> None:
    inner = tree(sup("t", tree(agent("a", FRAIL))))
    world = boot(tree(sup("s", inner), agent("c", FRAIL)), start_hook=gates)
    gates.hold = {"a"}
    world.runner("t").kill()
    world.settle()
    stopping = world.port.order("stop", {"id": "s"})
    world.settle()
    assert stopping.result(timeout=0)["status"] == "stopped"


def test_a_service_whose_start_is_cancelled_is_cancelled(boot: MakeWorld) -> None:
    steps: list[str] = []

    async def slow(ctx: ServiceContext) -> None:
        steps.append(f"start {ctx.generation}")
        if ctx.generation == 1:
            ctx.ready()
        try:
            await asyncio.Event().wait()
        finally:
            steps.append(f"end {ctx.generation}")

    world = boot(tree(sup("s", tree(service("x", slow)))))
    world.order("kill", id="x")
    assert world.status("x") == "starting"
    world.order("stop", id="s")
    assert steps == ["start 1", "end 1", "start 2", "end 2"]
    assert world.status("s") == "stopped"


def test_calls_wait_while_a_child_starts_and_reads_do_not(boot: MakeWorld, gates: Gates) -> None:
    world = boot(tree(agent("a", FRAIL), agent("b", FRAIL)), start_hook=gates)
    gates.hold = {"a"}
    world.order("kill", id="a")
    stopping = world.port.order("stop", {"id": "b"})
    world.settle()
    assert not stopping.done()
    assert world.statuses() == {"root/a": "starting", "root/b": "running"}
    gates.held["a"].set_result(None)
    world.settle()
    assert stopping.result(timeout=0)["status"] == "stopped"


def test_a_stop_cancels_a_restart_that_waits_in_its_backoff(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", FRAIL, backoff=backoff(5000))))
    world.tell("a", "boom")
    assert world.order("stop", id="a")["status"] == "stopped"
    world.advance(20.0)
    assert world.status("a") == "stopped"


def test_an_attempt_whose_supervisor_was_killed_meanwhile_leaves_nobody(
    boot: MakeWorld, gates: Gates
) -> None:
    world = boot(tree(sup("s", tree(agent("a", FRAIL)))), start_hook=gates)
    gates.hold = {"a"}
    world.order("kill", id="a")
    gates.hold = set()
    world.order("kill", id="s")
    assert gates.held["a"].cancelled()
    world.settle()
    assert world.statuses() == {"root/s": "running", "root/s/a": "running"}


# -- shutdown


def test_a_shutdown_stops_everything_in_reverse_order(boot: MakeWorld) -> None:
    world = boot(
        tree(
            agent("a", FRAIL),
            sup("s", tree(agent("b", FRAIL), agent("c", FRAIL))),
            agent("d", FRAIL),
        )
    )
    world.begin_shutdown("SIGTERM")
    end = world.end()
    assert end == EngineEnd("stopped", SHUTDOWN, "SIGTERM")
    assert [one["path"] for one in world.facts("exited")] == [
        "root/d",
        "root/s/c",
        "root/s/b",
        "root/s",
        "root/a",
        "root",
    ]
    (stopping,), (stopped,) = world.facts("stopping"), world.facts("stopped")
    assert (stopping["data"], stopped["data"]) == (
        {"nodes": 6, "why": "SIGTERM"},
        {"stopped": 6, "nodes": 6, "ms": 0.0},
    )


def test_a_second_shutdown_is_the_same_one(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", FRAIL)))
    world.engine.begin_shutdown("first")
    world.engine.begin_shutdown("second")
    end = world.end()
    assert end is not None
    assert end.why == "first"
    world.begin_shutdown("third")
    assert len(world.facts("stopping")) == 1


def test_shutdown_waits_for_the_engine_to_end(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", FRAIL)))
    end = world.loop.run_until_complete(world.engine.shutdown("done"))
    assert (end.kind, end.why, world.engine.is_ended) == ("stopped", "done", True)


def test_who_does_not_end_in_time_is_killed(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    of = program("w", {"wait": gate.action}, state=COUNT)
    world = boot(tree(agent("a", of, shutdown=3000), agent("b", FRAIL)))
    world.tell("a", "wait")
    world.begin_shutdown()
    assert world.end() is None
    world.advance(3.0)
    assert world.end() is not None
    reasons = [(one["path"], one["data"]["reason"]) for one in world.facts("exited")]
    assert reasons == [("root/b", "shutdown"), ("root/a", "killed"), ("root", "shutdown")]


def test_the_summary_counts_what_happened(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", FRAIL)))
    for signal in ("add", "add", "boom", "nothing"):
        world.tell("a", signal)
    assert world.engine.summary() == {
        "signals": 3,
        "restarts": 1,
        "failed_directives": 0,
        "dead_letters": 2,
    }


# -- idleness


def test_an_engine_is_idle_when_nothing_is_left_to_do(boot: MakeWorld) -> None:
    gate = Gate()
    of = program("w", {"wait": gate.action, "add": add}, state=COUNT)
    world = boot(tree(agent("a", of)))
    assert world.engine.is_idle
    world.cast("a", "wait")
    assert not world.engine.is_idle
    world.settle()
    assert not world.engine.is_idle
    gate.open()
    world.settle()
    assert world.engine.is_idle


# -- the story


def gave_up(boot: MakeWorld, **options: Any) -> World:
    origin = Origin("shop.yaml", 14, 7)
    a = ChildSpec("a", AgentStart(FRAIL, {}, origin))
    world = boot(tree(a, agent("b", FRAIL), max_restarts=2, max_seconds=5))
    for _ in range(3):
        world.advance(0.5)
        world.cast("b", "add")
        world.tell("a", "boom")
    return world


def test_when_the_root_gives_up_the_story_says_who_how_often_and_why(boot: MakeWorld) -> None:
    end = gave_up(boot).end()
    assert end is not None
    assert (end.kind, end.reason, end.why) == ("gave_up", SHUTDOWN, "shutdown")
    story = end.story
    assert story is not None
    assert (story.child, story.used, story.max_restarts, story.max_seconds, story.seconds) == (
        "a",
        3,
        2,
        5.0,
        1.0,
    )
    assert story.origin == Origin("shop.yaml", 14, 7)
    assert story.kept == (
        ("root/a", "nothing (persist: none)"),
        ("root/b", "nothing (persist: none)"),
    )
    assert story.dead_letters == 3


def test_the_story_has_the_crashes_with_the_users_frame(boot: MakeWorld) -> None:
    end = gave_up(boot).end()
    assert end is not None
    assert end.story is not None
    (cause,) = end.story.causes
    assert (cause.path, cause.count, cause.exit.reason, cause.exit.signal) == (
        "root/a",
        3,
        "crash(KeyError: 'sku')",
        "boom",
    )
    assert cause.exit.frame is not None
    assert cause.exit.frame.startswith("helpers/actions.py:")
    assert cause.exit.frame.endswith(" in boom")


def test_the_story_tells_the_events_from_the_first_crash_on(boot: MakeWorld) -> None:
    end = gave_up(boot).end()
    assert end is not None
    assert end.story is not None
    told = [(event.kind, event.path) for event in end.story.events]
    assert told == [
        ("exited", "root/a"),
        ("restarted", "root/a"),
        ("exited", "root/a"),
        ("restarted", "root/a"),
        ("exited", "root/a"),
        ("gave_up", "root"),
        ("exited", "root/b"),
        ("exited", "root"),
    ]
    assert end.story.to_dict()["child"] == "a"


def test_the_story_of_a_backoff_that_was_given_up_says_so(boot: MakeWorld) -> None:
    options = backoff(100, factor=1.0, give_up_after=2)
    world = boot(tree(agent("a", FRAIL, backoff=options), max_restarts=100))
    for _ in range(3):
        world.tell("a", "boom")
        world.advance(0.2)
    end = world.end()
    assert end is not None
    (told,) = world.facts("gave_up")
    assert told["text"] == "a exited 3 times in a row, 2 restarts allowed"


def test_a_kill_of_the_root_is_the_end_too(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", FRAIL)))
    world.engine.root.process.kill()
    end = world.end()
    assert end is not None
    assert (end.kind, end.reason) == ("gave_up", KILLED)
    assert end.story is not None
    assert end.story.child == ""


def test_an_ended_engine_can_still_be_read(boot: MakeWorld) -> None:
    world = gave_up(boot)
    assert world.end() is not None
    nodes = {node["path"]: node for node in world.port.tree()["nodes"]}
    assert list(nodes) == ["root", "root/a", "root/b"]
    assert nodes["root/a"]["last_exit"]["reason"] == "crash(KeyError: 'sku')"


# -- reasons


@pytest.mark.parametrize(
    ("reason", "words", "is_orderly"),
    [
        (NORMAL, "normal", True),
        (SHUTDOWN, "shutdown", True),
        (ExitReason("shutdown", "x"), "shutdown(x)", True),
        (KILLED, "killed", False),
        (ExitReason("killed", "memory"), "killed(memory)", False),
        (crash(KeyError("sku")), "crash(KeyError: 'sku')", False),
        (crash(ValueError()), "crash(ValueError)", False),
        (crash("bad"), "crash(bad)", False),
    ],
)
def test_reasons_are_one_closed_type_in_few_words(
    reason: ExitReason, words: str, is_orderly: bool
) -> None:
    assert (describe(reason), reason.is_orderly) == (words, is_orderly)


def test_a_kill_with_a_detail_shows_it_and_is_a_kill(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", FRAIL), sup("s", tree(agent("b", FRAIL)))))
    for ident in ("a", "s"):
        world.place(ident).process.kill("memory")
        world.settle()
        last = world.port.node(ident)["last_exit"]
        assert (last["kind"], last["reason"]) == ("killed", "killed(memory)")
        assert world.place(ident).restarts == 1
