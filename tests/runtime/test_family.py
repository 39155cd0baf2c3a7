"""Spawned agents: where they stand, what their parent hears, how they end (runtime.md 20)."""

from __future__ import annotations

from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import Emit, Reply, SpawnAgent, Stop, StopChild
from jido_cli.core.targets import ChildTarget
from tests.helpers.actions import COUNT, Gate, State, add, boom, doing
from tests.helpers.programs import ErrorPolicy, agent, program, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

CRASHES = ErrorPolicy("stop")


@action
def hear(state: State, ctx: Context) -> dict[str, object]:
    """Keep what is told."""
    assert ctx.signal is not None
    kept = state.get("heard", [])
    return {"heard": [*kept, [ctx.signal.type, ctx.signal.data, ctx.signal.source]]}


@action
def who(ctx: Context) -> tuple[None, list[Directive]]:
    """Say who it is."""
    me = ctx.agent
    return None, [Reply({"id": me.id, "tag": me.tag, "meta": me.meta, "parent": me.parent})]


WORKER = program(
    "worker", {"add": add, "boom": boom, "stop": doing(Stop()), "who": who}, state=COUNT
)
FRAIL = program(
    "frail", {"add": add, "boom": boom, "stop": doing(Stop())}, state=COUNT, on_error=CRASHES
)
NEWS = {"jido.agent.child.started": hear, "jido.agent.child.exit": hear}


def boss(*directives: Directive, **routes: Any) -> Any:
    return program("boss", {"go": doing(*directives), "boom": boom, **NEWS, **routes})


def spawning(boot: MakeWorld, *directives: Directive, **routes: Any) -> World:
    root = tree(agent("b", boss(*directives, **routes)))
    world = boot(root, programs={"worker": WORKER, "frail": FRAIL})
    world.tell("b", "go")
    return world


def heard(world: World, ident: str = "b") -> list[Any]:
    return [[kind, data] for kind, data, _ in world.state(ident).get("heard", [])]


def started(tag: str, child: str, module: str = "worker", restarts: int = 0) -> list[Any]:
    return [
        "jido.agent.child.started",
        {
            "parent_id": "b",
            "child_id": child,
            "child_module": module,
            "tag": tag,
            "pid": f"root/b.children/{child}",
            "meta": {},
            "restarts": restarts,
        },
    ]


def exited(tag: str, reason: str) -> list[Any]:
    pid = f"root/b.children/{tag}"
    return ["jido.agent.child.exit", {"tag": tag, "pid": pid, "child_id": tag, "reason": reason}]


def test_a_spawned_agent_stands_under_a_supervisor_of_its_parents_own(boot: MakeWorld) -> None:
    spawn = SpawnAgent("worker", tag="w", state={"count": 5}, meta={"n": 1})
    world = spawning(boot, spawn)
    assert world.paths() == ["root", "root/b", "root/b.children", "root/b.children/w"]
    assert world.ask("b.children/w", "who").output == {
        "id": "w",
        "tag": "w",
        "meta": {"n": 1},
        "parent": "root/b",
    }
    assert world.port.node("w")["parent_agent"] == "root/b"
    assert world.directives()[0] == ("root/b", "spawn_agent", "done", None)
    ((kind, told),) = heard(world)
    assert (kind, told["meta"]) == ("jido.agent.child.started", {"n": 1})


def test_a_child_without_a_tag_is_named_after_its_agent(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("worker"), SpawnAgent("worker"))
    assert world.paths()[3:] == ["root/b.children/worker-1", "root/b.children/worker-2"]
    assert heard(world) == [started("worker-1", "worker-1"), started("worker-2", "worker-2")]


@pytest.mark.parametrize(
    ("directive", "why"),
    [
        (SpawnAgent("wroker"), "no agent 'wroker' is declared"),
        (SpawnAgent("worker", under="pool"), "under: no supervisor 'pool'"),
        (SpawnAgent("worker", under="b"), "under: no supervisor 'b'"),
        (SpawnAgent("worker", under="root"), "under: 'root' is not a dynamic supervisor"),
    ],
)
def test_a_spawn_that_cannot_be_is_a_failed_directive_and_no_more(
    boot: MakeWorld, directive: SpawnAgent, why: str
) -> None:
    world = spawning(boot, directive)
    assert world.directives() == [("root/b", "spawn_agent", "dead_letter", why)]
    assert world.status("b") == "running"


def test_a_tag_that_is_taken_is_refused(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("worker", tag="w"), SpawnAgent("worker", tag="w"))
    why = "tag 'w' is taken: a child of that tag is being started"
    assert world.directives() == [
        ("root/b", "spawn_agent", "dead_letter", why),
        ("root/b", "spawn_agent", "done", None),
    ]


def test_a_child_that_cannot_start_is_a_failed_directive(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("worker", tag="w", state={"count": "many"}))
    ((_, _, outcome, detail),) = world.directives()
    assert outcome == "dead_letter"
    assert detail is not None
    assert detail.startswith("'w' did not start: crash(")
    assert world.paths() == ["root", "root/b", "root/b.children"]


def test_the_parent_hears_of_an_exit_and_of_the_restart_after_it(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("frail", tag="w"))
    world.tell("b.children/w", "boom")
    assert heard(world) == [
        started("w", "w", "frail"),
        exited("w", "crash(KeyError: 'sku')"),
        started("w", "w", "frail", restarts=1),
    ]


def test_the_news_come_from_the_child_and_begin_a_chain_of_their_own(boot: MakeWorld) -> None:
    seen: list[tuple[str, int, object]] = []

    @action
    def look(ctx: Context) -> None:
        assert ctx.signal is not None
        seen.append((ctx.signal.source, ctx.signal.hops, ctx.signal.cause))

    world = spawning(boot, SpawnAgent("worker", tag="w"), **{"jido.agent.child.*": look})
    assert seen == [("root/b.children/w", 0, None)]
    assert world.dead_letters() == []


def test_a_parent_without_a_route_for_the_news_is_not_bothered(boot: MakeWorld) -> None:
    of = program("boss", {"go": doing(SpawnAgent("frail", tag="w"))})
    world = boot(tree(agent("b", of)), programs={"frail": FRAIL})
    world.tell("b", "go")
    world.tell("w", "boom")
    assert (world.place("b").handled, world.place("b").accepted) == (1, 1)
    assert world.events("unrouted", "dead_letter") == [
        ("dead_letter", "root/b.children/w", world.events("dead_letter")[0][2])
    ]


def test_a_transient_child_that_finishes_leaves_its_name_free(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("worker", tag="w"))
    world.tell("w", "stop")
    assert world.paths() == ["root", "root/b", "root/b.children"]
    assert heard(world) == [started("w", "w"), exited("w", "normal")]
    world.tell("b", "go")
    assert world.paths()[-1] == "root/b.children/w"
    assert world.directives()[-1] == ("root/b", "spawn_agent", "done", None)


def test_a_child_is_stopped_by_tag_and_not_restarted(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("worker", tag="w"), stop=doing(StopChild("w"), name="s"))
    world.tell("b", "stop")
    assert world.paths() == ["root", "root/b", "root/b.children"]
    assert heard(world)[1:] == [exited("w", "shutdown")]
    world.tell("b", "stop")  # an unknown tag is no error
    assert world.directives()[-1] == ("root/b", "stop_child", "done", None)


def test_signals_go_to_one_child_by_tag_and_to_all(boot: MakeWorld) -> None:
    world = spawning(
        boot,
        SpawnAgent("worker", tag="v"),
        SpawnAgent("worker", tag="w"),
        one=doing(Emit("add", to=ChildTarget("w")), name="one"),
        all=doing(Emit("add", {"by": 10}, to="children"), name="all"),
    )
    world.tell("b", "one")
    world.tell("b", "all")
    assert (world.state("v"), world.state("w")) == ({"count": 10}, {"count": 11})


def test_a_signal_to_a_child_that_is_gone_is_a_dead_letter(boot: MakeWorld) -> None:
    world = spawning(
        boot, SpawnAgent("worker", tag="w"), one=doing(Emit("add", to=ChildTarget("w")), name="one")
    )
    world.tell("w", "stop")
    world.tell("b", "one")
    assert world.directives()[-1] == ("root/b", "emit", "dead_letter", "no agent 'w'")
    assert world.dead_letters() == [("root/b", "add", "no agent 'w'")]


def test_a_child_reaches_its_parent(boot: MakeWorld) -> None:
    of = program("child", {"up": doing(Emit("hi", to="parent"))})
    root = tree(agent("b", boss(SpawnAgent("child", tag="c"), hi=hear)))
    world = boot(root, programs={"child": of})
    world.tell("b", "go")
    world.tell("c", "up")
    assert heard(world)[-1] == ["hi", None]


def test_an_agent_without_parent_or_children_reaches_nobody(boot: MakeWorld) -> None:
    of = program(
        "a",
        {"up": doing(Emit("hi", to="parent")), "down": doing(Emit("hi", to="children"), name="d")},
    )
    world = boot(tree(agent("a", of)))
    world.tell("a", "up")
    world.tell("a", "down")
    assert world.directives() == [
        ("root/a", "emit", "dead_letter", "no agent 'parent'"),
        ("root/a", "emit", "done", None),
    ]


# -- under a dynamic supervisor


def with_pool(boot: MakeWorld, *directives: Directive, max_children: int | None = None) -> World:
    pool = tree(agent("worker", WORKER), strategy="dynamic", max_children=max_children)
    root = tree(sup("pool", pool), agent("b", boss(*directives)))
    world = boot(root, programs={"worker": WORKER, "frail": FRAIL})
    world.tell("b", "go")
    return world


def test_a_spawned_agent_stands_where_under_says(boot: MakeWorld) -> None:
    world = with_pool(boot, SpawnAgent("worker", tag="w", under="pool", state={"count": 3}))
    assert world.paths() == ["root", "root/pool", "root/pool/w", "root/b"]
    assert (world.state("w"), world.port.node("w")["parent_agent"]) == ({"count": 3}, "root/b")


def test_it_runs_the_agent_that_was_asked_for_and_not_the_template(boot: MakeWorld) -> None:
    world = with_pool(boot, SpawnAgent("frail", tag="f", under="pool"))
    assert world.port.node("f")["agent"] == "frail"
    world.tell("f", "boom")
    assert world.port.node("f")["agent"] == "frail"
    assert world.place("f").restarts == 1


def test_a_full_supervisor_refuses(boot: MakeWorld) -> None:
    spawn = SpawnAgent("worker", under="pool")
    world = with_pool(boot, spawn, spawn, max_children=1)
    assert world.directives()[-1] == (
        "root/b",
        "spawn_agent",
        "dead_letter",
        "'worker-2' did not start: the supervisor has its 1 children",
    )


# -- the end of the parent


@pytest.mark.parametrize("under", [None, "pool"])
@pytest.mark.parametrize("how", ["stop", "kill", "boom"])
def test_children_end_with_their_parent(boot: MakeWorld, under: str | None, how: str) -> None:
    pool = tree(agent("worker", WORKER), strategy="dynamic")
    of = program(
        "boss",
        {"go": doing(SpawnAgent("worker", tag="w", under=under)), "boom": boom},
        on_error=CRASHES,
    )
    world = boot(tree(sup("pool", pool), agent("b", of)), programs={"worker": WORKER})
    world.tell("b", "go")
    child = world.server("w")
    if how == "stop":
        world.order("stop", id="b")
    elif how == "kill":
        world.order("kill", id="b")
    else:
        world.tell("b", "boom")
    world.settle()
    assert not child.is_alive
    assert world.paths() == ["root", "root/pool", "root/b"]


def test_a_polite_stop_waits_for_the_children(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    slow = program("slow", {"wait": gate.action}, state=COUNT)
    root = tree(agent("b", boss(SpawnAgent("slow", tag="s")), shutdown="infinity"))
    world = boot(root, programs={"slow": slow})
    world.tell("b", "go")
    world.tell("s", "wait")
    stopping = world.port.order("stop", {"id": "b"})
    world.advance(4.0)
    assert (stopping.done(), world.status("b")) == (False, "stopping")
    gate.open()
    world.settle()
    assert stopping.result(timeout=0)["status"] == "stopped"


def test_a_new_incarnation_spawns_anew_while_the_old_children_still_end(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    slow = program("slow", {"wait": gate.action, "add": add}, state=COUNT)
    of = program("boss", {"go": doing(SpawnAgent("slow", tag="s")), "boom": boom}, on_error=CRASHES)
    world = boot(tree(agent("b", of)), programs={"slow": slow})
    world.tell("b", "go")
    world.tell("s", "wait")  # it will not end when it is told to
    world.cast("b", "boom")
    world.cast("b", "go")
    world.settle()
    assert world.paths() == ["root", "root/b", "root/b.children", "root/b.children/s"]
    world.tell("s", "add")
    assert world.state("s") == {"count": 1}
    gate.open()
    world.advance(10.0)
    assert world.paths() == ["root", "root/b", "root/b.children", "root/b.children/s"]
    assert world.state("s") == {"count": 1}


def test_a_child_that_comes_up_after_its_parent_ended_is_ended_too(boot: MakeWorld) -> None:
    held: list[Any] = []

    def hook(attempt: Any) -> Any:
        if attempt.place.id != "w":
            return None
        gate = world.loop.create_future()
        held.append(gate)
        return gate

    pool = tree(agent("worker", WORKER), strategy="dynamic")
    spawn = doing(SpawnAgent("worker", tag="w", under="pool"))
    of = program("boss", {"go": spawn})
    world: World
    world = boot(
        tree(sup("pool", pool), agent("b", of)), programs={"worker": WORKER}, start_hook=hook
    )
    world.tell("b", "go")
    world.order("kill", id="b")
    held[0].set_result(None)
    world.settle()
    assert world.paths() == ["root", "root/pool", "root/b"]


def test_a_supervisor_of_its_own_that_gives_up_makes_the_agent_degraded_and_nobody_fall(
    boot: MakeWorld,
) -> None:
    world = spawning(boot, SpawnAgent("frail", tag="w"))
    for _ in range(4):
        world.tell("w", "boom")
    assert world.statuses() == {"root/b": "degraded"}
    assert world.events("gave_up")[0][1] == "root/b.children"
    assert world.place("b").restarts == 0
    seen = world.port.node("b")
    assert seen["facts"] == ["children lost"]
    assert seen["lost"][0].startswith("the supervisor of its children gave up; ")


def test_an_agent_is_degraded_until_the_supervisor_of_its_own_is_whole_again(
    boot: MakeWorld,
) -> None:
    world = spawning(boot, SpawnAgent("frail", tag="w"))
    for _ in range(4):
        world.tell("w", "boom")
    assert world.statuses() == {"root/b": "degraded"}
    world.tell("b", "go")
    assert world.port.node("b")["lost"] == []
    assert world.statuses() == {
        "root/b": "running",
        "root/b.children": "running",
        "root/b.children/w": "running",
    }


def test_policies_of_the_parent_are_not_asked_about_its_children(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("worker", tag="w"))
    world.tell("w", "boom")
    assert [one["path"] for one in world.facts("error")] == ["root/b.children/w"]


def test_names_are_not_used_again_while_the_supervisor_lives(boot: MakeWorld) -> None:
    world = spawning(boot, SpawnAgent("worker"))
    world.tell("worker-1", "stop")
    world.tell("b", "go")
    assert world.paths()[-1] == "root/b.children/worker-2"
