"""memory.yaml: thread, memory and identity."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("memory")


def test_each_has_the_parts_that_it_asks_for(world: World):
    assert sorted(world.state("scholar")) == ["identity", "learned", "memory", "thread"]
    assert sorted(world.state("clerk")) == ["stamps", "thread"]
    assert world.state("porter") == {"doors": 0}


def test_what_is_recalled_is_the_answer(world: World):
    assert world.ask("scholar", "learn", {"topic": "trees", "fact": "they grow"}).ok
    world.settle()
    answer = world.ask("scholar", "recall", {"topic": "trees"})
    assert (answer.ok, answer.output) == (True, "they grow")


def test_spaces_that_are_always_there_cannot_be_deleted(world: World):
    assert not world.ask("scholar", "memory.delete_space", {"space": "world"}).ok
    assert sorted(world.state("scholar")["memory"]["spaces"]) == ["tasks", "world"]


def test_who_has_no_memory_takes_no_signals_for_it(world: World):
    world.tell("clerk", "memory.put", {"space": "world", "key": "a", "value": 1})
    assert len(world.dead_letters()) == 1
