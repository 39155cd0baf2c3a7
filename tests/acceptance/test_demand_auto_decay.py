"""demand-auto-decay.yaml: a switch in the state starts and ends a loop of timers."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("demand-auto-decay")


def test_a_crash_ends_the_loop_with_the_state_that_said_so(world: World):
    assert world.ask("demand", "listing.demand.auto_decay.toggle").ok
    world.advance(10.0)
    world.order("kill", id="demand")
    world.advance(3600.0)
    state = world.state("demand")
    assert (state["demand"], state["ticks"], state["auto_decay_enabled"]) == (50, 0, False)


def test_it_ends_at_the_bottom_and_is_silent_there(world: World):
    assert world.ask("demand", "listing.demand.auto_decay.toggle").ok
    world.advance(300.0)
    state = world.state("demand")
    assert (state["demand"], state["ticks"]) == (0, 30)
    told = [kind for _, kind, *_ in world.directives() if kind == "emit"]
    assert len(told) == 25
