"""quotes.yaml: a feed that ends by itself, and a translator of webhooks."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("quotes")


def test_five_quotes_come_a_tenth_of_a_second_apart(world: World):
    assert world.ask("collector", "quotes.watch", {"symbol": "ABC"}).ok
    world.settle()
    before = len(world.state("collector")["quotes"])
    world.advance(0.2)
    assert len(world.state("collector")["quotes"]) == before + 2
    world.advance(10.0)
    quotes = world.state("collector")["quotes"]
    assert len(quotes) == 5
    assert all(one.startswith("ABC ") for one in quotes)


def test_a_feed_that_is_asked_for_again_replaces_the_one_before(world: World):
    for symbol in ("OLD", "NEW"):
        assert world.ask("collector", "quotes.watch", {"symbol": symbol, "every": "1s"}).ok
        world.settle()
    world.advance(10.0)
    assert [one[:3] for one in world.state("collector")["quotes"]].count("NEW") == 5


def test_a_feed_that_is_killed_begins_anew(world: World):
    assert world.ask("collector", "quotes.watch").ok
    world.settle()
    world.order("kill", id="quotes")
    world.advance(10.0)
    assert len(world.state("collector")["quotes"]) >= 5
    assert world.status("collector") == "running"
