"""two-siblings.yaml: one agent crashes, the other does not notice."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World

SUPPORT, BILLING = "support_agent", "billing_agent"


@pytest.fixture
def world(run: Run) -> World:
    return run("two-siblings")


def crash(world: World) -> None:
    answer = world.ask(SUPPORT, "support.look_up", {"id": "T-9"})
    assert answer.ok is False
    assert answer.error is not None
    assert answer.error.message == "KeyError: 'T-9'"


def test_both_do_their_work(world: World):
    world.ask(SUPPORT, "support.open", {"id": "T-1"})
    world.ask(SUPPORT, "support.look_up", {"id": "T-1"})
    world.ask(BILLING, "billing.open", {"id": "B-1"})
    assert world.state(SUPPORT) == {"handled": 1, "last": "T-1", "found": "the printer is on fire"}
    assert world.state(BILLING) == {"handled": 1, "last": "B-1", "found": ""}


def test_a_crash_of_one_leaves_generation_state_and_uptime_of_the_other(world: World):
    world.ask(SUPPORT, "support.open", {"id": "T-1"})
    world.ask(BILLING, "billing.open", {"id": "B-1"})
    world.advance(10.0)
    untouched = world.port.node(BILLING)
    crash(world)
    support = world.port.node(SUPPORT)
    assert (support["generation"], support["restarts"], support["uptime_s"]) == (2, 1, 0.0)
    assert support["state"] == {"handled": 0, "last": "", "found": ""}
    assert world.port.node(BILLING) == untouched | {
        "supervisor": untouched["supervisor"]
        | {"window": {"used": 1, "max_restarts": 3, "max_seconds": 5}}
    }
    assert untouched["uptime_s"] == 10.0


def test_the_crash_is_told_with_its_reason_its_place_and_its_signal(world: World):
    crash(world)
    exit_ = world.port.node(SUPPORT)["last_exit"]
    assert (exit_["kind"], exit_["reason"], exit_["signal"]) == (
        "crash",
        "crash(KeyError: 'T-9')",
        "support.look_up",
    )
    assert exit_["frame"].startswith("siblings_app/actions.py:")
    assert exit_["frame"].endswith(" in look_up")


def test_the_signal_in_flight_is_a_dead_letter_and_the_next_one_is_handled(world: World):
    world.cast(SUPPORT, "support.look_up", {"id": "T-9"})
    world.cast(SUPPORT, "support.open", {"id": "T-1"})
    world.settle()
    assert world.dead_letters() == [
        (f"root/{SUPPORT}", "support.look_up", "exited: crash(KeyError: 'T-9')")
    ]
    assert world.state(SUPPORT) == {"handled": 1, "last": "T-1", "found": ""}


def test_a_sibling_goes_down_only_when_the_root_gives_up(world: World):
    for _ in range(3):
        crash(world)
    assert world.port.node(BILLING)["generation"] == 1
    crash(world)
    end = world.end()
    assert end is not None
    assert end.kind == "gave_up"
    assert [one[1] for one in world.events("exited")][-3:] == [
        f"root/{SUPPORT}",
        f"root/{BILLING}",
        "root",
    ]
