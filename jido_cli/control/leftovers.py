"""What ended engines left behind that nobody needs: sockets, halves of files, dead entries.

Here lives finding and removing them. Nothing that tells how an engine ended is taken away (records,
logs), and nothing of an engine that may live: its lock is held while its folder is swept.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from jido_cli.control import peer, private_files
from jido_cli.control.engines import FoundEngine
from jido_cli.control.state_dir import AlreadyRunningError, EnginePlace, hold
from jido_cli.errors import ControlError

# A file that was being written when its process ended; then the sockets of the listing.
_HALF = re.compile(r"\.(engine|last-exit|[0-9a-f]{24})\.json\.[0-9a-f]{8}")
_SOCKET = re.compile(r"[0-9a-f]{24}\.sock")
_STILL_S = 60.0  # what is younger may belong to an engine that is just starting
_CONNECT_S = 0.2


def of_engine(found: FoundEngine) -> list[Path]:
    """Return what an engine that is dead left; nothing for one that lives or may live."""
    return _in_place(found.place) if found.status == "dead" else []


def of_listing(runtime: Path, engines: Iterable[FoundEngine], *, now: float) -> list[Path]:
    """Return what lies in the listing and belongs to no engine that is known."""
    if not private_files.check_folder(runtime):
        return []
    known = {engine.place.key for engine in engines}
    return sorted(
        path
        for path in runtime.iterdir()
        if _is_still(path, now) and (_HALF.fullmatch(path.name) or _is_orphan(path, known))
    )


def not_believed(runtime: Path) -> list[ControlError]:
    """Return why entries of the listing are passed over: others may have written them."""
    problems = []
    for path in sorted(runtime.glob("*.json")) if private_files.check_folder(runtime) else []:
        try:
            private_files.check_file(path)
        except ControlError as problem:
            problems.append(problem)
    return problems


def sweep(place: EnginePlace) -> list[Path]:
    """Remove what a dead engine left; return what was removed: nothing if it lives again."""
    try:
        with hold(place):
            return remove(_in_place(place))
    except AlreadyRunningError:
        return []


def remove(paths: Sequence[Path]) -> list[Path]:
    """Remove files; return those that were there."""
    removed = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # somebody else was faster: it is gone
            path.unlink()
            removed.append(path)
    return removed


def _in_place(place: EnginePlace) -> list[Path]:
    if not place.check():
        return []
    halves = sorted(path for path in place.folder.iterdir() if _HALF.fullmatch(path.name))
    is_left = private_files.check_file(place.socket, socket=True)
    return [*([place.socket] if is_left else []), *halves]


def _is_still(path: Path, now: float) -> bool:
    try:
        return now - path.lstat().st_mtime > _STILL_S
    except FileNotFoundError:
        return False


def _is_orphan(path: Path, known: set[str]) -> bool:
    """Return whether a socket is of no engine that is known, and nobody answers on it."""
    if not _SOCKET.fullmatch(path.name) or path.stem in known:
        return False
    try:
        peer.connect(path, timeout_s=_CONNECT_S).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False
