"""tenants.yaml: one file mounted for each tenant, with nothing shared."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("tenants")


def order(world: World, tenant: str, customer: str, cents: int) -> None:
    data = {"customer": customer, "cents": cents}
    world.order("send", to=f"{tenant}/customers", type="order.placed", data=data)
    world.settle()


def test_what_sleeps_in_one_is_not_woken_in_the_other(world: World):
    order(world, "north", "ann", 5)
    order(world, "south", "ann", 7)
    world.advance(660.0)
    order(world, "south", "ann", 1)
    assert "hibernated" in world.port.node("north/customers/ann")["facts"]
    assert world.state("south/customers/ann") == {"cents": 8}


def test_nothing_but_reports_leaves_a_tenant(world: World):
    order(world, "north", "ann", 5)
    assert world.state("south/books") == {"cents": 0}
    assert world.state("head_office") == {"totals": {"north": 5}}
