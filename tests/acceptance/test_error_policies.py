"""error-policies.yaml: what follows a failed command is each agent's own policy."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("error-policies")


def test_one_failure_and_what_became_of_each(world: World):
    for name in ("calm", "strict", "patient", "loud", "careful"):
        assert not world.ask(name, "work.do", {"value": -1}).ok
    world.settle()
    generations = {
        name: world.place(name).generation
        for name in ("calm", "strict", "patient", "loud", "careful", "log")
    }
    assert generations.pop("strict") == 2
    assert set(generations.values()) == {1}
    assert len(world.state("log")["heard"]) == 1
