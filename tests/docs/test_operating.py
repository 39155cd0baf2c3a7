"""The page on operating has the exit codes, statuses and files that exist."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from jido_cli.cli import failures
from jido_cli.control.state_dir import EnginePlace
from jido_cli.runtime.supervising.place import Status
from tests.docs.pages import codes, rows, section

PAGE = "docs/operating.md"


def test_the_exit_codes_are_those_of_the_commands():
    want = {
        getattr(failures, name)
        for name in ("OK", "FAILED", "USAGE", "NOT_FOUND", "BAD_TOPOLOGY", "INTERNAL", "TIMED_OUT")
    }
    got = {int(row[0]) for row in rows(section(PAGE, "Exit codes"))}
    assert got == want | {failures.INTERRUPTED}


def test_the_statuses_are_those_of_nodes():
    got = {codes(row[0])[0] for row in rows(section(PAGE, "Status"))}
    assert got == {*get_args(Status), "crash_looping"}


def test_the_files_are_those_of_an_engine():
    place = EnginePlace(Path("/state/counter"), Path("/run/jido"))
    files = {
        path.name
        for path in (
            place.record_path,
            place.socket,
            place.lock_path,
            place.log_path,
            place.last_exit_path,
        )
    }
    assert {codes(row[0])[0] for row in rows(section(PAGE, "Files"))} == files
