"""chat-sessions.yaml: a session for each chat, which sleeps and wakes with its memory."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("chat-sessions")


def say(world: World, chat: str, text: str) -> None:
    data = {"session_id": chat, "text": text}
    world.order("send", to="sessions", type="chat.message", data=data)
    world.settle()


def texts(world: World, chat: str) -> list[str]:
    return [one["text"] for one in world.state(f"sessions/{chat}")["messages"]]


def test_each_chat_has_a_session_of_its_own(world: World):
    say(world, "ann", "hello there")
    say(world, "bob", "good morning")
    assert texts(world, "ann") == ["hello there", "1: there?"]
    assert texts(world, "bob") == ["good morning", "1: morning?"]
    assert world.paths() == ["root", "root/sessions", "root/sessions/ann", "root/sessions/bob"]


def test_a_session_wakes_with_its_memory(world: World):
    say(world, "ann", "hello")
    world.advance(660)
    assert "hibernated" in world.port.node("sessions/ann")["facts"]
    assert world.paths() == ["root", "root/sessions"]
    say(world, "ann", "still there?")
    assert texts(world, "ann") == ["hello", "1: hello?", "still there?", "3: there??"]
    assert world.state("sessions/ann")["tokens"] == 3


def test_a_model_that_fails_is_told_and_the_session_lives(world: World):
    say(world, "ann", "")
    assert texts(world, "ann") == [""]
    assert world.directives()[-1][1:3] == ("emit", "done")
    say(world, "ann", "again")
    assert texts(world, "ann") == ["", "again", "2: again?"]


def test_a_session_that_forgets_leaves_nothing_behind(world: World):
    say(world, "ann", "hello")
    world.order("send", to="sessions/ann", type="chat.forget")
    world.settle()
    assert world.port.node("sessions/ann")["facts"] == ["lazy"]
    say(world, "ann", "who am I?")
    assert texts(world, "ann") == ["who am I?", "1: I??"]
