"""How control messages spell paths, times and near names.

Here live small spelling functions for error texts. No terminal, no colour, no clock: what time it
is comes in as an argument.
"""

from __future__ import annotations

import difflib
import os
import shlex
import time
from collections.abc import Iterable
from pathlib import Path


def shown(path: Path | str) -> str:
    """Return a path as a person would type it: relative when it lies beneath this folder."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return os.fspath(path)


def pasted(path: Path | str) -> str:
    """Return a path as it can be pasted into a command line."""
    name = shown(path)
    return shlex.quote(f"./{name}" if name.startswith("-") else name)


def with_engine(command: str, name: str) -> str:
    """Return a command line with the engine named in it; options end at `--`."""
    head, ends, tail = command.partition(" -- ")
    return f"{head} -e {name}{ends}{tail}"


def duration(seconds: float) -> str:
    """Return a duration in at most two parts: `340ms`, `1.2s`, `41m`, `2h 14m`, `3d 4h`."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))}ms"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    for size, sign, lower_size, lower_sign in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "m"),
    ):
        if whole >= size:
            rest = whole % size // lower_size
            return f"{whole // size}{sign}" + (f" {rest}{lower_sign}" if rest else "")
    return f"{whole // 60}m"


def clock(at: float, *, now: float) -> str:
    """Return a local time: `14:02:11`, with the day if it is another one, with the year too."""
    then, today = time.localtime(at), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S", then)
    if then.tm_year == today.tm_year:
        return time.strftime("%b %d %H:%M:%S", then)
    return time.strftime("%Y-%m-%d", then)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is near, whatever its capitals; None if none is."""
    spelled = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(word.casefold(), list(spelled), n=1, cutoff=0.6)
    return spelled[found[0]] if found else None


def near(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` when a known word is near, else nothing."""
    found = nearest(word, known)
    return f"; did you mean {found!r}?" if found is not None else ""
