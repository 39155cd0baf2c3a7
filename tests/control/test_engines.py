"""Which engines there are, and which one is meant."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jido_cli.control.engines import EngineGoneError, FoundEngine, find_engines, pick_engine
from jido_cli.control.peer import Peer
from jido_cli.control.state_dir import EngineClaim, StateDir
from jido_cli.errors import ControlError


@contextmanager
def engine(state_dir: StateDir, name: str, *, file: str | None = None) -> Iterator[EngineClaim]:
    """An engine as far as others can tell: lock, record, a socket that takes calls."""
    with state_dir.claim(name) as claim:
        claim.announce(version="0.1.0", protocol=1, file=file or f"/srv/{name}.yaml")
        listener = claim.bind()
        listener.listen()
        with listener:
            yield claim


def dead(state_dir: StateDir, name: str, *, is_told: bool = True) -> None:
    with state_dir.claim(name) as claim:
        claim.announce(version="0.1.0", protocol=1, file=f"/srv/{name}.yaml")
        if is_told:
            claim.write_last_exit({"at": 1.0, "kind": "stopped", "reason": "jido down"})


def environ(folder: Path) -> dict[str, str]:
    return {"XDG_RUNTIME_DIR": str(folder / "run")}


def found(folder: Path, here: StateDir | None) -> list[FoundEngine]:
    return find_engines(here, environ(folder))


def failure(folder: Path, here: StateDir, name: str | None = None) -> ControlError:
    with pytest.raises(ControlError) as caught:
        pick_engine(found(folder, here), name=name, here=here, command="ps")
    return caught.value


def test_an_engine_that_holds_its_lock_and_answers_is_alive(state_dir: StateDir, folder: Path):
    with engine(state_dir, "shop"):
        (one,) = found(folder, state_dir)
    assert (one.name, one.status, one.peer) == (
        "shop",
        "alive",
        Peer(os.getpid(), os.geteuid()),
    )
    assert one.record is not None
    assert one.record.file == "/srv/shop.yaml"


def test_an_engine_that_does_not_answer_yet_is_starting(state_dir: StateDir, folder: Path):
    with state_dir.claim("shop"):
        (one,) = found(folder, state_dir)
    assert (one.status, one.is_alive) == ("starting", False)


def test_something_that_answers_without_the_lock_is_no_engine(state_dir: StateDir, folder: Path):
    dead(state_dir, "shop")
    with socket.socket(socket.AF_UNIX) as impostor:
        path = state_dir.place("shop").socket
        impostor.bind(str(path))
        path.chmod(0o600)
        impostor.listen()
        (one,) = found(folder, state_dir)
    assert (one.status, one.peer) == ("dead", None)


def test_engines_are_found_from_any_folder(state_dir: StateDir, folder: Path):
    elsewhere = StateDir.of(folder / "elsewhere", environ(folder))
    with engine(state_dir, "shop"), engine(elsewhere, "counter"):
        assert [e.name for e in found(folder, state_dir)] == ["shop", "counter"]
        assert [e.name for e in found(folder, None)] == ["counter", "shop"]


def test_an_entry_whose_folder_is_gone_is_taken_out_of_the_listing(
    state_dir: StateDir, folder: Path
):
    dead(state_dir, "shop")
    place = state_dir.place("shop")
    place.folder.rename(folder / "moved")
    assert found(folder, None) == []
    assert place.listing_path.exists() is False


def test_an_entry_that_names_a_folder_it_does_not_belong_to_is_not_followed(
    state_dir: StateDir, folder: Path
):
    dead(state_dir, "shop")
    listing = state_dir.place("shop").listing_path
    forged = listing.with_name("0" * 24 + ".json")
    listing.rename(forged)
    assert (found(folder, None), forged.exists()) == ([], False)


def test_an_unsafe_folder_in_the_listing_does_not_hide_the_others(
    state_dir: StateDir, folder: Path
):
    elsewhere = StateDir.of(folder / "elsewhere", environ(folder))
    dead(elsewhere, "counter")
    elsewhere.place("counter").folder.chmod(0o777)
    with engine(state_dir, "shop"):
        engines = found(folder, state_dir)
        assert [(e.name, e.status) for e in engines] == [("shop", "alive"), ("counter", "unsafe")]
        assert pick_engine(engines, name=None, here=state_dir).name == "shop"
        assert failure(folder, state_dir, "counter").code == "unsafe-state-dir"


def test_tm2_a_planted_state_dir_is_refused_when_engines_are_looked_for(
    state_dir: StateDir, folder: Path
):
    planted = state_dir.root / "shop"
    planted.mkdir(parents=True)
    (planted / "engine.json").write_text('{"pid": 1}')
    state_dir.root.chmod(0o755)
    with pytest.raises(ControlError) as caught:
        found(folder, state_dir)
    assert caught.value.code == "unsafe-state-dir"


# -- which one is meant


def test_the_only_live_engine_is_meant_wherever_it_lies(state_dir: StateDir, folder: Path):
    elsewhere = StateDir.of(folder / "elsewhere", environ(folder))
    dead(state_dir, "old")
    with engine(elsewhere, "counter"):
        got = pick_engine(found(folder, state_dir), name=None, here=state_dir)
    assert (got.name, got.is_alive) == ("counter", True)


def test_with_several_one_must_be_named(state_dir: StateDir, folder: Path):
    with engine(state_dir, "shop"), engine(state_dir, "counter"):
        error = failure(folder, state_dir)
        named = pick_engine(found(folder, state_dir), name="shop", here=state_dir)
    assert (error.code, error.message, error.hints) == (
        "several-engines",
        "2 engines are running, say which one",
        ("jido ps -e counter",),
    )
    assert error.where is not None
    assert error.where.startswith(f"counter (pid {os.getpid()}, up ")
    assert named.name == "shop"


def test_two_of_one_name_are_told_apart_by_their_folders(state_dir: StateDir, folder: Path):
    elsewhere = StateDir.of(folder / "elsewhere", environ(folder))
    third = StateDir.of(folder / "third", environ(folder))
    with engine(state_dir, "shop"), engine(elsewhere, "shop"):
        error = failure(folder, third, "shop")
        assert error.where is not None
        assert str(elsewhere.root / "shop") in error.where
        [hint] = error.hints
        root = hint.removeprefix("JIDO_STATE_DIR=").removesuffix(" jido ps -e shop")
        named = StateDir.of(folder, environ(folder) | {"JIDO_STATE_DIR": root})
        assert pick_engine(found(folder, third), name="shop", here=named).place.folder.parent == (
            Path(root)
        )


def test_of_two_of_one_name_that_of_this_project_is_meant(state_dir: StateDir, folder: Path):
    elsewhere = StateDir.of(folder / "elsewhere", environ(folder))
    with engine(state_dir, "shop"), engine(elsewhere, "shop"):
        engines = found(folder, state_dir)
        for here in (state_dir, elsewhere):
            for name in ("shop", None):
                picked = pick_engine(engines, name=name, here=here)
                assert picked.place.folder == here.root / "shop"


def test_without_a_name_the_one_whose_topology_lies_in_this_folder_is_meant(
    state_dir: StateDir, folder: Path
):
    nowhere = StateDir.of(folder / "nowhere", environ(folder))
    with engine(state_dir, "shop"), engine(state_dir, "counter", file="/srv/in/counter.yaml"):
        engines = found(folder, state_dir)
        picked = pick_engine(engines, name=None, here=nowhere, within=Path("/srv/in"))
        assert picked.name == "counter"
        with pytest.raises(ControlError, match="2 engines are running"):
            pick_engine(engines, name=None, here=nowhere, within=Path("/srv"))


def test_with_a_state_dir_named_engines_elsewhere_are_not_meant(state_dir: StateDir, folder: Path):
    elsewhere = StateDir.of(folder / "elsewhere", environ(folder))
    with engine(elsewhere, "shop"):
        for name in (None, "shop"):
            with pytest.raises(ControlError) as caught:
                engines = found(folder, state_dir)
                pick_engine(engines, name=name, here=state_dir, is_only_here=True)
            assert caught.value.code == "no-engine"


def test_the_hint_of_several_repeats_what_was_typed(state_dir: StateDir, folder: Path):
    with engine(state_dir, "shop"), engine(state_dir, "counter"), pytest.raises(ControlError) as e:
        pick_engine(
            found(folder, state_dir), name=None, here=state_dir, command="call one x -- -by=2"
        )
    assert e.value.hints == ("jido call one x -e counter -- -by=2",)


def test_none_at_all_says_where_it_was_looked_for(state_dir: StateDir, folder: Path):
    error = failure(folder, state_dir)
    assert (error.code, error.message, error.where) == (
        "no-engine",
        "no engine is running",
        f"{state_dir.root}/ (looked for engine.sock in 0 folders)",
    )


def test_a_name_that_nobody_has_is_met_with_the_near_one(state_dir: StateDir, folder: Path):
    with engine(state_dir, "shop"):
        error = failure(folder, state_dir, "shp")
    assert (error.code, error.message, error.where) == (
        "no-engine",
        "no engine 'shp' is running; did you mean 'shop'?",
        "running: shop",
    )


def test_a_dead_engine_of_this_project_is_told_with_how_it_ended(state_dir: StateDir, folder: Path):
    dead(state_dir, "shop")
    error = failure(folder, state_dir)
    assert isinstance(error, EngineGoneError)
    assert error.message.startswith("the engine of shop is gone: it ended at 1970-01-0")
    assert error.why == "jido down"


def test_a_dead_engine_of_another_project_counts_only_by_name(state_dir: StateDir, folder: Path):
    elsewhere = StateDir.of(folder / "elsewhere", environ(folder))
    dead(elsewhere, "counter", is_told=False)
    assert failure(folder, state_dir).code == "no-engine"
    error = failure(folder, state_dir, "counter")
    assert (error.code, error.message) == (
        "engine-gone",
        "the engine of counter is gone, and so is its socket",
    )
