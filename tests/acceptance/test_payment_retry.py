"""payment-retry.yaml: tries with backoff, one agent for each payment."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("payment-retry")


def request(world: World, payment: str, cents: int) -> None:
    data = {"payment_id": payment, "cents": cents}
    world.order("send", to="payments", type="payment.requested", data=data)
    world.settle()


def test_a_payment_is_captured_by_the_python_beside_the_file(world: World):
    request(world, "p-1", 1250)
    state = world.state("payments/p-1")
    assert (state["status"], state["attempts"]) == ("captured", 1)
    assert world.state("desk") == {"given_up": []}


def test_a_payment_over_the_limit_is_given_up_at_once(world: World):
    request(world, "p-1", 100_001)
    request(world, "p-2", 100_000)
    assert world.state("payments/p-1")["status"] == "given_up"
    assert world.state("payments/p-2")["status"] == "captured"
    assert world.state("desk") == {"given_up": ["p-1: p-1 is over the limit"]}
