"""fsm-auto-return.yaml: a machine that goes back to where it began."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("fsm-auto-return")


def test_jobs_one_after_another(world: World):
    for number in range(3):
        assert world.ask("machine", "work.start", {"job": f"j-{number}"}).ok
        assert world.ask("machine", "work.finish").ok
        world.settle()
    state = world.state("machine")
    assert (state["status"], state["done"], state["job"]) == ("ready", 3, "")


def test_it_does_not_return_from_where_it_has_not_been(world: World):
    answer = world.ask("machine", "machine.return")
    assert answer.error is not None
    assert answer.error.code == "not_allowed"
