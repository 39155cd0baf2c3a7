"""pool.yaml: a desk starts a worker for each job and ends it when the work is done."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("pool")


def workers(world: World) -> list[str]:
    return [node["id"] for node in world.port.tree()["nodes"] if node["parent"] == "root/workers"]


def test_each_job_has_a_worker_of_its_own_that_is_gone_when_it_is_done(world: World):
    for job, number in (("a", 3), ("b", 7)):
        assert world.ask("desk", "job.open", {"job": job, "number": number}).ok
    world.settle()
    assert world.state("desk") == {"open": 0, "results": {"a": 9, "b": 49}}
    assert workers(world) == []


def test_a_job_without_a_name_opens_nothing(world: World):
    answer = world.ask("desk", "job.open", {"job": "", "number": 1})
    assert (answer.ok, workers(world)) == (False, [])
    assert world.state("desk") == {"open": 0, "results": {}}
