"""emit.yaml: signals are data first, and are sent after the commit."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("emit")


def test_none_is_a_number_of_signals_too(world: World):
    assert world.ask("desk", "multi_emit", {"event_count": 0}).ok
    world.settle()
    assert world.state("listener") == {"indices": []}


def test_what_is_told_is_listed_with_its_outcome(world: World):
    assert world.ask("desk", "multi_emit", {"event_count": 2}).ok
    world.settle()
    assert [(kind, outcome) for _, kind, outcome, *_ in world.directives()] == [
        ("emit", "done"),
        ("emit", "done"),
    ]


def test_a_listener_that_is_away_does_not_hold_the_desk(world: World):
    world.order("stop", id="listener")
    assert world.ask("desk", "multi_emit").ok
    world.settle()
    assert world.state("desk")["emitted_count"] == 3
