"""state-ops.yaml: all ways in which an action changes the state."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("state-ops")


def test_the_state_begins_as_the_file_says(world: World):
    assert world.state("store") == {
        "counter": 0,
        "name": "demo",
        "metadata": {},
        "temp": "scratch",
        "cache": {"hot": True},
        "config": {"timeout": 1000, "secret": "token"},
        "step": "idle",
    }


def test_to_replace_leaves_nothing_of_the_state_before(world: World):
    assert world.ask("store", "state.merge_metadata", {"metadata": {"a": 1}}).ok
    assert world.ask("store", "state.replace_all", {"counter": 1, "name": "new"}).ok
    assert world.state("store") == {
        "counter": 1,
        "name": "new",
        "metadata": {},
        "config": {"timeout": 1000, "secret": "token"},
        "step": "replaced",
    }


def test_to_delete_what_is_gone_is_no_error(world: World):
    for _ in range(2):
        assert world.ask("store", "state.clear_temp").ok
        assert world.ask("store", "state.delete_nested").ok
    assert world.state("store")["config"] == {"timeout": 1000}
