"""order-pipeline.yaml: three agents work together; a crash takes those after it along."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("order-pipeline")


def order(world: World, ident: str, sku: str, quantity: int) -> None:
    data = {"order": ident, "sku": sku, "quantity": quantity}
    assert world.ask("orders", "order.requested", data).ok
    world.settle()


def test_an_order_goes_through_all_three(world: World):
    order(world, "o-1", "A-100", 2)
    assert world.state("orders")["orders"] == {"o-1": {"status": "shipped", "sku": "A-100"}}
    assert world.state("inventory") == {"levels": {"A-100": 3, "B-200": 1}}
    assert world.state("shipping") == {"shipped": 1}


def test_an_order_beyond_the_stock_is_cancelled_and_ships_nothing(world: World):
    order(world, "o-1", "B-200", 2)
    assert world.state("orders")["orders"] == {"o-1": {"status": "cancelled", "sku": "B-200"}}
    assert world.state("inventory") == {"levels": {"A-100": 5, "B-200": 1}}
    assert world.state("shipping") == {"shipped": 0}


def test_what_comes_after_a_killed_agent_restarts_with_it_and_what_is_before_stays(world: World):
    order(world, "o-1", "A-100", 2)
    world.place("inventory").process.kill()
    world.settle()
    generations = {
        ident: world.place(ident).generation for ident in ("orders", "inventory", "shipping")
    }
    assert generations == {"orders": 1, "inventory": 2, "shipping": 2}
    assert world.state("orders")["last"] == "o-1"
    assert world.state("shipping") == {"shipped": 0}
