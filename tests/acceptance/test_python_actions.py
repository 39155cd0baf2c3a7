"""python-actions.yaml: a pure action, one on a thread, one that waits as a coroutine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World


@pytest.fixture
def world(run: Run) -> World:
    return run("python-actions")


def test_the_best_score_is_kept(world: World):
    world.ask("reader", "text.score", {"text": "a b a b"})
    world.ask("reader", "text.score", {"text": "a b c"})
    world.ask("reader", "text.score", {"text": "a a a a"})
    assert world.state("reader")["best"] == 1.0


def test_an_empty_text_is_a_declared_failure(world: World):
    answer = world.ask("reader", "text.score", {"text": "  "})
    assert answer.error is not None
    assert (answer.error.code, answer.error.message) == ("empty_text", "the text is empty")


def test_a_file_is_counted_on_a_thread(world: World, tmp_path: Path):
    path = tmp_path / "text.txt"
    path.write_text("one two three")
    asked = world.call("reader", "file.count", {"path": str(path)})
    with world.loop.hold():
        answer = world.loop.run_until_complete(asked)
    assert answer.ok
    assert world.state("reader")["last_file"] == str(path)
    assert world.state("reader")["words"] == 3


def test_a_file_is_awaited_and_counted_once_it_is_there(world: World, tmp_path: Path):
    path = tmp_path / "text.txt"
    waited = world.call("reader", "file.await", {"path": str(path)}, timeout_s=60.0)
    world.advance(5.0)
    assert not waited.done()
    path.write_text("one two three")
    world.advance(0.1)
    assert waited.result().ok
    assert world.directives()[0][:2] == ("root/reader", "emit")
