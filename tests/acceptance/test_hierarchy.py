"""hierarchy.yaml: jobs go down through children, results come back up through parents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World

TASKS = [
    {"id": "t1", "op": "compute", "value": 5},
    {"id": "t2", "op": "transform", "value": 10},
    {"id": "t3", "op": "validate", "value": 42},
]


@pytest.fixture
def world(run: Run) -> World:
    return run("hierarchy")


def below(world: World, supervisor: str) -> list[str]:
    nodes = world.port.tree()["nodes"]
    return [node["id"] for node in nodes if node["parent"] == f"root/{supervisor}"]


def submit(world: World, job: str, tasks: Any = TASKS) -> Any:
    return world.ask("orchestrator", "job.submit", {"job": job, "tasks": tasks})


def test_results_travel_back_to_the_one_that_took_the_job(world: World):
    assert submit(world, "j1").ok
    world.settle()
    (completed,) = world.state("orchestrator")["completed"]
    assert completed == {
        "job": "j1",
        "results": [
            {"id": "t1", "verdict": "11"},
            {"id": "t2", "verdict": "10_processed"},
            {"id": "t3", "verdict": "valid"},
        ],
    }
    assert world.state("orchestrator")["pending"] == {}
    assert (below(world, "jobs"), below(world, "workers")) == ([], [])


def test_a_job_that_runs_is_not_taken_twice(world: World):
    world.runner("workers").suspend()
    assert submit(world, "j1").ok
    answer = submit(world, "j1")
    assert answer.error is not None
    assert answer.error.message == "job j1 is already running"


def test_supervision_and_hierarchy_are_two_relations_and_both_are_shown(world: World):
    world.runner("workers").suspend()
    submit(world, "j1")
    job = world.port.node("job-j1")
    assert (job["parent"], job["parent_agent"], job["tag"]) == (
        "root/jobs",
        "root/orchestrator",
        "job-j1",
    )
    assert job["family"]["meta"] == {"job": "j1", "tasks": TASKS}
    children = world.port.node("orchestrator")["family"]["children"]
    assert children == [{"tag": "job-j1", "path": "root/jobs/job-j1", "status": "running"}]


def test_workers_whose_coordinator_is_gone_for_good_say_so_and_end(world: World):
    world.runner("workers").suspend()
    submit(world, "j1")
    coordinator = world.server("job-j1")
    coordinator.is_held = True  # it takes no results
    world.runner("workers").resume()
    world.settle()
    assert below(world, "workers") == ["j1-t1", "j1-t2", "j1-t3"]
    world.order("terminate_child", id="job-j1")
    world.settle()
    assert below(world, "workers") == []
    told = [json.loads(text.removeprefix("task.dropped")) for _, _, text in world.events("log")]
    assert told == [{"task": one} for one in TASKS]


def test_a_coordinator_killed_in_the_middle_ends_the_job_with_the_workers_that_it_had(
    world: World,
):
    world.runner("workers").suspend()
    submit(world, "j1")
    world.server("job-j1").is_held = True
    world.runner("workers").resume()
    world.settle()
    workers = [world.place(one).generation for one in below(world, "workers")]
    world.order("kill", id="job-j1")
    world.settle()
    assert workers == [1, 1, 1]
    assert world.events("orphaned") == []
    (completed,) = world.state("orchestrator")["completed"]
    assert [one["verdict"] for one in completed["results"]] == ["11", "10_processed", "valid"]
    assert (below(world, "jobs"), below(world, "workers")) == ([], [])
