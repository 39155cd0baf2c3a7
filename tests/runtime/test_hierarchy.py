"""Parents and children beside the tree: adoption, orphans, bonds over restarts (runtime.md 20)."""

from __future__ import annotations

from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import AdoptChild, Emit, Reply, SpawnAgent, Stop, StopChild
from jido_cli.core.targets import ChildTarget
from tests.helpers.actions import COUNT, State, add, boom, doing
from tests.helpers.programs import ErrorPolicy, agent, program, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

CRASHES = ErrorPolicy("stop")
NEWS = ("jido.agent.child.started", "jido.agent.child.exit", "jido.agent.orphaned")


@action
def hear(state: State, ctx: Context) -> dict[str, object]:
    """Keep what is told."""
    assert ctx.signal is not None
    return {"heard": [*state.get("heard", []), [ctx.signal.type, ctx.signal.data]]}


@action
def who(ctx: Context) -> tuple[None, list[Directive]]:
    """Say who it is."""
    me = ctx.agent
    return None, [Reply({"tag": me.tag, "meta": me.meta, "parent": me.parent})]


def hearing(name: str, *directives: Directive, **more: Any) -> Any:
    routes = {
        "go": doing(*directives, name="go"),
        "stop": doing(Stop(), name="stop"),
        "up": doing(Emit("hi", to="parent"), name="up"),
        "boom": boom,
        "hi": hear,
        "who": who,
        **dict.fromkeys(NEWS, hear),
        **more,
    }
    return program(name, routes, on_error=CRASHES)


WORKER = hearing("worker")


def heard(world: World, ident: str) -> list[Any]:
    return [kind.removeprefix("jido.agent.") for kind, _ in world.state(ident).get("heard", [])]


def family(world: World, ident: str) -> Any:
    return world.port.node(ident)["family"]


def with_boss(boot: MakeWorld, *directives: Directive, restart: str = "permanent") -> World:
    pool = tree(agent("w", WORKER), strategy="dynamic")
    boss = agent("b", hearing("boss", *directives), restart=restart)
    world = boot(tree(sup("pool", pool), agent("x", WORKER), boss), programs={"worker": WORKER})
    world.tell("b", "go")
    return world


def spawn(policy: Any, under: str | None = "pool", tag: str = "w", **options: Any) -> SpawnAgent:
    return SpawnAgent("worker", tag=tag, under=under, on_parent_death=policy, **options)


# -- bonds survive the restarts of either side


@pytest.mark.parametrize("under", ["pool", None])
@pytest.mark.parametrize("policy", ["continue", "emit_orphan"])
@pytest.mark.parametrize("how", ["boom", "kill", "restart"])
def test_a_child_that_goes_on_stays_the_child_of_a_parent_that_restarts(
    boot: MakeWorld, under: str | None, policy: str, how: str
) -> None:
    world = with_boss(boot, spawn(policy, under, meta={"n": 1}))
    child = world.server("w")
    if how == "boom":
        world.tell("b", "boom")
    else:
        world.order(how, id="b")
    world.settle()
    assert child.is_alive
    assert world.place("b").generation == 2
    assert world.ask("w", "who").output == {"tag": "w", "meta": {"n": 1}, "parent": "root/b"}
    assert family(world, "b")["children"] == [
        {"tag": "w", "path": child.place.path, "status": "running"}
    ]
    world.tell("w", "up")
    assert heard(world, "b") == ["hi"]
    assert heard(world, "w") == []
    assert world.events("orphaned") == []


def test_a_child_that_restarts_is_still_the_child_and_says_how_often_it_has(
    boot: MakeWorld,
) -> None:
    world = with_boss(boot, spawn("continue", meta={"n": 1}))
    world.tell("w", "boom")
    world.tell("w", "boom")
    told = [data["restarts"] for kind, data in world.state("b")["heard"] if "started" in kind]
    assert told == [0, 1, 2]
    assert world.ask("w", "who").output == {"tag": "w", "meta": {"n": 1}, "parent": "root/b"}


def test_what_a_child_says_while_its_parent_restarts_waits_for_the_next_incarnation(
    boot: MakeWorld,
) -> None:
    world = with_boss(boot, spawn("continue"))
    world.runner("root").suspend()
    world.server("b").kill()
    world.tell("w", "up")
    world.tell("w", "boom")
    assert world.place("b").process is None
    world.runner("root").resume()
    world.settle()
    assert heard(world, "b") == ["hi", "child.exit", "child.started"]


def test_the_supervisor_of_an_agents_own_takes_as_long_to_start_as_it_does(
    boot: MakeWorld,
) -> None:
    boss = agent("b", hearing("boss", spawn("stop", None)))
    world = boot(tree(boss), programs={"worker": WORKER})
    world.advance(3600.0)
    world.tell("b", "go")
    told = {path: text for _, path, text in world.events("started")}
    assert told["root/b.children"] == told["root/b.children/w"]


def test_the_next_incarnation_takes_over_the_supervisor_of_its_own(boot: MakeWorld) -> None:
    world = with_boss(boot, spawn("continue", None))
    world.tell("b", "boom")
    own = world.runner("b.children")
    world.tell("b", "go")  # the tag is taken: told, and nothing else happens
    assert world.directives()[-1][2:] == (
        "dead_letter",
        "tag 'w' is taken by root/b.children/w",
    )
    assert world.runner("b.children") is own
    world.order("stop", id="b")
    assert world.server("b.children/w").is_alive


# -- orphans


@pytest.mark.parametrize("under", ["pool", None])
@pytest.mark.parametrize("how", ["stop", "end"])
def test_when_the_parent_does_not_come_back_a_child_goes_on_as_an_orphan(
    boot: MakeWorld, under: str | None, how: str
) -> None:
    world = with_boss(boot, spawn("continue", under, meta={"n": 1}), restart="transient")
    if how == "stop":
        world.order("stop", id="b")
    else:
        world.tell("b", "stop")
    assert world.ask("w", "who").output == {"tag": "w", "meta": {"n": 1}, "parent": None}
    assert heard(world, "w") == []
    node = world.port.node("w")
    assert (node["parent_agent"], node["family"]["orphaned_from"]) == (None, "root/b")
    why = "shutdown" if how == "stop" else "normal"
    assert world.events("orphaned") == [
        ("orphaned", world.place("w").path, f"root/b is gone: {why}")
    ]
    assert family(world, "b")["children"] == []


def test_an_orphan_that_wants_to_know_is_told_whose_child_it_was(boot: MakeWorld) -> None:
    world = with_boss(boot, spawn("emit_orphan", meta={"n": 1}), restart="transient")
    world.tell("b", "stop")
    ((kind, data),) = world.state("w")["heard"]
    assert kind == "jido.agent.orphaned"
    assert data == {
        "parent_id": "b",
        "parent_pid": "root/b",
        "tag": "w",
        "meta": {"n": 1},
        "reason": "normal",
    }


def test_an_orphan_has_no_parent_already_when_it_is_told(boot: MakeWorld) -> None:
    worker = hearing("worker", **{"jido.agent.orphaned": doing(Emit("hi", to="parent"), name="p")})
    pool = tree(agent("w", worker), strategy="dynamic")
    boss = hearing("boss", spawn("emit_orphan"))
    root = tree(sup("pool", pool), agent("b", boss, restart="temporary"))
    world = boot(root, programs={"worker": worker})
    world.tell("b", "go")
    world.tell("b", "boom")
    assert world.directives()[-1] == ("root/pool/w", "emit", "dead_letter", "no agent 'parent'")


def test_the_definition_of_an_agent_says_what_it_does_unless_the_spawn_does(
    boot: MakeWorld,
) -> None:
    stays = program("stays", {"who": who}, on_parent_death="continue")
    boss = hearing(
        "boss",
        SpawnAgent("stays", tag="one"),
        SpawnAgent("stays", tag="two", on_parent_death="stop"),
    )
    world = boot(tree(agent("b", boss, restart="transient")), programs={"stays": stays})
    world.tell("b", "go")
    world.tell("b", "stop")
    assert world.paths() == ["root", "root/b", "root/b.children", "root/b.children/one"]


def test_when_a_supervisor_gives_up_its_agents_are_not_expected_back(boot: MakeWorld) -> None:
    pool = tree(agent("w", WORKER), strategy="dynamic")
    boss = agent("b", hearing("boss", spawn("emit_orphan")))
    below = sup("s", tree(boss, max_restarts=0), restart="temporary")
    world = boot(tree(sup("pool", pool), below), programs={"worker": WORKER})
    world.tell("b", "go")
    world.tell("b", "boom")
    assert heard(world, "w") == ["orphaned"]


def test_when_a_supervisor_restarts_its_agents_keep_their_children(boot: MakeWorld) -> None:
    pool = tree(agent("w", WORKER), strategy="dynamic")
    below = sup("s", tree(agent("b", hearing("boss", spawn("emit_orphan")))))
    world = boot(tree(sup("pool", pool), below), programs={"worker": WORKER})
    world.tell("b", "go")
    world.order("kill", id="s")
    assert (heard(world, "w"), world.port.node("w")["parent_agent"]) == ([], "root/s/b")


def test_a_dynamic_parent_that_is_restarted_by_order_keeps_its_children(boot: MakeWorld) -> None:
    boss = hearing("boss", spawn("emit_orphan"))
    bosses = sup("bosses", tree(agent("b", boss), strategy="dynamic"))
    pool = sup("pool", tree(agent("w", WORKER), strategy="dynamic"))
    world = boot(tree(pool, bosses), programs={"worker": WORKER})
    world.order("start_child", supervisor="bosses", id="b1")
    world.tell("b1", "go")
    world.order("restart", id="b1")
    world.tell("w", "up")
    assert (heard(world, "b1"), heard(world, "w")) == (["hi"], [])
    world.order("terminate_child", id="b1")
    assert heard(world, "w") == ["orphaned"]


def test_a_child_that_is_restarted_by_order_keeps_its_parent(boot: MakeWorld) -> None:
    world = with_boss(boot, spawn("stop", meta={"n": 1}))
    world.order("restart", id="w")
    assert world.ask("w", "who").output == {"tag": "w", "meta": {"n": 1}, "parent": "root/b"}


def test_the_own_supervisor_of_a_gone_parent_ends_with_its_last_child(boot: MakeWorld) -> None:
    both = (spawn("continue", None, "v"), spawn("continue", None, "w"))
    world = with_boss(boot, *both, restart="transient")
    world.tell("b", "stop")
    world.tell("v", "stop")
    assert "root/b.children/w" in world.paths()
    world.tell("w", "stop")
    assert "root/b.children" not in world.paths()


def test_who_goes_on_under_an_own_supervisor_ends_with_the_supervisor_above(
    boot: MakeWorld,
) -> None:
    below = sup("s", tree(agent("b", hearing("boss", spawn("continue", None)))))
    world = boot(tree(below), programs={"worker": WORKER})
    world.tell("b", "go")
    child = world.server("w")
    world.order("stop", id="b")
    assert child.is_alive
    world.order("stop", id="s")
    world.settle()
    assert (child.is_alive, world.paths()) == (False, ["root", "root/s", "root/s/b"])


def test_a_stop_waits_for_who_ends_with_the_parent_and_not_for_who_goes_on(
    boot: MakeWorld,
) -> None:
    world = with_boss(boot, spawn("continue", None, "v"), spawn("stop", None, "w"))
    ending, going_on = world.server("w"), world.server("v")
    world.order("stop", id="b")
    assert (ending.is_alive, going_on.is_alive) == (False, True)
    assert world.status("b") == "stopped"


# -- adoption


def adopting(boot: MakeWorld, *directives: Directive) -> World:
    root = tree(agent("x", WORKER), agent("y", WORKER), agent("b", hearing("boss", *directives)))
    world = boot(root, programs={"worker": WORKER})
    world.tell("b", "go")
    return world


def test_an_agent_that_runs_can_be_adopted(boot: MakeWorld) -> None:
    world = adopting(boot, AdoptChild("root/x", "mine", {"n": 1}))
    assert world.directives() == [("root/b", "adopt_child", "done", None)]
    assert world.events("adopted") == [("adopted", "root/x", "by root/b as mine")]
    assert world.ask("x", "who").output == {"tag": "mine", "meta": {"n": 1}, "parent": "root/b"}
    world.tell("x", "up")
    assert heard(world, "b") == ["hi"]
    node = {one["path"]: one for one in world.port.tree()["nodes"]}["root/x"]
    assert (node["parent"], node["parent_agent"], node["tag"]) == ("root", "root/b", "mine")


def test_an_adopted_child_is_reached_by_its_tag_and_its_restart_is_told(boot: MakeWorld) -> None:
    down = doing(AdoptChild("x", "mine"), Emit("hi", to=ChildTarget("mine")))
    boss = hearing("boss", go=down)
    world = boot(tree(agent("x", WORKER), agent("b", boss)))
    world.tell("b", "go")
    assert heard(world, "x") == ["hi"]
    world.tell("x", "boom")
    assert heard(world, "b") == ["child.exit", "child.started"]
    assert world.ask("x", "who").output["parent"] == "root/b"


def test_an_orphan_keeps_its_policy_when_it_is_adopted(boot: MakeWorld) -> None:
    pool = sup("pool", tree(agent("w", WORKER), strategy="dynamic"))
    one = agent("one", hearing("one", spawn("emit_orphan", meta={"n": 1})), restart="temporary")
    two = agent("two", hearing("two", AdoptChild("w", "found")), restart="temporary")
    world = boot(tree(pool, one, two), programs={"worker": WORKER})
    world.tell("one", "go")
    world.tell("one", "stop")
    world.tell("two", "go")
    assert world.ask("w", "who").output == {
        "tag": "found",
        "meta": {"n": 1},
        "parent": "root/two",
    }
    world.tell("two", "stop")
    assert heard(world, "w") == ["orphaned", "orphaned"]


def test_an_adopted_child_ends_with_its_parent_unless_it_says_otherwise(boot: MakeWorld) -> None:
    world = adopting(boot, AdoptChild("x", "mine"))
    world.order("kill", id="b")
    assert (world.status("x"), world.status("b")) == ("stopped", "running")
    assert heard(world, "b") == []


def test_a_child_that_is_stopped_by_its_parent_is_its_child_no_more(boot: MakeWorld) -> None:
    boss = hearing("boss", AdoptChild("x", "mine"), end=doing(StopChild("mine"), name="end"))
    world = boot(tree(agent("x", WORKER), agent("b", boss)))
    world.tell("b", "go")
    world.tell("b", "end")
    assert (world.status("x"), heard(world, "b")) == ("stopped", ["child.exit"])
    assert family(world, "b")["children"] == []
    world.order("start", id="x")
    assert world.ask("x", "who").output["parent"] is None
    assert heard(world, "b") == ["child.exit"]


@pytest.mark.parametrize(
    ("directives", "why"),
    [
        ((AdoptChild("nobody", "t"),), "no agent 'nobody'"),
        ((AdoptChild("root", "t"),), "no agent 'root'"),
        ((AdoptChild("b", "t"),), "an agent cannot adopt itself"),
        (
            (AdoptChild("x", "t"), AdoptChild("x", "u")),
            "root/x is attached already: it is 't' of root/b",
        ),
        ((AdoptChild("x", "t"), AdoptChild("y", "t")), "tag 't' is taken by root/x"),
    ],
)
def test_an_adoption_that_cannot_be_is_a_failed_directive_and_no_more(
    boot: MakeWorld, directives: tuple[Directive, ...], why: str
) -> None:
    world = adopting(boot, *directives)
    assert world.directives()[-1] == ("root/b", "adopt_child", "dead_letter", why)
    assert world.status("b") == "running"


def test_an_agent_that_does_not_run_cannot_be_adopted(boot: MakeWorld) -> None:
    boss = hearing("boss", AdoptChild("x", "t"))
    world = boot(tree(agent("x", WORKER), agent("b", boss)))
    world.order("stop", id="x")
    world.tell("b", "go")
    assert world.directives()[-1][3] == "root/x does not run: it is stopped"


def test_an_agent_cannot_adopt_its_ancestor(boot: MakeWorld) -> None:
    child = hearing("child", AdoptChild("b", "mine"))
    boss = hearing("boss", SpawnAgent("child", tag="c"))
    world = boot(tree(agent("b", boss)), programs={"child": child})
    world.tell("b", "go")
    world.tell("c", "go")
    assert world.directives()[-1] == (
        "root/b.children/c",
        "adopt_child",
        "dead_letter",
        "root/b is an ancestor of root/b.children/c",
    )


# -- spawning under a supervisor


@pytest.mark.parametrize(
    ("restart", "how", "is_back"),
    [
        (None, "stop", True),  # what the template says: permanent
        ("transient", "stop", False),
        ("transient", "boom", True),
        ("temporary", "boom", False),
    ],
)
def test_a_child_under_a_dynamic_supervisor_has_a_restart_type_of_its_own(
    boot: MakeWorld, restart: Any, how: str, is_back: bool
) -> None:
    world = with_boss(boot, spawn("stop", restart=restart))
    world.tell("w", how)
    assert ("root/pool/w" in world.paths()) == is_back


def test_a_child_of_the_templates_own_agent_is_as_the_template_says(boot: MakeWorld) -> None:
    counter = program("worker", {"add": add}, state=COUNT)
    pool = tree(agent("w", counter, state={"count": 7}), strategy="dynamic")
    boss = hearing("boss", SpawnAgent("worker", tag="w", under="pool"))
    world = boot(tree(sup("pool", pool), agent("b", boss)), programs={"worker": counter})
    world.tell("b", "go")
    assert world.state("w") == {"count": 7}


def test_the_same_tag_under_two_supervisors_is_refused(boot: MakeWorld) -> None:
    world = with_boss(boot, spawn("stop", "pool"), spawn("stop", None))
    assert world.directives()[0][2:] == (
        "dead_letter",
        "tag 'w' is taken: a child of that tag is being started",
    )
    world.tell("b", "go")
    assert world.directives()[-1][2:] == ("dead_letter", "tag 'w' is taken by root/pool/w")
