"""demand-tracker.yaml: what is asked is told, what is possible is done, and time decays it."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World

CHANGED = "listing.demand.changed"


@pytest.fixture
def world(run: Run) -> World:
    return run("demand-tracker")


def emitted(world: World) -> list[str]:
    rows = world.port.directives(agent=None, type="emit", outcome=None, after=0, limit=100)
    return [row["summary"] for row in rows["directives"]]


def test_a_boost_raises_the_demand_and_says_so_once(world: World):
    assert world.ask("demand", "listing.demand.boost", {"amount": 20}).ok
    assert world.state("demand")["demand"] == 70
    assert emitted(world) == [f"{CHANGED} → bus"]


def test_a_boost_ends_at_a_hundred(world: World):
    world.ask("demand", "listing.demand.boost", {"amount": 80})
    assert world.state("demand")["demand"] == 100


def test_the_heartbeat_decays_every_five_minutes(world: World):
    world.advance(600.0)
    state = world.state("demand")
    assert (state["demand"], state["ticks"]) == (46, 2)


def test_nothing_is_said_at_the_bottom(world: World):
    world.ask("demand", "listing.demand.cool", {"amount": 49})
    before = len(emitted(world))
    world.advance(600.0)
    assert world.state("demand")["demand"] == 0
    assert len(emitted(world)) - before == 1
