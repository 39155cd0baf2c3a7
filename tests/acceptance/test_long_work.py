"""long-work.yaml: instructions beside the mailbox."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("long-work")


def test_the_python_beside_the_file_says_how_far_it_is(world: World):
    assert world.ask("desk", "work.order", {"id": "w-1", "seconds": 8.0}).ok
    world.advance(4.0)
    assert len(world.events("progress")) == 2
    assert world.ask("desk", "work.count").output == 1
    world.advance(4.0)
    assert world.state("desk") == {"open": {}, "stones": 4, "failed": []}


def test_what_is_withdrawn_ends_with_the_outcome_cancelled(world: World):
    assert world.ask("desk", "work.order", {"id": "w-1"}).ok
    world.settle()
    assert world.ask("desk", "work.withdraw", {"id": "w-1"}).ok
    world.settle()
    outcomes = [one[1:3] for one in world.directives()]
    assert ("run_instruction", "cancelled") in outcomes
    assert world.state("desk")["failed"] == ["w-1: cancelled"]


def test_a_crash_ends_what_is_at_work(world: World):
    assert world.ask("desk", "work.order", {"id": "w-1"}).ok
    world.order("kill", id="desk")
    world.advance(60.0)
    assert world.state("desk") == {"open": {}, "stones": 0, "failed": []}
