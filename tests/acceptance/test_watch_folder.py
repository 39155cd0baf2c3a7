"""watch-folder.yaml: a folder watched by a sensor, and a report by schedule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jido_cli.errors import ControlError
from jido_cli.testing.virtual_time import EPOCH_NS
from tests.acceptance.conftest import Run
from tests.helpers.worlds import World

SEVEN = datetime(2026, 1, 1, 6, tzinfo=UTC).timestamp() - EPOCH_NS / 1e9  # in Berlin, in winter


@pytest.fixture
def world(run: Run) -> World:
    world = run("watch-folder")
    world.settle()
    return world


def changed(world: World, name: str, change: str) -> None:
    data = {"path": f"inbox/{name}", "name": name, "change": change}
    world.tell("reader", "inbox.changed", data)


def test_what_lies_in_the_folder_is_known_at_the_start(world: World):
    assert world.state("reader") == {"notes": ["welcome.md"]}
    assert world.port.node("inbox")["sensor"]["name"] == "jido.sensor.file_watch"


def test_notes_come_and_go(world: World):
    changed(world, "a.md", "added")
    changed(world, "a.md", "added")
    changed(world, "welcome.md", "deleted")
    assert world.state("reader") == {"notes": ["a.md"]}


def test_what_the_catalogue_promises_can_be_sent_by_hand(world: World):
    data = {"path": "inbox/a.md", "name": "a.md", "change": "added"}
    world.order("send", to="reader", type="inbox.changed", data=data)
    world.settle()
    assert world.state("reader") == {"notes": ["welcome.md", "a.md"]}
    with pytest.raises(ControlError, match="did you mean 'change'"):
        world.order("send", to="reader", type="inbox.changed", data={**data, "chnge": "added"})


def test_every_working_day_there_is_a_report(world: World):
    world.advance(4 * 24 * 3600)
    assert world.state("archive") == {"reports": [1, 1]}  # Thursday, Friday, and a weekend
    (row,) = world.port.schedules()["schedules"]
    assert (row["ticks"], row["last"][0]["outcome"]) == (2, "ok")


def test_a_report_can_be_had_at_once(world: World):
    world.order("run_schedule", id="reader/report")
    assert world.state("archive") == {"reports": [1]}


def test_a_report_that_was_missed_is_made_up_for(world: World):
    world.order("stop", id="reader")
    world.advance(SEVEN + 3600)
    world.order("start", id="reader")
    world.settle()
    assert world.state("archive") == {"reports": [0]}


def test_a_sensor_that_is_killed_comes_back_alone(world: World):
    world.order("kill", id="inbox")
    world.settle()
    generations = [world.place(one).generation for one in ("archive", "reader", "inbox")]
    assert (generations, world.status("reader")) == ([1, 1, 2], "running")
    assert world.state("reader") == {"notes": ["welcome.md"]}
