"""research.yaml: a pipeline, in part done by children that are started for it."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("research")


def test_when_it_is_done_nobody_is_left(world: World):
    world.tell("studio", "research.start", {"topic": "tall trees"})
    assert world.state("studio")["status"] == "complete"
    assert [path for path in world.paths() if path.startswith("root/studio.children/")] == []


def test_a_topic_is_text(world: World):
    assert not world.ask("studio", "research.start", {"topic": ""}).ok
    assert world.state("studio")["status"] == "idle"


def test_the_local_part_is_one_command(world: World):
    assert world.ask("studio", "research.start", {"topic": "birds"}).ok
    state = world.state("studio")
    assert len(state["queries"]) == len(state["findings"]) == 2
    assert len(state["outline"]) == 3
