"""order-fsm.yaml: what an order may do depends on its state, and the state is part of the state."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("order-fsm")


def place(world: World) -> None:
    data = {"order_id": "o-1", "quantity": 1, "unit_price": 100.0}
    assert world.ask("order", "order.place", data).ok


def failure(world: World, signal_type: str, data: object = None) -> str:
    answer = world.ask("order", signal_type, data)
    assert not answer.ok
    assert answer.error is not None
    return answer.error.message


def test_an_order_of_one_hundred_comes_to_ninety_and_is_processing(world: World):
    place(world)
    state = world.state("order")
    assert (state["total"], state["status"]) == (90.0, "processing")


def test_a_confirmed_order_is_shipped_and_closed(world: World):
    place(world)
    assert world.ask("order", "order.shipped", {"tracking": "T1"}).ok
    state = world.state("order")
    assert (state["status"], state["tracking"]) == ("done", "T1")
    sent = [row["summary"] for row in world.directive_rows() if row["type"] == "emit"]
    assert sent == ["order.confirmed → bus", "order.closed → bus"]


def test_an_order_cannot_ship_before_it_is_confirmed(world: World):
    said = failure(world, "order.shipped", {"tracking": "T1"})
    assert said == "order.shipped is not allowed in 'ready'; it is in 'processing'"
    assert world.state("order")["status"] == "ready"


def test_a_failed_order_can_be_reopened_and_placed_again(world: World):
    place(world)
    assert world.ask("order", "order.failed", {"reason": "card"}).ok
    assert world.state("order")["status"] == "error"
    assert world.ask("order", "order.reopen").ok
    place(world)
    assert world.state("order")["status"] == "processing"


def test_a_shipped_order_cannot_be_placed_again_and_keeps_everything(world: World):
    place(world)
    assert world.ask("order", "order.shipped", {"tracking": "T1"}).ok
    before = world.state("order")
    data = {"order_id": "o-2", "quantity": 2, "unit_price": 5.0}
    said = failure(world, "order.place", data)
    assert said == "status cannot go from 'done' to 'processing'; 'done' is terminal"
    assert world.state("order") == before


def test_inspect_shows_how_far_the_order_is(world: World):
    place(world)
    shown = world.port.node("order")["agent_strategy"]
    assert shown == {
        "kind": "fsm",
        "status": "running",
        "done": False,
        "result": None,
        "details": {"state": "processing", "allowed": ["done", "error", "ready"]},
    }
    assert world.ask("order", "order.shipped", {"tracking": "T1"}).ok
    shown = world.port.node("order")["agent_strategy"]
    assert (shown["status"], shown["done"], shown["result"]) == ("success", True, "done")
