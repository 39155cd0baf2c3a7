"""What readers see: nodes, states, events, directives, dead letters, readiness."""

from __future__ import annotations

import os
from typing import Any

import pytest

from jido_cli import __version__
from jido_cli.core.action import action
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import (
    Cancel,
    Cron,
    DeadLetter,
    Emit,
    Error,
    Reply,
    RunInstruction,
    Schedule,
    SignalSpec,
    SpawnAgent,
    Stop,
    StopChild,
)
from jido_cli.core.targets import AgentTarget, ChildTarget, KeyTarget, NamedTarget
from jido_cli.errors import ControlError
from jido_cli.runtime.dead_letters import REASONS_COUNTED
from jido_cli.runtime.serving.view_records import summary
from jido_cli.runtime.supervising.service import ServiceContext
from jido_cli.runtime.supervising.starts import AgentStart, MailboxPolicy, Origin
from jido_cli.supervision.specs import ChildSpec
from tests.helpers.actions import COUNT, Gate, add, boom, doing, refuse
from tests.helpers.programs import ErrorPolicy, agent, backoff, program, service, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

COUNTER = program("counter", {"counter.add": add, "refuse": refuse, "boom": boom}, state=COUNT)


async def idle(ctx: ServiceContext) -> None:
    """Be up."""
    import asyncio

    ctx.ready()
    await asyncio.Event().wait()


@pytest.fixture
def world(boot: MakeWorld) -> World:
    inner = tree(agent("b", COUNTER), agent("c", COUNTER), strategy="rest_for_one")
    two = tree(agent("b", COUNTER))
    return boot(
        tree(agent("a", COUNTER), sup("one", inner), sup("two", two), service("s", idle)),
        name="shop",
        file="shop.yaml",
    )


def problem(call: Any, *args: Any) -> ControlError:
    with pytest.raises(ControlError) as told:
        call(*args)
    return told.value


# -- finding nodes


@pytest.mark.parametrize(
    ("ident", "path"),
    [
        ("root", "root"),
        ("a", "root/a"),
        ("root/a", "root/a"),
        ("c", "root/one/c"),
        ("one/b", "root/one/b"),
        ("root/two/b", "root/two/b"),
    ],
)
def test_a_node_is_named_by_its_path_or_any_unique_tail(
    world: World, ident: str, path: str
) -> None:
    assert world.port.node(ident)["path"] == path


def test_a_tail_that_several_nodes_have_is_ambiguous(world: World) -> None:
    error = problem(world.port.node, "b")
    assert (error.code, error.message, error.where, error.hints) == (
        "ambiguous-node",
        "2 nodes are named 'b', say which one",
        "root/one/b, root/two/b",
        ("use more of the path: root/one/b",),
    )


def test_only_some_of_very_many_nodes_are_named(boot: MakeWorld) -> None:
    supers = [sup(f"s{n}", tree(agent("x", COUNTER))) for n in range(10)]
    world = boot(tree(*supers))
    assert str(problem(world.port.node, "x").where).endswith("root/s7/x and 2 more")


@pytest.mark.parametrize(
    ("ident", "message"),
    [
        ("tow", "no node 'tow'; did you mean 'two'?"),
        ("zzz", "no node 'zzz'"),
        ("one/a", "no node 'one/a'; did you mean 'a'?"),
        ("", "no node ''"),
        ("root/one/zz", "no node 'root/one/zz'"),
    ],
)
def test_a_node_that_is_not_there_is_told_with_what_was_meant(
    world: World, ident: str, message: str
) -> None:
    error = problem(world.port.node, ident)
    assert (error.code, error.hints) == ("no-node", ("jido ps",))
    assert error.message == message


# -- the engine and its tree


def test_the_engine_says_who_it_is(world: World) -> None:
    world.advance(2.5)
    told = world.port.engine()
    assert told.pop("python").startswith("3.")
    assert told == {
        "name": "shop",
        "status": "running",
        "pid": os.getpid(),
        "version": __version__,
        "file": "shop.yaml",
        "started_at": 1_767_225_600.0,
        "uptime_s": 2.5,
        "loop": "jido_cli",
    }


def test_the_tree_has_every_node_in_pre_order(world: World) -> None:
    told = world.port.tree()
    assert [node["path"] for node in told["nodes"]] == [
        "root",
        "root/a",
        "root/one",
        "root/one/b",
        "root/one/c",
        "root/two",
        "root/two/b",
        "root/s",
    ]
    assert (told["counts"], told["restarts"], told["zombies"], told["stalled"]) == (
        {"running": 8},
        0,
        0,
        None,
    )
    assert told["engine"]["name"] == "shop"


def test_a_node_is_told_in_full(world: World) -> None:
    world.advance(4.0)
    node = {one["path"]: one for one in world.port.tree()["nodes"]}["root/one/b"]
    assert node == {
        "path": "root/one/b",
        "id": "b",
        "parent": "root/one",
        "kind": "agent",
        "agent": "counter",
        "strategy": None,
        "status": "running",
        "since": 1_767_225_600.0,
        "uptime_s": 4.0,
        "facts": [],
        "restarts": 0,
        "window": None,
        "generation": 1,
        "mailbox": 0,
        "persist": "none",
        "parent_agent": None,
        "tag": None,
        "lost": [],
        "last_exit": None,
    }


def test_supervisors_and_services_are_nodes_too(world: World) -> None:
    nodes = {one["path"]: one for one in world.port.tree()["nodes"]}
    one, s = nodes["root/one"], nodes["root/s"]
    assert (one["kind"], one["strategy"], one["mailbox"], one["persist"], one["agent"]) == (
        "supervisor",
        "rest_for_one",
        None,
        None,
        None,
    )
    assert one["window"] == {"used": 0, "max_restarts": 3, "max_seconds": 5}
    assert (s["kind"], s["mailbox"], s["persist"]) == ("service", 0, None)


def test_the_revision_changes_with_the_tree_and_not_with_commands(world: World) -> None:
    before = world.port.tree()["revision"]
    world.tell("a", "counter.add")
    assert world.port.tree()["revision"] == before
    world.order("kill", id="a")
    assert world.port.tree()["revision"] > before


def test_inspect_tells_declaration_policies_counts_and_routes(boot: MakeWorld) -> None:
    of = program(
        "counter",
        {"counter.add": add, "refuse": refuse, "*.boom": [add, boom]},
        state=COUNT,
        mailbox=MailboxPolicy(7, "drop_oldest"),
    )
    spec = ChildSpec(
        "a",
        AgentStart(of, {}, Origin("shop.yaml", 12, 3)),
        "transient",
        2000,
        backoff=backoff(100, max_ms=900),
    )
    world = boot(tree(spec, max_seconds=30))
    world.tell("a", "counter.add")
    world.tell("a", "refuse")
    node = world.port.node("a")
    assert node["declared"] == {"file": "shop.yaml", "line": 12}
    assert (node["child"]["restart"], node["child"]["shutdown"]) == ("transient", 2000)
    assert node["child"]["backoff"]["max_ms"] == 900
    assert node["supervisor"]["path"] == "root"
    assert (node["state"], node["seq"], node["parent_agent"]) == ({"count": 1}, 2, None)
    assert node["mailbox_detail"] == {
        "depth": 0,
        "max": 7,
        "overflow": "drop_oldest",
        "oldest_ms": None,
        "accepted": 2,
        "rejected": 0,
        "dropped": 0,
        "expired": 0,
    }
    counts = node["commands"]
    assert (counts["ok"], counts["failed"]) == (1, 1)
    assert counts["p50_ms"] == 0.0
    routes = [(one["pattern"], one["actions"]) for one in node["routes"]]
    assert routes == [
        ("counter.add", ["add"]),
        ("refuse", ["refuse"]),
        ("*.boom", ["add", "boom"]),
    ]
    assert node["routes"][0]["params"]["properties"] == {"by": {"type": "integer", "default": 1}}


def test_inspect_of_who_is_stopped_has_no_state(world: World) -> None:
    world.order("stop", id="a")
    node = world.port.node("a")
    assert (node["state"], node["running"], node["uptime_s"], node["schedules"]) == (
        None,
        None,
        None,
        [],
    )
    assert node["last_exit"]["reason"] == "shutdown"


def test_inspect_of_the_root_and_of_a_service(world: World) -> None:
    root, s = world.port.node("root"), world.port.node("s")
    assert (root["supervisor"], root["child"], root["parent"]) == (None, None, None)
    assert (s["child"]["restart"], s["supervisor"]["path"]) == ("permanent", "root")


def test_a_suspended_supervisor_shows_it(world: World) -> None:
    world.runner("one").suspend()
    assert world.port.node("one")["facts"] == ["suspended"]
    world.runner("one").resume()
    assert world.port.node("one")["facts"] == []


# -- states


@pytest.fixture
def rich(boot: MakeWorld) -> World:
    state = {"order": {"items": [{"sku": "x"}, {"sku": "y"}]}, "count": 2}
    return boot(tree(agent("a", program("a", {"add": add}), state=state)))


def test_a_state_is_told_whole_or_in_part(rich: World) -> None:
    assert rich.port.state("a", "order.items.1.sku") == {
        "path": "root/a",
        "seq": 0,
        "state": "y",
        "select": "order.items.1.sku",
        "stalled": None,
    }
    whole = rich.port.state("a", None)
    assert whole["state"] == {"order": {"items": [{"sku": "x"}, {"sku": "y"}]}, "count": 2}
    assert type(whole["state"]) is dict
    assert rich.port.state("a", "")["state"] == whole["state"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("coutn", "no 'coutn' in the state of a; did you mean 'count'?"),
        ("order.items.2", "no 'order.items.2' in the state of a; did you mean 'order'?"),
        ("count.x", "no 'count.x' in the state of a; did you mean 'count'?"),
        ("order.items.x", "no 'order.items.x' in the state of a; did you mean 'order'?"),
    ],
)
def test_a_part_that_is_not_there_is_told(rich: World, path: str, message: str) -> None:
    error = problem(rich.port.state, "a", path)
    assert (error.code, error.where) == ("no-path", "root/a has order, count")
    assert error.message == message


def test_what_has_no_state_says_so(world: World) -> None:
    assert problem(world.port.state, "one", None).code == "no-state"
    assert problem(world.port.state, "s", None).message == "s is a service: it has no state"
    world.order("stop", id="a")
    error = problem(world.port.state, "a", None)
    assert (error.code, error.hints) == ("wrong-state", ("jido start a",))


# -- streams


def test_events_come_in_pages_by_kind_and_path(world: World) -> None:
    first = world.port.events_after(0, 3, None, None)
    assert [one["seq"] for one in first["events"]] == [1, 2, 3]
    assert (first["missed"], first["next"]) == (0, 3)
    rest = world.port.events_after(0, 100, frozenset({"started"}), "one")
    assert [one["path"] for one in rest["events"]] == ["root/one/b", "root/one/c", "root/one"]
    world.tell("a", "counter.add")
    page = world.port.events_after(rest["next"], 100, frozenset({"command"}), "a")
    assert [(one["kind"], one["text"]) for one in page["events"]] == [("command", "counter.add ok")]


def test_events_of_a_node_that_has_ended_are_found_by_its_path(boot: MakeWorld) -> None:
    pool = tree(agent("counter", COUNTER), strategy="dynamic")
    world = boot(tree(sup("pool", pool)))
    world.order("start_child", supervisor="pool", id="x")
    world.order("terminate_child", id="x")
    page = world.port.events_after(0, 100, frozenset({"exited"}), "root/pool/x")
    assert [one["path"] for one in page["events"]] == ["root/pool/x"]


def test_an_event_is_told_in_full(world: World) -> None:
    (event,) = world.port.events_after(0, 100, frozenset({"ready"}), None)["events"]
    assert event["data"] == {"up": 8, "nodes": 8, "ms": 0.0}
    assert (event["at"], event["kind"], event["path"]) == (1_767_225_600.0, "ready", None)


def directive_world(boot: MakeWorld) -> World:
    out = [Emit("x", to="none"), Emit("y", to=AgentTarget("zz")), Error("low")]
    a = program("a", {"go": doing(*out)})
    root = tree(sup("s", tree(agent("a", a), agent("ab", a))), agent("b", a))
    world = boot(root)
    for ident in ("a", "b", "ab"):
        world.tell(ident, "go")
    return world


def test_directives_are_told_by_agent_type_and_outcome(boot: MakeWorld) -> None:
    world = directive_world(boot)

    def page(**filters: Any) -> Any:
        given = {"agent": None, "type": None, "outcome": None, "after": 0, "limit": 100}
        return world.port.directives(**{**given, **filters})

    everything = page()
    assert (len(everything["directives"]), everything["missed"], everything["next"]) == (9, 0, 9)
    assert {one["agent"] for one in page(agent="a")["directives"]} == {"root/s/a"}
    assert {one["agent"] for one in page(agent="s")["directives"]} == {"root/s/a", "root/s/ab"}
    assert {one["type"] for one in page(type="error")["directives"]} == {"error"}
    assert {one["summary"] for one in page(outcome="dead_letter")["directives"]} == {"y → zz"}
    assert [one["seq"] for one in page(after=7)["directives"]] == [8, 9]
    assert page(after=9) == {"directives": [], "missed": 0, "next": 9}
    assert [one["seq"] for one in page(limit=2)["directives"]] == [1, 2]


def test_a_directive_is_told_in_full(boot: MakeWorld) -> None:
    world = directive_world(boot)
    first, second = world.directive_rows()[:2]
    assert first == {
        "seq": 1,
        "at": 1_767_225_600.0,
        "agent": "root/s/a",
        "type": "emit",
        "summary": "x → none",
        "cause": "go",
        "outcome": "done",
        "ms": 0.0,
        "detail": None,
    }
    assert second["detail"] == "no agent 'zz'"


@pytest.mark.parametrize(
    ("directive", "text"),
    [
        (Emit("x"), "x → bus"),
        (
            Emit(
                "x",
                to=[
                    AgentTarget("a"),
                    ChildTarget("c"),
                    KeyTarget("k", "s"),
                    NamedTarget("n"),
                    "bus",
                ],
            ),
            "x → a, c, k, n, bus",
        ),
        (Schedule(SignalSpec("x"), after_ms=1500), "x in 1.5s"),
        (Schedule("x", at="2026-01-01T00:00:00Z"), "x at 2026-01-01T00:00:00Z"),
        (Cron("c", "0 7 * * *", "x"), "x 0 7 * * *"),
        (SpawnAgent("w", tag="t"), "w t"),
        (SpawnAgent("w"), "w"),
        (StopChild("t"), "t"),
        (RunInstruction("add"), "add"),
        (Error("low"), "low"),
        (Stop({"shutdown": "x"}), "{'shutdown': 'x'}"),
        (DeadLetter("old"), "old"),
        (Cancel("t"), "t"),
        (Reply(1), ""),
    ],
)
def test_a_directive_is_summed_up_in_a_few_words(directive: Directive, text: str) -> None:
    assert summary(directive) == text


def test_dead_letters_are_told_with_signal_and_counts(world: World) -> None:
    for type_ in ("x", "y"):
        world.tell("a", type_)
    page = world.port.dead_letters(after=1, limit=10)
    (letter,) = page["dead_letters"]
    assert letter["signal"]["type"] == "y"
    assert (letter["number"], letter["path"], letter["type"], letter["reason"]) == (
        2,
        "root/a",
        "y",
        "unrouted: no route for 'y'",
    )
    assert (page["missed"], page["next"], page["counts"]) == (
        0,
        2,
        {"total": 2, "forgotten": 0, "by_reason": {"unrouted": 2}},
    )
    assert world.port.dead_letters(after=2, limit=10)["next"] == 2


def test_reasons_that_users_make_up_do_not_grow_the_counts_for_ever(boot: MakeWorld) -> None:
    @action
    def old(n: int) -> tuple[None, list[Directive]]:
        return None, [DeadLetter(f"order {n}")]

    world = boot(tree(agent("a", program("a", {"old": old}))))
    for n in range(REASONS_COUNTED + 5):
        world.cast("a", "old", {"n": n})
    world.settle()
    by_reason = world.port.dead_letters(after=0, limit=1)["counts"]["by_reason"]
    assert (len(by_reason), by_reason["other"]) == (REASONS_COUNTED + 1, 5)


# -- health, readiness


def test_an_engine_that_is_up_is_ready_and_healthy(world: World) -> None:
    assert world.port.ready() == {"ok": True, "not_ready": [], "stalled": None}
    assert world.port.health() == {"ok": True, "stalled": None}


def test_a_stopped_agent_is_ready_and_a_failed_one_is_not(boot: MakeWorld) -> None:
    of = program("f", {"boom": boom}, on_error=ErrorPolicy("stop"))
    inner = tree(agent("a", of), max_restarts=0)
    world = boot(tree(sup("s", inner, restart="transient"), agent("b", of)))
    world.order("stop", id="b")
    assert world.port.ready()["ok"]
    world.tell("a", "boom")
    assert [one["path"] for one in world.port.ready()["not_ready"]] == ["root/s/a"]


# -- waking


def test_listeners_are_woken_at_most_every_50_ms_while_there_is_news(world: World) -> None:
    woken: list[float] = []
    stop = world.port.wake(lambda: woken.append(world.now))
    world.advance(0.2)
    for _ in range(5):
        world.tell("a", "counter.add")
    world.advance(0.2)
    stop()
    world.tell("a", "counter.add")
    world.advance(0.2)
    assert len(woken) == 2
    world.settle()
    assert world.engine.is_idle


def test_a_listener_that_fails_does_not_end_the_waking(boot: MakeWorld) -> None:
    world = World(tree(agent("a", COUNTER))).boot()
    woken: list[float] = []

    def fail() -> None:
        raise RuntimeError("loop is closed")

    world.port.wake(lambda: woken.append(world.now))
    stop = world.port.wake(fail)
    world.advance(0.1)
    stop()
    world.tell("a", "counter.add")
    world.advance(0.1)
    assert len(woken) == 2
    assert len(world.troubles) == 1
    world.troubles.clear()
    world.close()


def test_a_listener_that_comes_after_the_others_left_is_woken(world: World) -> None:
    world.port.wake(lambda: None)()
    world.advance(1.0)
    woken: list[float] = []
    world.port.wake(lambda: woken.append(world.now))
    world.tell("a", "counter.add")
    world.advance(0.1)
    assert woken


def test_reads_while_an_effect_runs_show_what_runs(boot: MakeWorld) -> None:
    gate = Gate()
    of = program("c", {"wait": gate.action}, state=COUNT)
    world = boot(tree(agent("a", of)))
    world.tell("a", "wait")
    world.advance(1.25)
    running = world.port.node("a")["running"]
    assert len(running.pop("command")) == 36
    assert running == {"action": "wait", "signal": "wait", "ms": 1250, "progress": None}


def test_several_supervisors_say_that_they_have_no_address_as_one(boot: MakeWorld) -> None:
    inner = tree(agent("b", COUNTER))
    world = boot(tree(sup("m-1", inner), sup("m-2", inner)))
    for error in (
        problem(world.port.node, "m"),
        problem(lambda: world.order("scale", id="m", count=3)),
        problem(lambda: world.order("call", to="m", type="counter.add")),
    ):
        assert (error.code, error.message, error.where, error.hints) == (
            "no-node",
            "no node 'm': several supervisors (m-1 to m-2) have no address as one",
            "only `replicas` of an agent can be called and scaled by their one name",
            ("say which one: root/m-1",),
        )
