"""schedule-retry.yaml: what the clock does for an agent."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("schedule-retry")


def test_a_new_start_replaces_the_retry_before(world: World):
    assert world.ask("scheduler", "retry.start", {"delay_ms": 500}).ok
    world.advance(0.4)
    assert world.ask("scheduler", "retry.start", {"max_attempts": 2}).ok
    world.advance(1.0)
    state = world.state("scheduler")
    assert (state["status"], state["attempts"]) == ("completed", 2)


def test_timers_of_two_ids_do_not_meet(world: World):
    for name in ("a", "b"):
        assert world.ask("scheduler", "timer.start", {"timer_id": name}).ok
    world.advance(1.0)
    assert world.state("scheduler")["tick_count"] == 2


def test_schedules_are_listed_and_can_be_paused(world: World):
    world.order("pause_schedule", id="scheduler/every_minute")
    world.advance(3600.0)
    assert world.state("scheduler")["cron_ticks"] == 1  # the hour's
    rows = world.port.schedules()["schedules"]
    assert sorted(row["name"] for row in rows) == ["every_minute", "hourly"]
