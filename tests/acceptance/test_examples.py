"""What holds for every example: it loads clean, starts whole, and stops in reverse order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Run
from tests.acceptance.examples import NAMES


def test_every_example_has_a_test_of_its_own():
    here = Path(__file__).parent
    missing = [name for name in NAMES if not (here / f"test_{name.replace('-', '_')}.py").exists()]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_an_example_loads_clean_and_all_of_it_runs(name: str, run: Run):
    world = run(name)
    assert set(world.statuses().values()) == {"running"}
    assert world.port.ready()["ok"] is True
    assert world.dead_letters() == []


@pytest.mark.parametrize("name", NAMES)
def test_an_example_stops_in_the_reverse_order_of_its_start(name: str, run: Run):
    world = run(name)
    started = [path for _, path, _ in world.events("started")]
    world.begin_shutdown()
    end = world.end()
    assert end is not None
    assert end.kind == "stopped"
    stopped = [path for _, path, _ in world.events("exited")]
    assert stopped == list(in_reverse("root", started))


def in_reverse(path: str, started: list[str]) -> Iterator[str]:
    """Yield the paths below *path*, siblings in the reverse order of their start, then itself."""
    for each in reversed(started):
        if each.rpartition("/")[0] == path:
            yield from in_reverse(each, started)
    yield path


@pytest.mark.parametrize("name", NAMES)
def test_an_example_that_nobody_talks_to_does_nothing(name: str, run: Run):
    world = run(name)
    before = world.port.tree()["revision"]
    world.advance(3600.0)
    assert world.port.tree()["revision"] == before
    assert world.engine.is_idle


@pytest.mark.parametrize("name", NAMES)
def test_every_start_is_told_with_the_time_that_it_took(name: str, run: Run):
    world = run(name, at_s=1000.0)
    assert {text for _, _, text in world.events("started")} == {"gen 1  0us"}
