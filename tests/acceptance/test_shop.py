"""shop.yaml: a project of several files, one of which is mounted as a subtree of its own."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World

ORDER = {"order_id": "o-1", "sku": "apple", "quantity": 3, "amount": 4.5}


@pytest.fixture
def world(run: Run) -> World:
    return run("shop")


def test_an_order_passes_through_the_mounted_billing(world: World):
    assert world.ask("inventory", "order.placed", ORDER).ok
    world.settle()
    assert world.state("inventory") == {"stock": {"apple": 7}}
    assert world.state("billing/ledger") == {"captured": {"o-1": 4.5}, "currency": "EUR"}
    assert world.state("shipping") == {"shipped": ["o-1"]}


def test_a_crash_in_billing_leaves_the_others_alone(world: World):
    world.place("billing/ledger").process.kill()
    world.settle()
    idents = ("inventory", "billing/ledger", "shipping")
    assert [world.place(ident).generation for ident in idents] == [1, 2, 1]


def test_stock_that_is_not_there_is_no_order(world: World):
    answer = world.ask("inventory", "order.placed", {**ORDER, "quantity": 11})
    world.settle()
    assert (answer.ok, answer.error.message) == (False, "not enough apple")
    assert world.state("shipping") == {"shipped": []}
