"""Strategies in a running engine: what a file declares is what the agents hold to."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.runtime.build import build
from jido_cli.topology.load import load_text
from tests.helpers.worlds import World

DOORS = """\
jido: v1
name: doors
agents:
  door:
    state: {status: closed, told: 0}
    strategy:
      fsm:
        field: status
        transitions: {closed: [open], open: [closed, gone]}
        terminal: [gone]
        on_terminal: ON_TERMINAL
    routes:
      door.opened: {set: {status: open}, in: closed}
      door.removed: {set: {status: gone}, in: open}
  porter:
    state: {gone: []}
    routes:
      door.gone: {params: {agent: {type: string}}, append: {gone: "${{ params.agent }}"}}
supervisor:
  children:
    - {agent: door, restart: RESTART}
    - {agent: porter}
"""


@pytest.fixture
def start():
    worlds: list[World] = []

    def begin(on_terminal: str, restart: str = "transient") -> World:
        text = DOORS.replace("ON_TERMINAL", on_terminal).replace("RESTART", restart)
        result = load_text(text, Path("doors.yaml"))
        assert list(result.diagnostics) == []
        built = build(result.require())
        worlds.append(World(built.root, programs=built.programs))
        return worlds[-1].boot()

    yield begin
    for world in worlds:
        world.close()


def remove(world: World) -> None:
    assert world.ask("door", "door.opened").ok
    assert world.ask("door", "door.removed").ok
    world.settle()


def test_an_agent_stops_normally_when_its_machine_ends(start):
    world = start("stop")
    remove(world)
    assert world.status("door") == "stopped"
    assert world.place("door").log.exits[-1].kind == "normal"


def test_the_machine_of_a_restarted_agent_begins_anew(start):
    world = start("stop", "permanent")
    remove(world)
    assert (world.status("door"), world.state("door")["status"]) == ("running", "closed")


def test_a_machine_goes_on_where_its_agent_was_kept(start):
    world = start("none", "permanent, shutdown: 5s, persist: checkpoint")
    assert world.ask("door", "door.opened").ok
    world.order("stop", id="door")
    world.order("start", id="door")
    world.settle()
    assert world.state("door")["status"] == "open"
    assert world.ask("door", "door.removed").ok


def test_the_end_of_a_machine_is_told_on_the_bus(start):
    world = start("{emit: door.gone}")
    remove(world)
    assert world.state("porter") == {"gone": ["door"]}
    assert world.status("door") == "running"


def test_a_refused_signal_is_a_failed_command_and_no_dead_letter(start):
    world = start("none")
    world.tell("door", "door.removed")
    assert world.dead_letters() == []
    text = "door.removed is not allowed in 'closed'; it is in 'open'"
    assert [one[2] for one in world.events("error")] == [f"door.removed → door.removed: {text}"]


def test_inspect_names_the_states_of_routes_and_none_for_direct_agents(start):
    world = start("none")
    shown = world.port.node("door")
    assert [one["states"] for one in shown["routes"]] == [["closed"], ["open"]]
    assert shown["agent_strategy"]["details"] == {"state": "closed", "allowed": ["open"]}
    plain = world.port.node("porter")
    assert plain["agent_strategy"] is None
    assert [one["states"] for one in plain["routes"]] == [[]]
