"""checkpoint-recovery.yaml: a workflow that goes on where it was."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("checkpoint-recovery")


def test_a_crash_falls_back_to_the_last_stop_in_order(world: World):
    assert world.ask("workflow", "workflow.start", {"run_id": "run-1"}).ok
    world.advance(1.0)
    world.order("restart", id="workflow")
    world.advance(1.0)
    world.order("kill", id="workflow")
    world.settle()
    assert world.state("workflow")["finished"] == ["fetch"]
    world.advance(10.0)
    assert world.state("workflow")["status"] == "completed"


def test_a_second_start_is_refused_while_it_runs_and_begins_anew_after(world: World):
    assert world.ask("workflow", "workflow.start", {"run_id": "run-1"}).ok
    assert not world.ask("workflow", "workflow.start", {"run_id": "run-2"}).ok
    world.advance(10.0)
    assert world.ask("workflow", "workflow.start", {"run_id": "run-2"}).ok
    state = world.state("workflow")
    assert (state["run_id"], state["status"], state["finished"]) == ("run-2", "running", [])
