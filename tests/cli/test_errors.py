"""Every failure is told in one pattern, with the exit code of the table."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from jido_cli.cli import failures
from jido_cli.cli.failures import CommandError
from jido_cli.cli.render.errors import Report, error_lines
from jido_cli.control.handle import EngineHandle
from jido_cli.errors import (
    ControlError,
    InternalError,
    StartError,
    StoreError,
    TopologyError,
    UsageError,
)
from tests.acceptance.examples import ROOT
from tests.cli.fakes import FakeEngines, FakeHandle, jido

DRAWN = """\
error: shop did not get ready: root/ledger failed to start
  where  topologies/shop.yaml:61:7, process ./bin/ledger
  why    exit code 127 after 12ms: ./bin/ledger: no such file
  undone 13 started nodes were stopped in reverse order; nothing runs
  try    check `command:` at line 62, then run jido up again"""


def test_an_error_reads_as_drawn():
    error = StartError(
        "shop did not get ready: root/ledger failed to start",
        where="topologies/shop.yaml:61:7, process ./bin/ledger",
        why="exit code 127 after 12ms: ./bin/ledger: no such file",
        undone="13 started nodes were stopped in reverse order; nothing runs",
        hints=("check `command:` at line 62, then run jido up again",),
    )
    assert "\n".join(error_lines(failures.report(error))) == DRAWN


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ControlError("x"), 1),
        (StartError("x"), 1),
        (StoreError("x"), 1),
        (UsageError("x"), 2),
        (ControlError("x", code="no-engine"), 3),
        (ControlError("x", code="several-engines"), 3),
        (ControlError("x", code="engine-gone"), 3),
        (ControlError("x", code="no-node"), 3),
        (ControlError("x", code="ambiguous-node"), 3),
        (ControlError("x", code="no-path"), 3),
        (ControlError("x", code="protocol-version"), 1),
        (ControlError("x", code="engine-stalled"), 1),
        (TopologyError("x"), 4),
        (InternalError("x"), 70),
        (ControlError("x", code="internal"), 70),
    ],
)
def test_exit_codes_are_those_of_the_table(error, code):
    assert failures.exit_code(error) == code


class Broken(FakeEngines):
    def connect(self, engine) -> EngineHandle:
        raise ValueError("unknown node kind 'x'")


def test_a_fault_of_ours_is_exit_70_without_a_traceback():
    result = jido("ps", engines=Broken())
    assert result.exit_code == 70
    lines = result.stderr.splitlines()
    assert lines[0] == "error: jido has a fault of its own: ValueError: unknown node kind 'x'"
    assert lines[1].startswith("  where  cli/session.py:")
    assert lines[1].endswith(", jido 0.1.0")
    assert lines[2:] == ["  try    jido ps --debug shows the traceback; please report it with that"]


def test_debug_shows_the_traceback_of_a_fault_of_ours_only():
    assert "Traceback (most recent call last)" in jido("ps", "--debug", engines=Broken()).stderr
    assert "Traceback" not in jido("--debug", "inspect", "nobody").stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pss"], "no command 'pss'; did you mean 'ps'?"),
        (["apply"], "no command 'apply'"),
        (["ps", "--wid"], "no option '--wid'; did you mean '--wide'?"),
        (["state"], "missing argument 'ID'"),
        (["version", "now"], "got unexpected extra argument(s) (now)"),
    ],
)
def test_mistakes_in_the_command_line_are_exit_2_in_the_same_pattern(words, message):
    result = jido(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0] == f"error: {message}"
    assert lines[1].startswith("  where  jido ")
    assert lines[-1].startswith("  try    jido ")


def test_an_option_without_its_value_is_exit_2_too():
    result = jido("ps", "-e")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: option '-e' requires an argument\n  try    jido --help\n",
    )


def test_usage_errors_are_json_too():
    error = json.loads(jido("ps", "--wid", "--json").stderr)["error"]
    assert (error["code"], error["exit"]) == ("usage", 2)


def test_an_interrupted_command_is_exit_130_and_says_nothing():
    class Interrupted(FakeEngines):
        def connect(self, engine) -> EngineHandle:
            raise KeyboardInterrupt

    result = jido("ps", engines=Interrupted())
    assert (result.exit_code, result.output) == (130, "")


def test_a_reader_that_left_is_no_failure():
    class Left(FakeHandle):
        def tree(self):
            raise BrokenPipeError

    result = jido("ps", handle=Left())
    assert (result.exit_code, result.output) == (0, "")


def test_foreign_text_in_errors_is_escaped():
    lines = error_lines(Report("no node '\x1b[2J'", "no-node", 3, where="a\nb\x9b31m"))
    assert lines == ["error: no node '\\x1b[2J'", "  where  a", "         b\\x9b31m"]


def test_the_text_of_an_error_has_an_end():
    lines = error_lines(Report("x" * 9000, "failed", 1, why="y" * 9000 + "\nshort"))
    assert [len(line) for line in lines] == [1007, 1009, 14]


def test_on_windows_one_sentence_says_what_to_use():
    with pytest.raises(CommandError, match="on Windows use WSL"):
        failures.refuse_platform("win32", ["ps"])
    failures.refuse_platform("win32", ["--help"])
    failures.refuse_platform("win32", ["lint", "topologies"])
    failures.refuse_platform("win32", ["ps", "-h"])
    failures.refuse_platform("win32", [])
    failures.refuse_platform("linux", ["ps"])


WITHOUT_UNIX = """
import sys, sysconfig
sysconfig.get_config_vars()  # asked for once, while it still knows where it is
for name in ("fcntl", "termios", "pwd", "grp", "resource", "uvloop", "tty", "pty"):
    sys.modules[name] = None
from jido_cli.cli.main import app
sys.platform = "win32"
app(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["lint", "topologies/counter.yaml"], 0, "1 file, no findings"),
        (["graph", "topologies/counter.yaml"], 0, "counter_agent_server"),
        (["explain", "JD201"], 0, "JD201 unknown-agent"),
        (["schema"], 0, '"$schema"'),
        (["version"], 0, "jido 0.1.0"),
        (["up", "--help"], 0, "Usage: jido up"),
        (["up", "x.yaml"], 1, "error: jido runs on Linux and macOS, on Windows use WSL\n"),
        (["tui"], 1, "error: jido runs on Linux and macOS, on Windows use WSL\n"),
    ],
)
def test_on_windows_files_can_be_checked(words, code, told):
    """Played: the modules that Windows lacks are taken away."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", WITHOUT_UNIX, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == code, done
    assert told in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "the output cannot be opened or written: no space is left on its disk",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/etc/shadow"),
            "/etc/shadow cannot be opened or written: you may not write there",
        ),
    ],
)
def test_what_the_system_refuses_is_no_fault_of_ours(error, message):
    class Refused(FakeEngines):
        def connect(self, engine) -> EngineHandle:
            raise error

    result = jido("ps", engines=Refused())
    assert (result.exit_code, result.stderr) == (1, f"error: {message}\n  try    jido doctor\n")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="wants a device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["version"], ["version", "--json"], ["doctor"]])
def test_a_full_disk_behind_stdout_is_told(words):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "jido_cli.cli.main", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "no space is left on its disk" in done.stderr
    assert "Traceback" not in done.stderr
