"""counter.yaml: one supervised counter without any Python."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World

COUNTER = "counter_agent_server"


@pytest.fixture
def world(run: Run) -> World:
    return run("counter")


def test_it_starts_from_the_declared_state(world: World):
    assert world.state(COUNTER) == {"count": 0}
    assert world.port.state(COUNTER, "count")["state"] == 0


def test_calls_count_up_and_down_and_to_zero(world: World):
    asked = [
        ("counter.increment", {"by": 5}),
        ("counter.increment", {}),
        ("counter.decrement", {"by": 2}),
        ("counter.reset", {}),
    ]
    answers = [world.ask(COUNTER, kind, data) for kind, data in asked]
    assert [(one.ok, one.seq, dict(one.state or {})) for one in answers] == [
        (True, 1, {"count": 5}),
        (True, 2, {"count": 6}),
        (True, 3, {"count": 4}),
        (True, 4, {"count": 0}),
    ]


def test_a_wrong_parameter_fails_the_command_and_changes_nothing(world: World):
    world.ask(COUNTER, "counter.increment", {"by": 5})
    answer = world.ask(COUNTER, "counter.increment", {"by": "two"})
    assert (answer.ok, answer.error and answer.error.code) == (False, "invalid_params")
    assert world.state(COUNTER) == {"count": 5}


def test_beyond_64_bits_the_command_fails_and_the_count_stays(world: World):
    world.ask(COUNTER, "counter.increment", {"by": 2**63 - 1})
    answer = world.ask(COUNTER, "counter.increment", {"by": 1})
    assert answer.ok is False
    assert world.state(COUNTER) == {"count": 2**63 - 1}


def test_after_a_kill_its_successor_starts_from_zero(world: World):
    world.ask(COUNTER, "counter.increment", {"by": 5})
    assert world.order("kill", id=COUNTER)["generation"] == 1
    node = world.port.node(COUNTER)
    assert (node["status"], node["generation"], node["restarts"]) == ("running", 2, 1)
    assert node["exits"][0]["reason"] == "killed"
    assert node["state"] == {"count": 0}


def test_mail_that_waits_at_a_kill_is_the_successors(world: World):
    world.ask(COUNTER, "counter.increment", {"by": 5})
    world.cast(COUNTER, "counter.increment", {"by": 7})
    world.server(COUNTER).kill()
    world.settle()
    assert world.state(COUNTER) == {"count": 7}
    assert world.dead_letters() == []


def test_the_fourth_kill_in_five_seconds_makes_the_root_give_up(world: World):
    for _ in range(3):
        world.order("kill", id=COUNTER)
    assert world.port.node("root")["window"] == {"used": 3, "max_restarts": 3, "max_seconds": 5}
    world.order("kill", id=COUNTER)
    end = world.end()
    assert end is not None
    assert end.kind == "gave_up"
    assert end.story is not None
    assert (end.story.child, end.story.used) == (COUNTER, 4)


def test_kills_further_apart_than_the_window_never_exhaust_it(world: World):
    for _ in range(10):
        world.order("kill", id=COUNTER)
        world.advance(5.1)
    assert world.end() is None
    node = world.port.node(COUNTER)
    assert (node["restarts"], node["generation"], node["status"]) == (10, 11, "running")


def test_stopped_on_purpose_it_stays_stopped_until_it_is_started(world: World):
    world.ask(COUNTER, "counter.increment", {"by": 5})
    world.order("stop", id=COUNTER)
    world.advance(60.0)
    assert world.status(COUNTER) == "stopped"
    world.order("start", id=COUNTER)
    assert (world.status(COUNTER), world.state(COUNTER)) == ("running", {"count": 0})
    assert world.port.node("root")["window"]["used"] == 0
