"""task-board.yaml: tasks in their order, one at a time."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("task-board")


def test_a_task_that_nobody_knows_cannot_be_blocked_or_unblocked(world: World):
    for kind in ("task.block", "task.unblock"):
        data = {"id": "party", "reason": "none"} if kind == "task.block" else {"id": "party"}
        answer = world.ask("board", kind, data)
        assert answer.error is not None
        assert (answer.ok, "party" in answer.error.message) == (False, True)
    assert sorted(world.state("board")["tasks"]) == ["gates", "metadata", "package"]


def test_a_release_with_a_blocked_task_does_not_finish(world: World):
    assert world.ask("board", "task.next").ok
    assert world.ask("board", "task.block", {"id": "metadata", "reason": "no version"}).ok
    for name in ("gates", "package"):
        assert world.ask("board", "task.next").ok
        assert world.ask("board", "task.complete", {"id": name}).ok
    statuses = {name: one["status"] for name, one in world.state("board")["tasks"].items()}
    assert statuses == {"metadata": "blocked", "gates": "done", "package": "done"}
    assert not world.ask("board", "task.next").ok
