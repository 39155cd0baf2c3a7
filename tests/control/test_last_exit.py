"""How an engine ended is written down also when its disk is full by then."""

from __future__ import annotations

import errno
import os

import pytest

from jido_cli.control import private_files
from jido_cli.control.state_dir import StateDir
from jido_cli.errors import ControlError

END = {"at": 1.0, "kind": "stopped", "reason": "stopped: jido down", "exit": 0, "story": None}


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch):
    def refuse(path: object, text: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fill() -> None:
        monkeypatch.setattr(private_files, "write_text", refuse)

    return fill


def claimed(state_dir: StateDir):
    claim = state_dir.claim("shop")
    claim.announce(version="0.1.0", protocol=1, file="/p/shop.yaml")
    return claim


def test_on_a_full_disk_the_end_goes_where_room_was_kept(state_dir: StateDir, full_disk):
    with claimed(state_dir) as claim:
        full_disk()
        claim.write_last_exit(END)
        place = claim.place
    assert place.last_exit() == END
    assert sorted(path.name for path in place.folder.iterdir()) == [
        "engine.json",
        "engine.lock",
        "last-exit.json",
    ]


def test_a_story_that_is_too_large_for_the_room_is_left_out(state_dir: StateDir, full_disk):
    with claimed(state_dir) as claim:
        full_disk()
        claim.write_last_exit(END | {"kind": "gave_up", "story": {"trace": ["x" * 5000]}})
        assert claim.place.last_exit() == END | {"kind": "gave_up"}


def test_what_does_not_fit_at_all_is_the_refusal_it_was(state_dir: StateDir, full_disk):
    with claimed(state_dir) as claim:
        full_disk()
        with pytest.raises(ControlError, match="no space is left on its disk"):
            claim.write_last_exit(END | {"reason": "x" * 5000})


def test_with_room_on_the_disk_the_kept_room_is_given_back(state_dir: StateDir):
    with claimed(state_dir) as claim:
        claim.write_last_exit(END | {"story": {"trace": ["x" * 5000]}})
        place = claim.place
    assert place.last_exit() == END | {"story": {"trace": ["x" * 5000]}}
    assert not (place.folder / ".last-exit.reserved").exists()
