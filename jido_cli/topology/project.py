"""Where the project of a file begins, and how a file is read from disk.

Only regular files are opened, never more of them than the limit, and nothing waits on a pipe or
a device. What a file names is opened beneath the project only, step by step and through no
symbolic link. Nothing is decided about what a file says.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 4 * 1024 * 1024
_ROOT_MARKS: Final = ("pyproject.toml", ".git")
# Windows has none of these; it has no pipes and devices among files either.
_READ: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY")
)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)


class UnreadableFileError(Exception):
    """Raised for a file that is no readable text of the right size; the text says why."""


def project_root(file: Path) -> Path:
    """Return the nearest parent with `pyproject.toml` or `.git`, else the file's folder.

    The root folder, the home folder and the temporary folder are never a project: what lies
    beneath them belongs to everybody.
    """
    folder = file.absolute().parent
    never = _shared_folders()
    for candidate in (folder, *folder.parents):
        if candidate.resolve() in never:
            continue
        if any((candidate / mark).exists() for mark in _ROOT_MARKS):
            return candidate
    return folder


def is_shared(folder: Path) -> bool:
    """Tell whether a folder is the root, the home or the temporary folder."""
    return folder.resolve() in _shared_folders()


def _shared_folders() -> set[Path]:
    return {Path("/"), *_temporary(), *_home()}


def _temporary() -> set[Path]:
    # The module tempfile knows the same folders, and costs as much to import as all of this room.
    named = (os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    return {Path(folder).resolve() for folder in (*named, "/tmp", "/var/tmp") if folder}  # noqa: S108


def _home() -> tuple[Path, ...]:
    try:
        return (Path.home().resolve(),)
    except RuntimeError:  # no home folder is known: then there is none to exclude
        return ()


def read_text(file: Path) -> str:
    """Return the text of a regular file in UTF-8 within the limits."""
    return decode(read_bytes(file))


def read_bytes(file: Path) -> bytes:
    """Return the content of a regular file within the limits, never waiting for a writer."""
    try:
        descriptor = os.open(file, _READ)
    except OSError as error:
        raise UnreadableFileError(_reason(error)) from error
    return _content(descriptor)


def read_beneath(root: Path, steps: Sequence[str]) -> bytes:
    """Return the content of the regular file that *steps*, names of folders and its own, lead to.

    Each step is taken from an open folder and none is a symbolic link, so that nothing outside
    *root* is opened, whatever is exchanged meanwhile.
    """
    if os.open not in os.supports_dir_fd:
        return _read_beneath_by_name(root, steps)
    try:
        folder = os.open(root, _FOLDER)
        try:
            for step in steps[:-1]:
                inner = _open_at(folder, step, _FOLDER)
                os.close(folder)
                folder = inner
            descriptor = _open_at(folder, steps[-1], _READ)
        finally:
            os.close(folder)
    except OSError as error:
        raise UnreadableFileError(_reason(error)) from error
    return _content(descriptor)


def _open_at(folder: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags | _NO_LINK, dir_fd=folder)
    except OSError:
        # Systems differ in what they say about a link that was not followed.
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise UnreadableFileError(f"{name!r} is a symbolic link") from None
        raise


def _read_beneath_by_name(root: Path, steps: Sequence[str]) -> bytes:
    """Do the same where folders cannot be held open."""
    path = root
    for step in steps:
        path = path / step
        if path.is_symlink():
            raise UnreadableFileError(f"{step!r} is a symbolic link")
    return read_bytes(path)


def _content(descriptor: int) -> bytes:
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise UnreadableFileError("it is a folder" if stat.S_ISDIR(mode) else "it is no file")
    with os.fdopen(descriptor, "rb") as stream:
        try:
            content = stream.read(MAX_BYTES + 1)
        except OSError as error:  # a disk that fails, or a file of the kernel's
            raise UnreadableFileError(_reason(error)) from error
    if len(content) > MAX_BYTES:
        raise UnreadableFileError("it is larger than 4 MiB")
    return content


def decode(content: bytes) -> str:
    """Return the text that the bytes of a file are in UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("it is UTF-16; a topology is UTF-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(f"line {line} is not UTF-8") from error


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read"
    if error.errno == errno.EIO:
        return "reading it failed (input/output error)"
    return (error.strerror or str(error)).lower()
