"""persistence.yaml: checkpoints in memory, for an agent and for one that sleeps."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("persistence")


def test_a_round_trip_through_a_checkpoint_changes_nothing(world: World):
    assert world.ask("desk", "counter.increment", {"amount": 3}).ok
    assert world.ask("desk", "notes.add", {"note": "hello"}).ok
    before = world.state("desk")
    world.order("stop", id="desk")
    world.order("start", id="desk")
    world.settle()
    assert world.state("desk") == before
    assert before == {"counter": 3, "status": "updated", "notes": ["hello"]}


def test_what_is_kept_of_one_drawer_is_not_seen_in_another(world: World):
    for name in ("ada", "bob"):
        signal = {"to": "drawers", "type": "notes.add", "data": {"note": name}, "subject": name}
        world.order("send", **signal)
    world.advance(120.0)
    assert world.paths() == ["root", "root/desk", "root/drawers"]
    for name in ("ada", "bob"):
        assert world.state(f"drawers/{name}")["notes"] == [name]
