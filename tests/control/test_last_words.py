"""What the log tells of an engine that crashed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jido_cli.control.last_words import sudden_end
from jido_cli.control.state_dir import EnginePlace, EngineRecord, StateDir

FAULT = """\
Fatal Python error: Segmentation fault

Thread 0x00007f0cf3d5f910 (most recent call first):
  File "/p/other.py", line 1 in idle

Current thread 0x00007f0cf3d5f920 (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/p/work.py", line 12 in poke
  File "/site/jido_cli/core/command.py", line 200 in _advance
"""
START = "14:02:07.118 jido      0.1.0, shop revision 1, pid {pid}, 3 nodes\n"


@pytest.fixture
def told(state_dir: StateDir):
    """Return how a log is read; the record is that of the last run."""

    def read(log: str) -> str | None:
        with state_dir.claim("shop") as claim:
            record = claim.announce(version="0.1.0", protocol=1, file="/p/shop.yaml")
            place: EnginePlace = claim.place
            place.log_path.write_text(log)
            place.log_path.chmod(0o600)
            numbered: EngineRecord = replace(record, pid=7)
            return sudden_end(place, numbered)

    return read


def test_a_crash_is_told_with_the_users_line(told):
    assert told(START.format(pid=7) + FAULT) == "Segmentation fault in /p/work.py:12 in poke"


def test_a_crash_of_an_older_run_is_not_the_last_ones(told):
    assert told(START.format(pid=6) + FAULT + START.format(pid=7)) is None


def test_a_log_whose_beginning_is_too_long_ago_is_all_of_the_last_run(told):
    assert told("x\n" * 200_000 + FAULT) == "Segmentation fault in /p/work.py:12 in poke"


def test_without_a_frame_of_the_user_the_innermost_is_named(told):
    lines = [line for line in FAULT.splitlines() if "/p/" not in line]
    assert told("\n".join(lines)) == (
        "Segmentation fault in /usr/lib/python3.11/ctypes/__init__.py:519 in string_at"
    )


def test_an_end_without_lines_of_the_interpreter_is_not_known(told):
    assert told(START.format(pid=7)) is None
