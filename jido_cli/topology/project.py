"""Where the project of a file begins, and how a file is read from disk.

Only regular files are opened, never more of them than the limit, and nothing waits on a pipe or
a device. Nothing is decided about what the file says.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 4 * 1024 * 1024
_ROOT_MARKS: Final = ("pyproject.toml", ".git")


class UnreadableFileError(Exception):
    """Raised for a file that is no readable text of the right size; the text says why."""


def project_root(file: Path) -> Path:
    """Return the nearest parent with `pyproject.toml` or `.git`, else the file's folder.

    The root folder, the home folder and the temporary folder are never a project: what lies
    beneath them belongs to everybody.
    """
    folder = file.absolute().parent
    never = {Path("/"), *_temporary(), *_home()}
    for candidate in (folder, *folder.parents):
        if candidate.resolve() in never:
            continue
        if any((candidate / mark).exists() for mark in _ROOT_MARKS):
            return candidate
    return folder


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
    return _decode(read_bytes(file))


def read_bytes(file: Path) -> bytes:
    """Return the content of a regular file within the limits, never waiting for a writer."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise UnreadableFileError(f"{_reason(error)}") from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise UnreadableFileError("it is a folder" if stat.S_ISDIR(mode) else "it is no file")
    with os.fdopen(descriptor, "rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableFileError("it is larger than 4 MiB")
    return content


def _decode(content: bytes) -> str:
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
    return (error.strerror or str(error)).lower()
