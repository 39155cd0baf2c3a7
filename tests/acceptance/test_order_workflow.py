"""order-workflow.yaml: four steps as one command."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("order-workflow")


def test_a_step_that_fails_undoes_the_ones_before(world: World):
    answer = world.ask("order", "order.process", {"order_id": ""})
    assert answer.error is not None
    assert (answer.ok, answer.error.action) == (False, "validate")
    assert world.state("order")["validated"] is False
    assert [kind for _, kind, *_ in world.directives()] == ["error"]


def test_an_order_is_processed_again_with_the_same_outcome(world: World):
    for _ in range(2):
        assert world.ask("order", "order.process", {"order_id": "ORD-1"}).ok
    assert world.state("order")["total"] == 90.0
