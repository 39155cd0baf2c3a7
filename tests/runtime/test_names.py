"""Names from outside: keys, tags and ids can name a child, and displace or hide nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jido_cli.errors import ControlError
from tests.helpers.topologies import world_of
from tests.helpers.worlds import World

TEXT = """
agents:
  gate:
    routes:
      say: {params: {id: {type: string}}, emit: {type: add, data: {id: "${{ params.id }}"}}}
      aim: {params: {id: {type: string}}, emit: {type: bill, to: {agent: "${{ params.id }}"}}}
      kid:
        params: {t: {type: string}}
        directives: [{spawn_agent: {agent: w, tag: "${{ params.t }}"}}]
      pooled:
        params: {t: {type: string}}
        directives: [{spawn_agent: {agent: w, tag: "${{ params.t }}", under: pool}}]
      tell: {params: {t: {type: string}}, emit: {type: bill, to: {child: "${{ params.t }}"}}}
      take:
        params: {t: {type: string}}
        directives: [{adopt_child: {child: bill, tag: "${{ params.t }}"}}]
      watch:
        params: {t: {type: string}}
        directives:
          - start_sensor:
              {use: jido.sensor.heartbeat, tag: "${{ params.t }}", with: {every: 1h}}
  chat:
    state: {n: 0}
    persist: checkpoint
    routes:
      add: {set: {n: "${{ state.n + 1 }}"}, directives: [{spawn_agent: {agent: w, tag: mine}}]}
      bill: {set: {n: "${{ state.n + 1000 }}"}}
  w:
    state: {n: 0}
    routes: {bill: {set: {n: "${{ state.n + 1 }}"}}}
supervisor:
  children:
    - agent: gate
    - {id: chats, strategy: dynamic, keyed_by: signal.data.id, template: {agent: chat}}
    - {id: pool, strategy: dynamic, template: {agent: w}}
    - {id: bill, agent: w}
"""
KEPT = "ends in '.children': such names are kept for the supervisors of agents' own children"


@pytest.fixture
def world() -> Iterator[World]:
    started = world_of(TEXT).boot()
    yield started
    started.close()


def details(world: World) -> list[str | None]:
    return [detail for *_, detail in world.directives()]


def test_no_key_takes_the_place_of_an_agents_own_supervisor(world: World) -> None:
    world.tell("gate", "say", {"id": "5"})
    before = world.paths()
    assert "root/chats/5.children/mine" in before
    world.tell("gate", "say", {"id": "5.children"})
    assert world.paths() == before
    assert world.dead_letters()[-1][2] == f"key '5.children' {KEPT}"
    with pytest.raises(ControlError, match=r"6\.children. ends in"):
        world.order("send", to="chats/6.children", type="add", data={})
    with pytest.raises(ControlError, match=r"6\.children. ends in"):
        world.order("start_child", supervisor="chats", id="6.children")


def test_the_supervisor_of_a_keyed_agents_own_is_no_key(world: World) -> None:
    world.tell("gate", "say", {"id": "5"})
    assert world.port.node("chats/5.children")["path"] == "root/chats/5.children"
    assert world.port.node("chats/5.children")["kind"] == "supervisor"


def test_a_spawn_never_finds_its_supervisors_place_taken_by_a_key(world: World) -> None:
    world.tell("gate", "say", {"id": "5.children"})
    world.tell("gate", "say", {"id": "5"})
    assert world.status("chats/5") == "running"
    assert world.status("chats/5.children/mine") == "running"


@pytest.mark.parametrize("route", ["kid", "pooled", "take", "watch"])
@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("w.children", f"tag 'w.children' {KEPT}"),
        ("x" * 257, "tag gives a text of over 256 characters"),
        ("a\nb", "tag gives 'a\\nb', which cannot be printed"),
        ("a\x1b[2J", "tag gives 'a\\x1b[2J', which cannot be printed"),
    ],
)
def test_a_tag_that_can_be_no_id_is_refused_with_the_reason(
    world: World, route: str, tag: str, why: str
) -> None:
    before = world.paths()
    world.tell("gate", route, {"t": tag})
    assert details(world) == [why]
    assert [one for one in world.paths() if one not in before] == []


@pytest.mark.parametrize(
    ("route", "path"), [("kid", "root/gate.children/x%2Fy"), ("pooled", "root/pool/x%2Fy")]
)
def test_a_tag_with_a_slash_is_escaped_in_the_path_and_goes_by_its_name(
    world: World, route: str, path: str
) -> None:
    world.tell("gate", route, {"t": "x/y"})
    assert path in world.paths()
    assert world.port.node(path)["tag"] == "x/y"
    world.tell("gate", "tell", {"t": "x/y"})
    assert world.state(path) == {"n": 1}
    world.order("stop", id=path)
    assert path not in world.paths()


def test_an_id_from_a_client_is_taken_as_a_tag_is(world: World) -> None:
    world.order("start_child", supervisor="pool", id="x/y")
    assert "root/pool/x%2Fy" in world.paths()
    for bad in ("w.children", "x" * 257, "a\nb"):
        with pytest.raises(ControlError, match=r"^id "):
            world.order("start_child", supervisor="pool", id=bad)


# -- declared names come first


CROWD = f"""{TEXT}    - {{id: team, agent: w, replicas: 2}}
    - {{id: sup, children: [{{id: deep, agent: w}}]}}
"""


@pytest.fixture
def crowd() -> Iterator[World]:
    started = world_of(CROWD).boot()
    yield started
    started.close()


@pytest.mark.parametrize("name", ["bill", "deep", "sup", "gate"])
def test_no_key_hides_a_declared_name(crowd: World, name: str) -> None:
    path = crowd.kernel.tree.resolve(name).path
    crowd.tell("gate", "say", {"id": name})
    assert f"root/chats/{name}" in crowd.paths()
    assert crowd.kernel.tree.resolve(name).path == path
    found = crowd.kernel.tree.find(name)
    assert found is not None
    assert found.path == path
    assert crowd.port.node(name)["path"] == path


@pytest.mark.parametrize("route", ["kid", "pooled"])
def test_a_signal_for_a_declared_name_never_goes_to_a_key_or_tag(crowd: World, route: str) -> None:
    crowd.tell("gate", "say", {"id": "bill"})
    crowd.tell("gate", route, {"t": "bill"})
    crowd.tell("gate", "aim", {"id": "bill"})
    assert crowd.state("root/bill") == {"n": 1}
    assert crowd.state("chats/bill") == {"n": 1}
    assert crowd.dead_letters() == []
    crowd.order("stop", id="bill")
    assert crowd.status("root/bill") == "stopped"
    assert "root/chats/bill" in crowd.paths()


def test_a_signal_for_a_group_never_goes_to_a_key_of_its_name(crowd: World) -> None:
    crowd.tell("gate", "say", {"id": "team"})
    crowd.tell("gate", "aim", {"id": "team"})
    assert crowd.state("chats/team") == {"n": 1}
    assert crowd.state("team-1")["n"] + crowd.state("team-2")["n"] == 1


def test_names_of_two_that_nobody_declared_are_told_to_be_several(crowd: World) -> None:
    crowd.tell("gate", "say", {"id": "ann"})
    crowd.tell("gate", "pooled", {"t": "ann"})
    crowd.tell("gate", "aim", {"id": "ann"})
    why = "2 agents are named 'ann': root/chats/ann, root/pool/ann"
    assert crowd.dead_letters()[-1][2] == why
    with pytest.raises(ControlError, match="2 nodes are named 'ann'"):
        crowd.order("stop", id="ann")
    crowd.tell("gate", "aim", {"id": "nobody"})
    assert crowd.dead_letters()[-1][2] == "no agent 'nobody'"


def test_what_was_found_is_looked_for_again_when_the_tree_has_changed(crowd: World) -> None:
    crowd.tell("gate", "aim", {"id": "ann"})
    crowd.tell("gate", "say", {"id": "ann"})
    crowd.tell("gate", "aim", {"id": "ann"})
    assert crowd.state("chats/ann") == {"n": 1001}


# -- what a signal's data is typed by


def test_a_keyed_supervisor_tells_what_the_catalogue_says_of_its_signals() -> None:
    catalogue = "signals: {add: {external: true, data: {id: {type: string}}}}"
    started = world_of(f"{catalogue}\n{TEXT}").boot()
    routes = {one["pattern"]: one for one in started.port.node("chats")["routes"]}
    assert routes["add"]["data"]["properties"]["id"]["type"] == "string"
    assert routes["bill"]["data"] is None
    started.close()


def test_what_is_null_is_told_as_null(world: World) -> None:
    with pytest.raises(ControlError, match="keyed_by gives null, which is no text"):
        world.order("send", to="chats", type="add", data={"id": None}, unrouted=True)
