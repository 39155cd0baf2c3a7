"""specialists.yaml: fan-out to three, fan-in when all have answered."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("specialists")


def test_without_a_script_the_python_beside_the_file_answers(world: World):
    world.tell("coordinator", "orchestrate", {"goal": "trees"})
    state = world.state("coordinator")
    assert (state["status"], state["pending"]) == ("complete", [])
    assert state["results"] == {
        "planner": "first, trees",
        "researcher": "known of trees",
        "writer": "trees, in words",
    }


def test_one_who_comes_back_works_for_the_next_goal(world: World):
    world.order("stop", id="writer")
    world.tell("coordinator", "orchestrate", {"goal": "trees"})
    world.advance(120.0)
    assert world.state("coordinator")["status"] == "incomplete"
    world.order("start", id="writer")
    world.tell("coordinator", "orchestrate", {"goal": "birds"})
    assert world.state("coordinator")["status"] == "complete"


def test_an_answer_that_nobody_waits_for_changes_nothing(world: World):
    answer = world.ask("coordinator", "specialist.result", {"role": "writer", "text": "late"})
    assert (answer.ok, world.state("coordinator")["results"]) == (False, {})
