"""What is known of an engine that ended without a word: what its interpreter wrote as it crashed.

`engine.log` gets the lines of Python's fault handler; those of the last run are read here. What an
engine says itself of its end is `last-exit.json`, not here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from jido_cli.control import private_files, words
from jido_cli.control.state_dir import EnginePlace, EngineRecord

NOT_KNOWN = "killed, or out of memory, or os._exit in its code"
_TAIL = 1 << 18
_FATAL = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)
_FRAME = re.compile(r'^ +File "([^"]+)", line (\d+)(?: in (.+))?$')
_NOT_THEIRS = ("/jido_cli/", "/lib/python", "<frozen ")


def sudden_end(place: EnginePlace, record: EngineRecord | None) -> str | None:
    """Return how the last run crashed: `Segmentation fault in work.py:12 in poke`.

    None where its log holds nothing of the kind: it was killed, or ended by `os._exit`.
    """
    text = _last_run(_tail(place.log_path), record)
    found = list(_FATAL.finditer(text))
    if not found:
        return None
    fault = found[-1]
    where = _place(_stack(text[fault.end() :].splitlines()))
    return fault[1].strip() + (f" in {where}" if where else "")


def _tail(path: Path) -> str:
    if not private_files.check_file(path):
        return ""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        file.seek(max(0, os.fstat(descriptor).st_size - _TAIL))
        return file.read(_TAIL).decode(errors="backslashreplace")


def _last_run(text: str, record: EngineRecord | None) -> str:
    """Return what the last engine wrote: its first line names its pid; the log keeps older ones."""
    begun = -1 if record is None else text.rfind(f"pid {record.pid}, ")
    return text if begun < 0 else text[begun:]


def _stack(lines: Sequence[str]) -> list[tuple[str, str, str | None]]:
    """Return the frames of the thread that crashed, innermost first."""
    frames: list[tuple[str, str, str | None]] = []
    is_current = False
    for line in lines:
        if line.startswith("Current thread"):
            is_current = True
        elif is_current and (frame := _FRAME.match(line)):
            frames.append((frame[1], frame[2], frame[3]))
        elif is_current:
            break
    return frames


def _place(frames: Sequence[tuple[str, str, str | None]]) -> str | None:
    """Return the innermost line of the user's own; of libraries where none is."""
    own = [one for one in frames if not any(part in one[0] for part in _NOT_THEIRS)]
    for file, line, name in own or frames:
        return f"{words.shown(file)}:{line}" + (f" in {name}" if name else "")
    return None
