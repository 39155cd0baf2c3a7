"""slo-sentinel.yaml: an alert when the error budget burns, and an all-clear."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("slo-sentinel")


def done(world: World, count: int, *, ok: bool) -> None:
    for _ in range(count):
        world.tell("sentinel", "request.done", {"ok": ok, "ms": 20})


def test_few_requests_say_nothing(world: World):
    done(world, 9, ok=False)
    assert world.state("sentinel")["is_burning"] is False
    done(world, 1, ok=False)
    assert world.state("sentinel")["is_burning"] is True


def test_it_is_cleared_by_good_ones_in_the_same_window_too(world: World):
    done(world, 10, ok=False)
    done(world, 89, ok=True)
    assert world.state("sentinel")["is_burning"] is True
    done(world, 1, ok=True)
    assert world.state("pager")["calls"][1:] == ["clear"]
    assert world.dead_letters() == []
