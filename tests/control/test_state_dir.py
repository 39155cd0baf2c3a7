"""The state dir: whose it is, who may be the engine, what is left afterwards (TM1, TM2)."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jido_cli.control.private_files import writing
from jido_cli.control.state_dir import (
    AlreadyRunningError,
    EngineRecord,
    StateDir,
    runtime_folder,
)
from jido_cli.errors import ControlError


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def refused(state_dir: StateDir, name: str = "shop") -> ControlError:
    with pytest.raises(ControlError) as caught:
        state_dir.claim(name)
    return caught.value


@pytest.fixture(params=[0o000, 0o077, 0o777], ids=["umask-000", "umask-077", "umask-777"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_the_state_dir_is_named_by_the_environment_or_lies_in_the_project(folder: Path):
    run = {"XDG_RUNTIME_DIR": "/run/user/7"}
    named = StateDir.of(folder, {**run, "JIDO_STATE_DIR": str(folder / "elsewhere")})
    assert named == StateDir(folder / "elsewhere", Path("/run/user/7/jido"))
    assert StateDir.of(folder, run) == StateDir(folder / ".jido", Path("/run/user/7/jido"))


def test_without_a_runtime_dir_engines_are_listed_in_the_temporary_folder():
    uid = os.geteuid()
    assert runtime_folder({"TMPDIR": "/var/tmp"}) == Path(f"/var/tmp/jido-{uid}")
    assert runtime_folder({"XDG_RUNTIME_DIR": "relative"}) == Path(f"/tmp/jido-{uid}")


def test_folders_are_0700_and_files_0600_whatever_the_umask(state_dir: StateDir, umask: int):
    with state_dir.claim("shop") as claim:
        claim.announce(version="0.1.0", protocol=1, file="shop.yaml")
        listener = claim.bind()
        os.close(claim.open_log())
        claim.write_last_exit({"kind": "stopped"})
        place = claim.place
        folders = [state_dir.root, place.folder, state_dir.runtime]
        files = [
            place.record_path,
            place.lock_path,
            place.log_path,
            place.last_exit_path,
            place.listing_path,
            place.socket,
            state_dir.root / ".gitignore",
        ]
        assert [mode_of(path) for path in folders] == [0o700] * 3
        assert [mode_of(path) for path in files] == [0o600] * 7
        listener.close()


def test_the_state_dir_hides_from_git(state_dir: StateDir):
    with state_dir.claim("shop"):
        assert (state_dir.root / ".gitignore").read_text() == "*\n"


def test_the_record_is_read_back(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        record = claim.announce(version="0.1.0", protocol=1, file="shop.yaml")
        assert claim.place.record() == record
        assert (record.name, record.pid, record.protocol) == ("shop", os.getpid(), 1)
        assert json.loads(claim.place.listing_path.read_text())["folder"] == str(claim.place.folder)


@pytest.mark.parametrize("raw", ["", "[]", "{", '{"name": "shop"}', '{"pid": "1"}', "[" * 99_999])
def test_a_record_that_holds_something_else_is_none(state_dir: StateDir, raw: str):
    with state_dir.claim("shop") as claim:
        claim.announce(version="0.1.0", protocol=1, file="shop.yaml")
        claim.place.record_path.write_text(raw)
        assert claim.place.record() is None


def test_a_record_of_wrong_kinds_is_none():
    record = {
        "name": "shop",
        "pid": 1,
        "version": "0.1.0",
        "protocol": 1,
        "file": "f",
        "started_at": 1.0,
        "folder": "d",
        "socket": "s",
    }
    assert EngineRecord.from_dict(record) is not None
    assert EngineRecord.from_dict({**record, "pid": "1"}) is None


def test_a_second_engine_of_the_name_is_refused_with_what_the_first_says(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        assert refused(state_dir).message == "an engine of shop is starting"
        record = claim.announce(version="0.1.0", protocol=1, file="shop.yaml")
        error = refused(state_dir)
        assert isinstance(error, AlreadyRunningError)
        assert (error.code, error.record) == ("already-running", record)
        assert error.message.startswith(f"shop is already running, pid {os.getpid()}, up ")
        assert error.hints == (
            "jido tui -e shop      (to watch it)",
            "jido down -e shop     (to stop it)",
        )
        with state_dir.claim("other"):
            pass  # another name is another engine


def test_a_claim_waits_for_a_client_that_only_looks(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        lock = claim.place.lock_path
    looking = os.open(lock, os.O_RDWR)
    fcntl.flock(looking, fcntl.LOCK_SH)
    child = os.fork()
    if child == 0:
        os.close(looking)
        os._exit(0 if StateDir.claim(state_dir, "shop") else 1)
    os.close(looking)
    assert os.waitpid(child, 0)[1] == 0


def test_the_name_is_free_again_after_release_and_the_records_stay(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        claim.announce(version="0.1.0", protocol=1, file="shop.yaml")
        listener = claim.bind()
        claim.write_last_exit({"kind": "stopped", "at": 1.0, "reason": "jido down"})
        listener.close()
    claim.release()
    place = claim.place
    assert (place.socket.exists(), place.is_locked()) == (False, False)
    assert place.last_exit() == {"kind": "stopped", "at": 1.0, "reason": "jido down"}
    with state_dir.claim("shop") as again:
        again.announce(version="0.1.0", protocol=1, file="shop.yaml")
        assert place.last_exit() is None


def test_release_leaves_a_socket_alone_that_is_not_its_own(state_dir: StateDir):
    claim = state_dir.claim("shop")
    claim.bind().close()
    claim.place.socket.unlink()
    other = socket.socket(socket.AF_UNIX)
    inode = claim._inode
    while True:  # file systems hand out the same inode again
        other.bind(str(claim.place.socket))
        if claim.place.socket.lstat().st_ino != inode:
            break
        claim.place.socket.rename(claim.place.folder / "kept.sock")
        other.close()
        other = socket.socket(socket.AF_UNIX)
    claim.release()
    other.close()
    assert claim.place.socket.exists()


def test_the_lock_is_not_inherited_by_programs(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        assert claim._lock is not None
        assert os.get_inheritable(claim._lock) is False


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", ".hidden", "a b", "x" * 129])
def test_a_name_that_is_no_folder_of_its_own_is_refused(state_dir: StateDir, name: str):
    assert refused(state_dir, name).code == "bad-name"


# -- TM1, TM2: what was planted


def test_tm1_a_state_dir_that_others_may_use_is_refused_with_the_remedy(state_dir: StateDir):
    state_dir.root.mkdir()
    state_dir.root.chmod(0o770)
    error = refused(state_dir)
    assert error.code == "unsafe-state-dir"
    assert error.message.endswith("its mode is 0770, others may use it; wanted is 0700")
    assert error.hints == (f"chmod 700 {state_dir.root}     (if what is in it is yours)",)


def test_tm1_a_state_dir_that_was_opened_to_others_is_refused_from_any_folder(state_dir: StateDir):
    """Whoever may write into it could put a folder of his in the place of the engine's."""
    with state_dir.claim("shop") as claim:
        state_dir.root.chmod(0o777)
        with pytest.raises(ControlError) as caught:
            claim.place.check()
        state_dir.root.chmod(0o700)
    assert caught.value.message == (
        f"{state_dir.root} is not used: its mode is 0777, others may use it; wanted is 0700"
    )


@pytest.mark.parametrize("name", ["", "project", "/"])
def test_nobody_is_told_to_change_the_mode_of_a_folder_that_is_for_more(folder: Path, name: str):
    (folder / "project").mkdir()
    for path in (folder, folder / "project"):
        path.chmod(0o755)
    named = StateDir.of(folder, {"JIDO_STATE_DIR": str(folder / name), "XDG_RUNTIME_DIR": "/x"})
    error = refused(named)
    assert error.hints == (
        "set JIDO_STATE_DIR to a folder that is for nothing else; jido makes it",
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_tm1_a_foreign_state_dir_is_refused(state_dir: StateDir):
    state_dir.root.mkdir(mode=0o700)
    os.chown(state_dir.root, 12_345, 12_345)
    error = refused(state_dir)
    assert f"it belongs to uid 12345, not to you (uid {os.geteuid()})" in error.message
    assert error.hints[-1] == "set JIDO_STATE_DIR to a folder of yours"


def test_tm2_a_symlinked_state_dir_is_refused(state_dir: StateDir, folder: Path):
    (folder / "target").mkdir(mode=0o700)
    state_dir.root.symlink_to(folder / "target")
    error = refused(state_dir)
    assert "it is a symbolic link" in error.message
    assert error.hints == (f"rm {state_dir.root}",)
    with pytest.raises(ControlError):
        state_dir.places()


def test_tm2_a_state_dir_that_is_a_file_is_refused(state_dir: StateDir):
    state_dir.root.write_text("")
    assert "it is not a folder" in refused(state_dir).message


@pytest.mark.parametrize(
    "name", ["engine.json", "engine.lock", "engine.log", "last-exit.json", "engine.sock"]
)
def test_tm2_a_planted_link_among_the_files_is_refused(
    state_dir: StateDir, folder: Path, name: str
):
    canary = folder / "canary"
    canary.write_text("alive")
    place = state_dir.place("shop")
    place.folder.mkdir(parents=True, mode=0o700)
    state_dir.root.chmod(0o700)
    place.folder.chmod(0o700)
    (place.folder / name).symlink_to(canary)
    assert "it is a symbolic link" in refused(state_dir).message
    assert canary.read_text() == "alive"


def test_tm2_a_planted_file_that_others_may_read_is_refused(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        path = claim.place.log_path
    path.write_text("")
    path.chmod(0o644)
    error = refused(state_dir)
    assert "its mode is 0644, others may use it; wanted is 0600" in error.message


def test_tm2_a_planted_link_to_another_socket_is_refused(state_dir: StateDir, folder: Path):
    with state_dir.claim("shop") as claim:
        path = claim.place.socket
    path.write_text("")
    assert "it is not a socket" in refused(state_dir).message


def test_tm2_a_runtime_folder_that_others_may_use_is_refused(state_dir: StateDir):
    state_dir.runtime.mkdir(parents=True)
    state_dir.runtime.chmod(0o777)
    assert str(state_dir.runtime) in refused(state_dir).message


def test_a_file_in_the_way_of_the_state_dir_is_told(folder: Path):
    (folder / "f").write_text("")
    error = refused(StateDir(folder / "f" / ".jido", folder / "run"))
    assert "a file stands in its way" in error.message


# -- long paths


def test_a_long_path_puts_the_socket_into_the_runtime_folder(folder: Path):
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    state_dir = StateDir.of(deep, {"XDG_RUNTIME_DIR": str(folder / "run")})
    with state_dir.claim("shop") as claim:
        record = claim.announce(version="0.1.0", protocol=1, file="shop.yaml")
        listener = claim.bind()
        path = claim.place.socket
        assert path == state_dir.runtime / f"{claim.place.key}.sock"
        assert (record.socket, mode_of(path)) == (str(path), 0o600)
        listener.close()
    assert path.exists() is False


def test_a_runtime_folder_that_is_too_long_as_well_is_told(folder: Path):
    deep = folder / ("d" * 100)
    state_dir = StateDir.of(deep, {"XDG_RUNTIME_DIR": str(deep / "run")})
    with state_dir.claim("shop") as claim, pytest.raises(ControlError) as caught:
        claim.bind()
    assert (caught.value.code, caught.value.hints) == (
        "socket-path",
        ("set XDG_RUNTIME_DIR to a short folder of yours, mode 0700",),
    )


def test_a_socket_path_of_exactly_the_limit_stays_in_place(folder: Path):
    fill = 100 - len(os.fsencode(folder / "shop" / "engine.sock")) - 1
    state_dir = StateDir(folder / ("x" * fill), folder / "run")
    with state_dir.claim("shop") as claim:
        assert len(os.fsencode(claim.place.socket)) == 100
        assert claim.place.socket.parent == claim.place.folder
        claim.bind().close()


# -- a real death

ENGINE = """
import sys
from pathlib import Path
from jido_cli.control.state_dir import StateDir
claim = StateDir(Path(sys.argv[1]), Path(sys.argv[2])).claim("shop")
claim.announce(version="0.1.0", protocol=1, file="shop.yaml")
listener = claim.bind()
listener.listen()
print("up", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_after_kill_9_the_next_engine_cleans_up_and_starts(state_dir: StateDir):
    command = [sys.executable, "-c", ENGINE, str(state_dir.root), str(state_dir.runtime)]
    engine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with engine:
        assert engine.stdout is not None
        assert engine.stdout.readline() == b"up\n"
        error = refused(state_dir)
        assert error.message.startswith(f"shop is already running, pid {engine.pid}, up ")
        engine.kill()
    place = state_dir.place("shop")
    assert (place.socket.exists(), place.is_locked()) == (True, False)
    with state_dir.claim("shop") as claim:
        claim.bind().close()


def test_a_claim_is_held_until_its_folder_is_removed(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        assert claim.is_held()
        shutil.rmtree(state_dir.root)
        assert not claim.is_held()
        with state_dir.claim("shop") as another:  # the name is free: two would not know each other
            assert (claim.is_held(), another.is_held()) == (False, True)
    assert not another.is_held()


def test_a_folder_that_was_removed_is_told_when_it_is_to_be_written(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        shutil.rmtree(state_dir.root)
        with pytest.raises(ControlError, match="cannot be written: its folder is gone"):
            claim.write_last_exit({"at": 1.0})


def test_a_file_whose_name_is_no_utf_8_is_recorded_as_it_is(state_dir: StateDir):
    file = os.fsdecode(b"/p/f\xffo.yaml")
    with state_dir.claim("shop") as claim:
        record = claim.announce(version="0.1.0", protocol=1, file=file)
        assert claim.place.record() == record
    assert record.file == file


# -- what the system refuses


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told_with_the_remedy(state_dir: StateDir):
    state_dir.root.parent.chmod(0o500)
    error = refused(state_dir)
    state_dir.root.parent.chmod(0o700)
    assert error.message == f"{state_dir.root / 'shop'} cannot be written: you may not write there"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOSPC, "no space is left on its disk"),
        (errno.EROFS, "its file system is read-only"),
        (errno.EDQUOT, "your quota on its disk is used up"),
        (errno.EMFILE, "this process has too many files open"),
    ],
)
def test_what_the_system_refuses_is_told_in_words(tmp_path: Path, number: int, why: str):
    path = tmp_path / "engine.json"
    with pytest.raises(ControlError) as caught, writing(path, variable="JIDO_STATE_DIR"):
        raise OSError(number, os.strerror(number))
    error = caught.value
    assert (error.message, error.code, error.where) == (
        f"{path} cannot be written: {why}",
        "state-dir",
        str(tmp_path),
    )
    assert error.hints == (
        "set JIDO_STATE_DIR to a folder of yours that can be written, mode 0700",
    )


def test_what_is_no_refusal_of_the_system_stays_what_it_is(tmp_path: Path):
    with pytest.raises(IsADirectoryError), writing(tmp_path, variable="JIDO_STATE_DIR"):
        raise IsADirectoryError(errno.EISDIR, "is a folder")


def test_a_file_too_large_for_this_process_is_told(state_dir: StateDir):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        error = refused(state_dir)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert error.message.endswith(
        "cannot be written: it would be larger than this process may make it"
    )
