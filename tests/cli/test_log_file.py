"""The engine's log on a disk that is full for a while, as a limit on the size of files plays it."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jido_cli.cli import log_file
from jido_cli.cli.log_file import LogFile


@contextmanager
def full_at(size: int) -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogFile]:
    made = LogFile(os.open(tmp_path / "engine.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT))
    yield made
    made.close()


def lines(tmp_path: Path) -> list[str]:
    return (tmp_path / "engine.log").read_text().split("\n")


def test_lines_are_appended_whole(log: LogFile, tmp_path: Path):
    log.write("one ●")
    log.write("two\udcff")
    assert lines(tmp_path) == ["one ●", "two\\udcff", ""]


def test_what_a_full_disk_did_not_take_is_counted_where_it_is_missing(log: LogFile, tmp_path: Path):
    log.write("before")
    with full_at(9):  # two characters fit: a line is torn
        log.write("first that is lost")
        log.write("second")
        assert log.lost == 2
    log.write("after")
    log.write("more")
    assert lines(tmp_path) == [
        "before",
        "fi",
        "-- 2 lines lost here: it would be larger than this process may make it --",
        "after",
        "more",
        "",
    ]
    assert log.lost == 0


def test_a_closed_file_is_a_fault_and_no_full_disk(tmp_path: Path):
    made = LogFile(os.open(tmp_path / "engine.log", os.O_RDONLY | os.O_CREAT))
    with pytest.raises(OSError, match="Bad file descriptor"):
        made.write("one")
    made.close()


def test_a_log_that_has_grown_large_is_put_aside(tmp_path: Path):
    path = tmp_path / "engine.log"
    log_file.turn(path)
    path.write_text("small")
    log_file.turn(path)
    assert path.read_text() == "small"
    with path.open("w") as file:
        file.truncate(log_file.LIMIT + 1)
    log_file.turn(path)
    assert [one.name for one in tmp_path.iterdir()] == ["engine.log.1"]
