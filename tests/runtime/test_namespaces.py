"""Mounts of one file as namespaces: names, keys, states, buses and telemetry stay apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.core.tree_expressions import Mention, UnknownNodeError
from jido_cli.errors import ControlError
from jido_cli.runtime.build import build
from jido_cli.runtime.serving.tree_values import TreeValues
from jido_cli.topology.load import load
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

INNER = """\
jido: v1
name: inner
agents:
  desk:
    routes:
      say: {params: {to: {type: string}}, emit: {type: bought, data: {who: "${{ params.to }}"}}}
      tell:
        params: {to: {type: string}}
        emit: {type: bought, to: {key: "${{ params.to }}", of: customers}}
      tell_all: {emit: {type: bought, to: {agent: clerks}}}
  customer:
    state: {n: 0, path: ""}
    routes: {bought: {set: {n: "${{ state.n + 1 }}", path: "${{ agent.path }}"}}}
    idle_timeout: 10m
    persist: checkpoint
  clerk: {state: {n: 0}, subscribe: none, routes: {bought: {set: {n: "${{ state.n + 1 }}"}}}}
supervisor:
  children:
    - id: customers
      strategy: dynamic
      keyed_by: signal.data.who
      template: {agent: customer, restart: transient}
    - {id: clerks, agent: clerk, replicas: 2, delivery: all}
    - agent: desk
"""
OUTER = """\
jido: v1
name: outer
agents: {desk: {routes: {far: {emit: {type: bought, to: {agent: south/customers/ann}}}}}}
supervisor:
  children:
    - {id: north, topology: {file: inner.yaml, bus: own}}
    - {id: south, topology: {file: inner.yaml, bus: own}}
    - agent: desk
"""


@pytest.fixture
def world(tmp_path: Path, boot: MakeWorld) -> World:
    (tmp_path / ".git").mkdir()
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    (tmp_path / "outer.yaml").write_text(OUTER, encoding="utf-8")
    built = build(load(tmp_path / "outer.yaml").require())
    return boot(built.root, programs=built.programs)


def count(world: World, ident: str) -> object:
    return world.state(ident)["n"]


def test_one_key_in_two_namespaces_is_two_lives_with_two_states(world: World) -> None:
    world.tell("north/desk", "say", {"to": "ann"})
    for _ in range(2):
        world.tell("south/desk", "say", {"to": "ann"})
    assert [count(world, f"{one}/customers/ann") for one in ("north", "south")] == [1, 2]
    world.advance(660)
    world.tell("north/desk", "tell", {"to": "ann"})
    assert [count(world, f"{one}/customers/ann") for one in ("north", "south")] == [2, 2]
    assert world.port.node("south/customers/ann")["facts"] == ["hibernated"]
    assert world.state("north/customers/ann")["path"] == "root/north/customers/ann"


def test_a_name_means_what_stands_in_the_namespace_that_says_it(world: World) -> None:
    world.tell("south/desk", "tell", {"to": "bob"})
    world.tell("north/desk", "tell_all")
    assert "root/south/customers/bob" in world.paths()
    assert "root/north/customers/bob" not in world.paths()
    assert [count(world, f"{one}/clerks-1") for one in ("north", "south")] == [1, 0]
    world.tell("root/desk", "far")
    assert count(world, "south/customers/ann") == 1


def test_from_outside_a_name_that_two_have_is_refused(world: World) -> None:
    world.tell("north/desk", "tell", {"to": "ann"})  # only one of the two is awake
    for order in ("send", "call"):
        with pytest.raises(ControlError) as caught:
            world.order(order, to="customers/ann", type="bought")
        assert (caught.value.code, caught.value.message) == (
            "ambiguous-node",
            "2 keyed supervisors are named 'customers', say which one",
        )
    with pytest.raises(ControlError, match="2 keyed supervisors"):
        world.port.node("customers/ann")
    with pytest.raises(UnknownNodeError, match="2 keyed supervisors"):
        TreeValues(world.kernel, lambda _: 0).look_up(Mention("agents", "customers/ann", "x", 0, 0))
    with pytest.raises(ControlError, match="2 groups are named 'clerks'"):
        world.order("scale", id="clerks", count=3)
    world.order("scale", id="north/clerks", count=3)
    assert world.kernel.hearing.group_named("clerks") is None
    assert world.engine.pool("north/clerks").status.size == 3


def test_telemetry_is_told_apart_by_the_path(world: World) -> None:
    for one in ("north", "south"):
        world.tell(f"{one}/desk", "say", {"to": one[0]})
    page = world.port.events_after(0, 1000, frozenset({"started"}), "north")
    started = {event["path"] for event in page["events"]}
    assert "root/north/customers/n" in started
    assert all(path.startswith("root/north") for path in started)
    rows = world.port.directives(agent="south", type=None, outcome=None, after=0, limit=100)
    assert {row["agent"] for row in rows["directives"]} == {"root/south/desk"}


def test_a_namespace_that_restarts_leaves_the_other_alone(world: World) -> None:
    for one in ("north", "south"):
        world.tell(f"{one}/desk", "say", {"to": "ann"})
    world.order("restart", id="north")
    assert world.port.node("north/customers/ann")["facts"] == ["hibernated"]
    assert world.status("south/customers/ann") == "running"
    world.tell("north/desk", "say", {"to": "ann"})
    assert count(world, "north/customers/ann") == 2
