"""ant-colony.yaml: a thousand ants, a field and a clock."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("ant-colony")


def test_there_are_a_thousand_and_each_has_its_own_target(world: World):
    targets = [world.state(f"ant-{number}")["target"] for number in (1, 100, 101, 1000)]
    assert targets[1:3] == [targets[1], (targets[1] + 1) % 100]
    assert len(world.paths()) == 1004


def test_the_last_one_starves_and_the_colony_stays_up(world: World):
    for number in range(2, 1001):
        world.order("stop", id=f"ant-{number}")
    assert world.ask("clock", "clock.start").ok
    world.advance(60.0)
    assert world.status("ant-1") == "stopped"
    assert world.status("colony") == "running"
