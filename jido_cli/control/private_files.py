"""Folders and files that only their owner may touch, whatever the umask and whoever came first.

Here live the checks (owner, mode, symlink) and the writes that keep them true. What is in the
files, and which files there are, is not decided here.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jido_cli.errors import ControlError

UNSAFE = "unsafe-state-dir"
UNWRITABLE = "state-dir"
# What the system says when it is not us who did something wrong, in our words.
SYSTEM_WHYS = {
    errno.ENOSPC: "no space is left on its disk",
    errno.EDQUOT: "your quota on its disk is used up",
    errno.EFBIG: "it would be larger than this process may make it",
    errno.EROFS: "its file system is read-only",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EIO: "its disk does not work",
    errno.EMFILE: "this process has too many files open",
    errno.ENFILE: "this machine has too many files open",
    errno.ENAMETOOLONG: "its name is too long",
}
_OURS = re.compile(r"\.?jido|jido-[0-9]+")
_OTHERS = 0o077
_MAX_RECORD = 1 << 20


def _unsafe(path: Path, why: str, *hints: str) -> ControlError:
    return ControlError(
        f"{path} is not used: {why}",
        code=UNSAFE,
        where=str(path),
        why="whoever can write there could steer the engine or read what agents keep",
        hints=hints,
    )


def _quoted(path: Path) -> str:
    """Return a path as it can be pasted into a command line."""
    return shlex.quote(str(path))


def _check(path: Path, info: os.stat_result, *, mode_word: str) -> None:
    """Refuse what another user owns or may touch."""
    uid = os.geteuid()
    if info.st_uid != uid:
        raise _unsafe(
            path,
            f"it belongs to uid {info.st_uid}, not to you (uid {uid})",
            f"mv {_quoted(path)} {_quoted(path)}.foreign     (then run the command again)",
            "set JIDO_STATE_DIR to a folder of yours",
        )
    if stat.S_IMODE(info.st_mode) & _OTHERS:
        mend = f"chmod {mode_word.lstrip('0')} {_quoted(path)}"
        raise _unsafe(
            path,
            f"its mode is {stat.S_IMODE(info.st_mode):04o}, others may use it; "
            f"wanted is {mode_word}",
            f"{mend}     (if what is in it is yours)"
            if _is_made_by_us(path, info)
            else "set JIDO_STATE_DIR to a folder that is for nothing else; jido makes it",
        )


def _is_made_by_us(path: Path, info: os.stat_result) -> bool:
    """Return whether a mode may be changed without harm: not that of `/` or of a home folder."""
    if not stat.S_ISDIR(info.st_mode):
        return True
    return _OURS.fullmatch(path.name) is not None or (path / "engine.lock").exists()


@contextmanager
def writing(path: Path, *, variable: str) -> Iterator[None]:
    """Tell in our words what keeps *path* from being written.

    Args:
        path: what is written.
        variable: of the environment, which moves it elsewhere.
    """
    try:
        yield
    except OSError as error:
        is_gone = error.errno == errno.ENOENT
        why = "its folder is gone" if is_gone else SYSTEM_WHYS.get(error.errno or 0)
        if why is None:
            raise
        raise ControlError(
            f"{path} cannot be written: {why}",
            code=UNWRITABLE,
            where=str(path.parent),
            hints=(f"set {variable} to a folder of yours that can be written, mode 0700",),
        ) from error


def check_folder(path: Path) -> bool:
    """Return whether the folder is there; refuse one that is not ours alone."""
    try:
        info = path.lstat()
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise _unsafe(path, "a file stands in its way", f"ls -l {_quoted(path.parent)}") from None
    except PermissionError:
        raise _unsafe(path, "it cannot be looked at", f"ls -ld {_quoted(path.parent)}") from None
    if stat.S_ISLNK(info.st_mode):
        raise _unsafe(path, "it is a symbolic link", f"rm {_quoted(path)}")
    if not stat.S_ISDIR(info.st_mode):
        raise _unsafe(path, "it is not a folder", f"mv {_quoted(path)} {_quoted(path)}.old")
    _check(path, info, mode_word="0700")
    return True


def check_file(path: Path, *, socket: bool = False) -> bool:
    """Return whether the file is there; refuse a link, another kind, or one not ours alone."""
    try:
        info = path.lstat()
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(info.st_mode):
        raise _unsafe(path, "it is a symbolic link", f"rm {_quoted(path)}")
    wanted = stat.S_ISSOCK if socket else stat.S_ISREG
    if not wanted(info.st_mode):
        raise _unsafe(
            path, f"it is not a {'socket' if socket else 'plain file'}", f"rm -r {_quoted(path)}"
        )
    _check(path, info, mode_word="0600")
    return True


def make_folder(path: Path) -> None:
    """Make the folder with mode 0700, or check the one that is there."""
    if check_folder(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        check_folder(path)
        return
    path.chmod(0o700)  # a umask may have taken rights from the owner too


def open_private(path: Path, flags: int) -> int:
    """Open a file that is ours alone, making it with mode 0600; never through a link."""
    there = check_file(path)
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if not there:
        os.fchmod(descriptor, 0o600)
    return descriptor


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader sees the old or the new text, never a part."""
    check_file(path)
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beside, flags, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_record(path: Path, record: Mapping[str, object]) -> None:
    """Write a JSON object in one step; in ASCII, since a path may hold what is no UTF-8."""
    write_text(path, json.dumps(record, indent=1) + "\n")


def read_record(path: Path) -> dict[str, object] | None:
    """Return the JSON object in a file of ours, or None when there is none that can be read."""
    if not check_file(path):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(_MAX_RECORD + 1)
    if len(raw) > _MAX_RECORD:
        return None
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
