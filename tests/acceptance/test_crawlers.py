"""crawlers.yaml: a group of replicas, by host and to all."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("crawlers")


def found(world: World, host: str, count: int) -> None:
    for number in range(count):
        world.tell("frontier", "page.found", {"url": f"{host}/{number}", "host": host})


def test_hosts_are_spread_and_each_stays_with_its_crawler(world: World):
    for host in "abcdefghij":
        found(world, host, 2)
    read = world.state("frontier")["read"]
    assert sum(read.values()) == 20
    assert len(read) > 1
    assert all(count % 2 == 0 for count in read.values())


def test_more_of_them_have_the_next_numbers(world: World):
    world.order("scale", id="crawlers", count=5)
    world.settle()
    assert [world.state(f"crawlers-{n}")["number"] for n in (4, 5)] == [4, 5]
