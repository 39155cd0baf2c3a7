"""orchestration-hub.yaml: ingress, orchestrator and two workers on one bus."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("orchestration-hub")


def submit(world: World, request: str, kind: str) -> None:
    data = {"request_id": request, "kind": kind, "payload": "cat"}
    world.tell("ingress", "request.submit", data)


def test_a_caller_is_answered_at_the_door(world: World):
    data = {"request_id": "r-1", "kind": "image", "payload": "cat"}
    answer = world.ask("ingress", "request.submit", data)
    assert answer.output == {"request_id": "r-1", "status": "accepted"}


def test_a_request_whose_worker_is_away_stays_open(world: World):
    world.order("stop", id="image_worker")
    submit(world, "r-1", "image")
    submit(world, "r-2", "text")
    assert world.state("orchestrator")["open"] == {"r-1": "image"}


def test_when_the_workers_give_up_those_behind_them_start_anew(world: World):
    for _ in range(11):
        world.order("kill", id="text_worker")
        world.settle()
    assert world.place("audit").generation == 1
    assert world.place("orchestrator").generation == 2
    submit(world, "r-1", "text")
    assert [one["output"] for one in world.state("audit")["finished"]] == ["CAT"]
