"""notes.yaml: a plugin has its slice, its routes and a say in what runs."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("notes")


def test_the_label_is_the_default_and_the_agent_is_ready(world: World):
    state = world.state("desk")
    assert (state["status"], state["notes"]) == ("ready", {"entries": [], "label": "demo"})


def test_notes_are_put_in_front_and_cleared(world: World):
    for text in ("one", "two"):
        assert world.ask("desk", "notes.add", {"text": text}).ok
    assert world.state("desk")["notes"]["entries"] == ["two", "one"]
    assert world.ask("desk", "notes.clear").ok
    assert world.state("desk")["notes"]["entries"] == []


def test_a_word_that_is_refused_fails_the_command(world: World):
    answer = world.ask("desk", "notes.add", {"text": "the password"})
    assert answer.error is not None
    assert (answer.ok, answer.error.code) == (False, "refused")
    assert world.state("desk")["notes"]["entries"] == []


def test_to_close_the_desk_is_written_into_the_thread(world: World):
    assert world.ask("desk", "notes.add", {"text": "one"}).ok
    assert world.ask("desk", "desk.closed").ok
    world.settle()
    state = world.state("desk")
    [entry] = state["thread"]["entries"]
    assert (entry["seq"], entry["kind"]) == (0, "closed")
    assert entry["payload"] == {"notes": {"entries": ["one"], "label": "demo"}}


def test_inspect_names_the_plugins(world: World):
    shown = world.port.node("desk")["plugins"]
    assert [(one["key"], one["of"], one["prefix"]) for one in shown] == [
        ("notes", "notes_app.plugins:Notes", "notes"),
        ("thread", "jido.plugin.thread", "thread"),
    ]
