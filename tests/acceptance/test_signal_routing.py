"""signal-routing.yaml: which routes a signal reaches, and in which order."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("signal-routing")


def test_what_no_route_takes_is_a_dead_letter(world: World):
    world.tell("router", "nobody.knows")
    assert len(world.dead_letters()) == 1


def test_of_events_the_newest_hundred_are_kept(world: World):
    for number in range(102):
        world.tell("router", "record_event", {"event_type": f"e{number}"})
    kept = [one["type"] for one in world.state("router")["events"]]
    assert (kept[0], kept[-1], len(kept)) == ("e101", "e2", 100)


def test_a_star_is_one_segment_and_two_are_any_number(world: World):
    for kind in ("audit", "audit.a", "audit.a.b", "audit.a.b.failed", "audit.a.failed"):
        world.tell("router", kind)
    assert world.state("router")["seen"] == 5
    assert world.state("router")["order"].count("audit.*.failed") == 1
