"""gated.yaml: a mode in the state decides whether work is done."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("gated")


def test_nothing_that_comes_while_it_is_closed_is_lost_in_silence(world: World):
    assert world.ask("worker", "set_mode", {"mode": "maintenance"}).ok
    for value in (1, 2):
        world.tell("worker", "process", {"value": value})
    assert world.state("worker") == {
        "mode": "maintenance",
        "counter": 0,
        "message": "closed for maintenance, left out 2",
    }
    assert world.dead_letters() == []
