"""Writing down how an engine ended, also when the disk has become full meanwhile.

A file of the size of such a record is reserved while there is room; where none is left at the end,
the record is written over it and takes its name. What the record holds is the caller's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from jido_cli.control import private_files
from jido_cli.errors import ControlError

_SIZE = 4096
_LARGE = "story"


def reserved_path(path: Path) -> Path:
    """Return where the room for the record at *path* is kept."""
    return path.with_name(f".{path.stem}.reserved")


def reserve(path: Path) -> None:
    """Keep room for a record that is to be written at *path* some day."""
    private_files.write_text(reserved_path(path), " " * _SIZE)


def write(path: Path, record: Mapping[str, object], *, variable: str) -> None:
    """Write a record; on a full disk into the room that was kept, without what is large in it.

    Raises:
        ControlError: neither could be written; *variable* of the environment moves both elsewhere.
    """
    try:
        with private_files.writing(path, variable=variable):
            private_files.write_record(path, record)
    except ControlError:
        if not _write_over(reserved_path(path), record):
            raise
        reserved_path(path).replace(path)


def release(path: Path) -> None:
    """Give the kept room back."""
    reserved_path(path).unlink(missing_ok=True)


def _write_over(path: Path, record: Mapping[str, object]) -> bool:
    """Return whether the record went over the blocks that the file has already."""
    for kept in (record, {**record, _LARGE: None}):
        raw = json.dumps(kept).encode().ljust(_SIZE)
        if len(raw) <= _SIZE:
            break
    else:
        return False
    try:
        if not private_files.check_file(path):
            return False
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (ControlError, OSError):  # it is not ours any more: the first refusal is what is told
        return False
    try:
        return os.pwrite(descriptor, raw, 0) == _SIZE
    except OSError:  # the disk takes nothing at all
        return False
    finally:
        os.close(descriptor)
