"""adoption.yaml: what becomes of children when their parent ends."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("adoption")


def grow(world: World, name: str, kind: str) -> None:
    assert world.ask("lead", "team.grow", {"name": name, "kind": kind}).ok
    world.settle()


def test_an_orphan_keeps_what_it_was_given_and_has_no_parent(world: World):
    grow(world, "ann", "helper")
    world.order("stop", id="lead")
    world.settle()
    shown = world.port.node("ann")
    assert world.state("ann") == {"is_orphan": True}
    assert world.status("ann") == "running"
    assert shown["parent"] == "root/team"


def test_an_intern_is_gone_with_its_parent_and_not_restarted(world: World):
    grow(world, "bob", "intern")
    world.order("stop", id="lead")
    world.settle()
    assert [path for path in world.paths() if path.startswith("root/team/")] == []


def test_a_parent_hears_of_a_child_that_ends(world: World):
    grow(world, "ann", "helper")
    world.order("stop", id="ann")
    world.settle()
    assert world.state("lead")["team"] == []
