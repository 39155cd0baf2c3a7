"""What dead engines leave, and that nothing of a living one is ever taken away."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from jido_cli.control import leftovers
from jido_cli.control.engines import FoundEngine, find_engines, look_at
from jido_cli.control.state_dir import EngineClaim, EnginePlace, StateDir

LATER = 1e12  # a now at which everything on disk has long been still


def killed(state_dir: StateDir, name: str = "shop") -> EnginePlace:
    """Leave a place as `kill -9` leaves it: the socket there, the lock given back by the kernel."""
    claim = state_dir.claim(name)
    listener = claim.bind()
    listener.listen()
    claim.announce(version="0.1.0", protocol=1, file=f"/p/{name}.yaml")
    listener.close()
    assert claim._lock is not None
    os.close(claim._lock)
    return claim.place


@pytest.fixture
def living(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        listener = claim.bind()
        listener.listen()
        yield claim
        listener.close()


def test_a_killed_engine_leaves_its_socket_and_the_sweep_takes_only_that(state_dir: StateDir):
    place = killed(state_dir)
    assert leftovers.of_engine(look_at(place)) == [place.socket]
    assert leftovers.sweep(place) == [place.socket]
    assert leftovers.of_engine(look_at(place)) == []
    assert sorted(path.name for path in place.folder.iterdir()) == [
        ".last-exit.reserved",
        "engine.json",
        "engine.lock",
    ]


def test_a_half_written_file_goes_too(state_dir: StateDir):
    place = killed(state_dir)
    place.socket.unlink()
    half = place.folder / ".engine.json.0123abcd"
    half.write_text("{")
    (place.folder / "notes.txt").write_text("the user's own")
    assert leftovers.sweep(place) == [half]
    assert (place.folder / "notes.txt").exists()


def test_a_living_engine_is_left_alone(living: EngineClaim):
    found = look_at(living.place)
    assert (found.status, leftovers.of_engine(found)) == ("alive", [])
    assert leftovers.sweep(living.place) == []
    assert living.place.socket.exists()


def test_an_engine_that_was_dead_when_it_was_looked_at_may_live_again(state_dir: StateDir):
    place = killed(state_dir)
    found = look_at(place)
    with state_dir.claim("shop") as claim:
        listener = claim.bind()
        assert found.status == "dead"
        assert leftovers.sweep(found.place) == []
        assert place.socket.exists()
        listener.close()


def orphan(state_dir: StateDir, *, is_served: bool) -> tuple[Path, socket.socket]:
    killed(state_dir, "other")
    path = state_dir.runtime / f"{'0' * 24}.sock"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    if is_served:
        listener.listen()
    return path, listener


def listed(state_dir: StateDir) -> list[FoundEngine]:
    return find_engines(None, {"XDG_RUNTIME_DIR": str(state_dir.runtime.parent)})


def test_a_socket_in_the_listing_that_nobody_serves_is_an_orphan(state_dir: StateDir):
    path, listener = orphan(state_dir, is_served=False)
    listener.close()
    found = listed(state_dir)
    assert leftovers.of_listing(state_dir.runtime, found, now=LATER) == [path]
    assert leftovers.remove([path]) == [path]
    assert leftovers.remove([path]) == []


def test_a_socket_that_somebody_serves_is_none(state_dir: StateDir):
    path, listener = orphan(state_dir, is_served=True)
    with listener:
        assert leftovers.of_listing(state_dir.runtime, listed(state_dir), now=LATER) == []
    assert path.exists()


def test_what_is_young_may_belong_to_an_engine_that_is_starting(state_dir: StateDir):
    path, listener = orphan(state_dir, is_served=False)
    listener.close()
    now = path.lstat().st_mtime + 1
    assert leftovers.of_listing(state_dir.runtime, listed(state_dir), now=now) == []


def test_without_a_listing_there_is_nothing_in_it(state_dir: StateDir):
    assert leftovers.of_listing(state_dir.runtime, [], now=LATER) == []
    assert leftovers.not_believed(state_dir.runtime) == []


def test_an_entry_that_others_may_write_is_passed_over_and_told(state_dir: StateDir):
    place = killed(state_dir)
    other = killed(state_dir, "other")
    other.listing_path.chmod(0o666)
    assert [engine.name for engine in listed(state_dir)] == ["shop"]
    [problem] = leftovers.not_believed(state_dir.runtime)
    assert problem.code == "unsafe-state-dir"
    assert problem.where == str(other.listing_path)
    assert place.listing_path.exists()
