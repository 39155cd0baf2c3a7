"""Groups of replicas in a running tree: `delivery`, and `scale` (runtime.md 12 and 16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jido_cli.errors import ControlError
from tests.helpers.topologies import findings_of, world_of
from tests.helpers.worlds import World

TOPOLOGY = """
vars: {workers: {type: integer, default: 3}}
agents:
  desk:
    routes:
      go: {params: {to: {type: string}, n: 0}, emit: {type: job, data: {to: "${{ params.to }}"}}}
  worker:
    state: {seen: 0, home: 0, of: ""}
    routes: {job: {set: {seen: "${{ state.seen + 1 }}"}}}
supervisor:
  children:
    - agent: desk
    - id: w
      agent: worker
      replicas: ${{ vars.workers }}
      delivery: DELIVERY
      state: {home: "${{ replica.index * 10 }}", of: "${{ topology.name }}"}
    - {id: after, agent: desk}
"""


@pytest.fixture
def started() -> Iterator[Any]:
    worlds: list[World] = []

    def start(text: str) -> World:
        worlds.append(world_of(text).boot())
        return worlds[-1]

    yield start
    for world in worlds:
        world.close()


@pytest.fixture
def start(started: Any) -> Any:
    return lambda delivery: started(TOPOLOGY.replace("DELIVERY", delivery))


def seen(world: World) -> list[int]:
    return [world.state(f"w-{number}")["seen"] for number in range(1, 4)]


def refused(world: World, ident: str, count: int) -> tuple[str, str]:
    with pytest.raises(ControlError) as caught:
        world.order("scale", id=ident, count=count)
    return caught.value.code, caught.value.message


def test_with_all_each_member_gets_the_signal(start: Any) -> None:
    world = start("all")
    world.tell("desk", "go", {"to": "x"})
    assert seen(world) == [1, 1, 1]


def test_with_one_one_of_them_gets_it_in_turn(start: Any) -> None:
    world = start("one")
    for _ in range(3):
        world.tell("desk", "go", {"to": "x"})
    assert seen(world) == [1, 1, 1]


def test_with_hash_the_same_key_goes_to_the_same_member(start: Any) -> None:
    world = start("{hash: signal.data.to}")
    for _ in range(4):
        world.tell("desk", "go", {"to": "x"})
    assert sorted(seen(world)) == [0, 0, 4]


def test_a_signal_without_a_usable_key_is_a_dead_letter_of_the_supervisor(start: Any) -> None:
    world = start("{hash: signal.data.nothing}")
    world.tell("desk", "go", {"to": "x"})
    assert seen(world) == [0, 0, 0]
    ((path, kind, reason),) = world.dead_letters()
    assert (path, kind) == ("root", "job")
    assert reason == "no key: hash: there is no key 'nothing'"


def test_a_templates_children_have_a_delivery_too(started: Any) -> None:
    world = started("""
        agents:
          desk: {routes: {go: {emit: {type: job}}}}
          worker: {state: {seen: 0}, routes: {job: {set: {seen: "${{ state.seen + 1 }}"}}}}
        supervisor:
          children:
            - agent: desk
            - {id: pool, strategy: dynamic, template: {agent: worker, delivery: all}}
        """)
    world.order("scale", id="pool", count=3)
    world.tell("desk", "go")
    states = [world.state(f"worker-{number}") for number in (1, 2, 3)]
    assert states == [{"seen": 1}] * 3


# -- scale


def test_a_group_grows_by_members_with_the_next_numbers_and_their_own_state(start: Any) -> None:
    world = start("all")
    told = world.order("scale", id="w", count=5)
    assert told == {
        "path": "root/w",
        "was": 3,
        "count": 5,
        "started": ["w-4", "w-5"],
        "stopped": [],
    }
    assert world.state("w-5") == {"seen": 0, "home": 50, "of": "tested"}
    world.tell("desk", "go", {"to": "x"})
    assert world.state("w-4")["seen"] == 1
    assert world.events("scaled") == [("scaled", "root", "w 3 → 5")]


def test_of_too_many_the_newest_stops_first_and_its_mail_becomes_dead_letters(start: Any) -> None:
    world = start("all")
    for number in (1, 2, 3):
        world.cast(f"w-{number}", "job")
    world.server("w-3").is_held = True  # so that it has mail when it goes
    told = world.order("scale", id="root/w", count=1)
    assert (told["count"], told["stopped"]) == (1, ["w-3", "w-2"])
    assert world.paths() == ["root", "root/desk", "root/w-1", "root/after"]
    assert world.dead_letters() == [("root/w-3", "job", "its place ended")]


def test_a_group_shrinks_and_grows_again_to_the_same_names(start: Any) -> None:
    world = start("one")
    world.order("scale", id="w", count=1)
    world.order("scale", id="w", count=2)
    assert world.state("w-2") == {"seen": 0, "home": 20, "of": "tested"}
    assert world.order("scale", id="w", count=2)["started"] == []


def test_the_number_outlives_a_restart_of_the_supervisor(started: Any) -> None:
    world = started("""
        agents: {worker: {state: {seen: 0}, routes: {job: {}}}}
        supervisor:
          children:
            - {id: s, children: [{id: w, agent: worker, replicas: 2}, {id: x, agent: worker}]}
        """)
    world.order("scale", id="s/w", count=4)
    world.order("restart", id="s")
    names = [f"root/s/{one}" for one in ("w-1", "w-2", "x", "w-3", "w-4")]
    assert world.paths() == ["root", "root/s", *names]


def test_a_dynamic_supervisor_is_scaled_within_its_bound(started: Any) -> None:
    world = started("""
        agents: {worker: {state: {seen: 0}, routes: {job: {}}}}
        supervisor:
          children:
            - {id: pool, strategy: dynamic, max_children: 3, template: {agent: worker}}
        """)
    assert world.order("scale", id="pool", count=3)["started"] == [
        "worker-1",
        "worker-2",
        "worker-3",
    ]
    assert refused(world, "pool", 4) == ("too-many", "4 are more than max_children, 3")
    assert world.order("scale", id="pool", count=1)["stopped"] == ["worker-3", "worker-2"]
    assert world.order("scale", id="pool", count=0)["stopped"] == ["worker-1"]


def test_what_cannot_be_scaled_is_refused_with_the_reason(start: Any) -> None:
    world = start("one")
    assert refused(world, "w", 0) == ("bad-value", "a group has one member at least")
    assert refused(world, "w", 200_001)[0] == "bad-value"
    assert refused(world, "ww", 2) == ("no-node", "no group 'ww'; did you mean 'w'?")
    code, message = refused(world, "w-1", 2)
    assert code == "wrong-state"
    assert message == "w-1 cannot be scaled: it is no group of replicas and no dynamic supervisor"


def test_a_group_whose_members_differ_by_more_than_their_state_cannot_grow(started: Any) -> None:
    world = started("""
        agents: {worker: {state: {seen: 0}, routes: {job: {}}}}
        supervisor:
          children:
            - {id: w, agent: worker, replicas: 2, mailbox: {max: "${{ replica.index * 10 }}"}}
        """)
    assert refused(world, "w", 3) == (
        "wrong-state",
        "w cannot grow: its 'mailbox' reads replica.index",
    )
    assert world.order("scale", id="w", count=1)["stopped"] == ["w-2"]


def test_two_groups_of_one_name_are_told_apart_by_their_paths(started: Any) -> None:
    world = started("""
        agents: {worker: {routes: {job: {}}}}
        supervisor:
          children:
            - {id: a, children: [{id: w, agent: worker, replicas: 2}]}
            - {id: b, children: [{id: w, agent: worker, replicas: 2}]}
        """)
    assert refused(world, "w", 3) == ("ambiguous-node", "2 groups are named 'w', say which one")
    assert world.order("scale", id="b/w", count=3)["path"] == "root/b/w"


def test_a_member_that_does_not_start_is_told_and_the_group_stays_as_it_was(started: Any) -> None:
    world = started("""
        agents:
          worker: {state: {n: {type: integer, maximum: 20, default: 0}}, routes: {job: {}}}
        supervisor:
          children:
            - {id: w, agent: worker, replicas: 2, state: {n: "${{ replica.index * 10 }}"}}
        """)
    code, message = refused(world, "w", 3)
    assert code == "start-failed"
    assert "20" in message
    assert world.order("scale", id="w", count=2)["was"] == 2
    assert world.paths() == ["root", "root/w-1", "root/w-2"]


def test_delivery_without_replicas_means_nothing() -> None:
    assert findings_of("""
        agents: {worker: {routes: {job: {}}}}
        supervisor: {children: [{agent: worker, delivery: all}]}
        """) == [(3, "JD106", "'delivery' of 'worker' means nothing without 'replicas'")]
