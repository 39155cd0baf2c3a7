"""night-watch.yaml: a strategy, a directive and a sensor in Python."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("night-watch")


def test_its_strategy_says_what_it_is_at(world: World):
    world.tell("guard", "door.heard", {"door": "back", "level": 2})
    world.advance(10.0)
    shown = world.port.node("guard")["agent_strategy"]
    assert (shown["status"], shown["details"]) == ("running", {"rounds": 1})


def test_the_directive_is_carried_out_for_the_worst_alone(world: World):
    assert world.ask("guard", "guard.listen", {"doors": ["front", "back", "cellar"]}).ok
    world.advance(40.0)
    assert world.state("guard")["looked"] == ["cellar", "back"]
    assert [one[1:3] for one in world.directives()] == [("start_sensor", "done"), ("run", "done")]


def test_a_sensor_without_doors_is_refused(world: World):
    assert not world.ask("guard", "guard.listen", {"doors": []}).ok
    assert world.paths() == ["root", "root/guard"]
