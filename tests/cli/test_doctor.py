"""`jido doctor`: as drawn, honest about what is broken, and mending only what is dead."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import jido_cli
from jido_cli.cli import checkup, engine_checks, screen
from jido_cli.cli.checkup import Check
from jido_cli.cli.main import app
from jido_cli.cli.render.doctor import as_json, check_lines, summary_line
from jido_cli.cli.screen import Screen
from jido_cli.cli.session import Session
from jido_cli.cli.terminal import Terminal
from jido_cli.control.engines import FoundEngine
from jido_cli.control.state_dir import StateDir
from jido_cli.errors import ControlError
from tests.cli import shop
from tests.cli.fakes import FakeEngines, FakeHandle, found_engine
from tests.cli.processes import WAIT_S, Project, new_project

DRAWN = """\
● python     3.11.7
● jido       0.1.0, up to date with its schema v1
● loop       uvloop
● state dir  .jido, mode 0700, 3 engines, 41 MiB
● terminal   120x36, true colour, UTF-8
▲ engine     legacy: stale socket, its process is gone
             try: jido doctor --fix

5 fine, 1 warning"""


def test_it_reads_as_drawn():
    checks = [
        Check("python", "fine", "3.11.7"),
        Check("jido", "fine", "0.1.0, up to date with its schema v1"),
        Check("loop", "fine", "uvloop"),
        Check("state dir", "fine", ".jido, mode 0700, 3 engines, 41 MiB"),
        Check("terminal", "fine", "120x36, true colour, UTF-8"),
        Check(
            "engine",
            "warning",
            "legacy: stale socket, its process is gone",
            ("jido doctor --fix",),
        ),
    ]
    lines = [line for check in checks for line in check_lines(check)]
    assert "\n".join([*lines, "", summary_line(checks)]) == DRAWN


def test_several_hints_stand_under_one_another_and_foreign_text_is_escaped():
    check = Check("engine", "broken", "a\x1b[2Jb", ("one", "two"))
    assert list(check_lines(check)) == [
        "× engine     a\\x1b[2Jb",
        "             try: one",
        "                  two",
    ]


def test_json_has_the_same_facts():
    checks = [Check("loop", "fine", "uvloop"), Check("engine", "broken", "x", ("y",))]
    assert as_json(checks) == {
        "checks": [
            {"name": "loop", "status": "fine", "facts": "uvloop", "try": []},
            {"name": "engine", "status": "broken", "facts": "x", "try": ["y"]},
        ],
        "counts": {"fine": 1, "mended": 0, "absent": 0, "warning": 0, "broken": 1},
    }


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (41 * 1024**2, "41 MiB"),
        (1536 * 1024**2, "1.5 GiB"),
        (5000 * 1024**3, "5,000 GiB"),
    ],
)
def test_sizes_read_as_people_read_them(number: int, text: str):
    assert checkup.size(number) == text


# -- the terminal


@pytest.mark.parametrize(
    ("environ", "text"),
    [
        ({}, "no colour"),
        ({"TERM": "dumb"}, "no colour"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "no colour (NO_COLOR)"),
        ({"TERM": "xterm"}, "8 colours"),
        ({"TERM": "screen-256color"}, "256 colours"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "true colour"),
        ({"TERM": "xterm-direct"}, "true colour"),
    ],
)
def test_colours_are_what_the_environment_promises(environ: dict[str, str], text: str):
    assert screen.colours(environ) == text


@pytest.mark.parametrize(
    ("seen", "check"),
    [
        (
            Screen(120, 36, "true colour", "UTF-8"),
            Check("terminal", "fine", "120x36, true colour, UTF-8"),
        ),
        (
            Screen(59, 24, "8 colours", "UTF-8"),
            Check(
                "terminal",
                "warning",
                "59x24, 8 colours, UTF-8; the dashboard wants 60x16",
                ("make the window larger",),
            ),
        ),
        (
            Screen(80, 24, "no colour", "ASCII"),
            Check(
                "terminal",
                "warning",
                "80x24, no colour, ASCII: signs are spelled in ASCII",
                ("LANG=C.UTF-8 jido doctor",),
            ),
        ),
        (
            Screen(None, None, "no colour", "UTF-8"),
            Check("terminal", "absent", "none, stdout is no terminal; UTF-8"),
        ),
    ],
)
def test_a_terminal_is_told_with_what_it_lacks(seen: Screen, check: Check):
    assert checkup.terminal(seen) == check


# -- the state dir


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="jt"))
    (made / "pyproject.toml").write_text("")
    monkeypatch.chdir(made)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def here(folder: Path) -> StateDir:
    return StateDir.of(folder, {"XDG_RUNTIME_DIR": str(folder / "run")})


def test_a_state_dir_that_is_not_there_yet_is_nothing_to_worry_about(here: StateDir):
    assert checkup.state_dir(here) == Check(
        "state dir", "absent", ".jido is not there yet, jido up makes it"
    )


def test_a_state_dir_is_told_with_its_engines_and_its_size(here: StateDir):
    for name in ("shop", "depot"):
        with here.claim(name) as claim:
            claim.place.log_path.touch(mode=0o600)
            claim.place.log_path.write_bytes(b"x" * 10_239)
    assert checkup.state_dir(here) == Check(
        "state dir", "fine", ".jido, mode 0700, 2 engines, 20 KiB"
    )


def test_a_state_dir_that_others_may_use_is_broken(here: StateDir):
    here.root.mkdir()
    here.root.chmod(0o755)
    check = checkup.state_dir(here)
    assert (check.status, check.facts) == (
        "broken",
        f"{here.root} is not used: its mode is 0755, others may use it; wanted is 0700",
    )
    assert check.hints == (f"chmod 700 {here.root}     (if what is in it is yours)",)


@pytest.mark.skipif(not os.path.ismount("/proc"), reason="wants a folder that nobody may write to")
def test_a_state_dir_that_cannot_be_written_is_broken(folder: Path):
    check = checkup.state_dir(StateDir.of(folder, {"JIDO_STATE_DIR": "/proc/1/jido"}))
    assert (check.name, check.status) == ("state dir", "broken")


def test_a_disk_that_is_nearly_full_is_a_warning(here: StateDir, monkeypatch):
    monkeypatch.setattr(checkup, "FREE_WANTED", 1 << 62)
    with here.claim("shop"):
        pass
    check = checkup.state_dir(here)
    assert check.status == "warning"
    assert check.facts.startswith(".jido, mode 0700, 1 engine, 2 B; only ")


# -- whose packages


def other_python(folder: Path, text: str) -> None:
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{text}\n")
    python.chmod(0o755)


def packages(folder: Path) -> list[Check]:
    return [check for check in checkup.machine(folder, {}) if check.name == "packages"]


def test_where_the_packages_come_from_is_told_only_when_it_is_not_plain(folder: Path):
    assert packages(folder) == []
    assert [check.status for check in checkup.machine(folder, {})] == ["fine"] * 3


def test_a_projects_environment_is_told(folder: Path):
    other_python(folder, f"echo {jido_cli.__version__} 3.12.1")
    assert packages(folder) == [
        Check(
            "packages",
            "fine",
            "engines run with .venv/bin/python (the project's .venv): Python 3.12.1, "
            f"jido {jido_cli.__version__}",
        )
    ]


def test_another_jido_in_the_projects_environment_is_a_warning(folder: Path):
    other_python(folder, "echo 9.9.9 3.12.1")
    [check] = packages(folder)
    assert (check.status, check.hints) == (
        "warning",
        (f".venv/bin/python -m pip install 'jido-cli=={jido_cli.__version__}'",),
    )


def test_an_environment_without_jido_is_a_warning(folder: Path):
    other_python(folder, "exit 1")
    assert packages(folder) == [
        Check(
            "packages",
            "warning",
            "the project's .venv has no jido, engines will not see its packages",
            (".venv/bin/python -m pip install jido-cli",),
        )
    ]


# -- engines


@dataclass
class Patient(FakeHandle):
    stalled: dict[str, Any] | None = None

    def health(self) -> dict[str, Any]:
        return {"ok": self.stalled is None, "stalled": self.stalled}


@dataclass
class Ward(FakeEngines):
    here: list[FoundEngine] = field(default_factory=list)

    def found(self) -> list[FoundEngine]:
        return self.here


def checks_of(*found: FoundEngine, handle: Patient | None = None) -> list[Check]:
    patient: Any = handle or Patient()
    return list(engine_checks.engines(found, lambda _: patient))


def test_an_engine_that_is_well_has_no_line():
    assert checks_of(found_engine("shop")) == []


def test_an_engine_that_is_held_names_who_holds_it():
    stall = {"agent": "root/orders", "action": "count", "ms": 12_000, "stack": []}
    assert checks_of(found_engine("shop"), handle=Patient(stalled=stall)) == [
        Check(
            "engine",
            "warning",
            "shop: root/orders holds the loop: count runs for 12s",
            ("jido ps -e shop",),
        )
    ]


def test_an_engine_of_another_version_is_told():
    engine = found_engine("shop")
    assert engine.record is not None
    old = replace(engine, record=replace(engine.record, version="0.0.9"))
    assert checks_of(old) == [
        Check(
            "engine",
            "warning",
            f"shop: runs jido 0.0.9, this is {jido_cli.__version__}",
            ("jido down -e shop, then jido up /project/topologies/shop.yaml",),
        )
    ]


def test_an_engine_that_takes_no_calls_is_told():
    [check] = checks_of(found_engine("shop", "starting"))
    assert check.facts == "shop: holds its lock and takes no calls, it is starting or held"


def test_an_engine_that_cannot_be_asked_is_broken_and_hides_no_other():
    class Silent(Patient):
        def health(self) -> dict[str, Any]:
            raise ControlError("the engine of shop does not answer", code="connection-lost")

    found = [found_engine("shop"), found_engine("depot", "starting")]
    assert [check.status for check in checks_of(*found, handle=Silent())] == ["broken", "warning"]


def test_an_unsafe_place_is_broken():
    problem = ControlError("x is not used: it is a symbolic link", hints=("rm x",))
    unsafe = replace(found_engine("shop", "unsafe"), problem=problem)
    assert checks_of(unsafe) == [
        Check("engine", "broken", "shop: x is not used: it is a symbolic link", ("rm x",))
    ]


# -- the command


def doctor(*words: str, engines: FakeEngines, environ: dict[str, str]) -> Result:
    session = Session(Terminal(), engines, environ, now=lambda: shop.NOW, zone=UTC)
    return CliRunner().invoke(app, ["doctor", *words], obj=session)


def test_the_exit_code_is_1_only_when_something_is_broken(folder: Path, here: StateDir):
    environ = {"XDG_RUNTIME_DIR": str(folder / "run")}
    well = doctor(engines=Ward(), environ=environ)
    assert (well.exit_code, well.stderr) == (0, "")
    assert well.stdout.splitlines()[-1] == "3 fine"
    here.root.mkdir()
    here.root.chmod(0o755)
    ill = doctor(engines=Ward(), environ=environ)
    assert (ill.exit_code, ill.stdout.splitlines()[-1]) == (1, "3 fine, 1 broken")


def test_a_broken_listing_is_told_once(folder: Path):
    class Unreadable(Ward):
        def found(self) -> list[FoundEngine]:
            raise ControlError("run is not used: it is a symbolic link")

    result = doctor("--json", engines=Unreadable(), environ={})
    told = json.loads(result.stdout)
    assert told["counts"]["broken"] == 1
    assert [one["facts"] for one in told["checks"] if one["status"] == "broken"] == [
        "run is not used: it is a symbolic link"
    ]


# -- on a real engine


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    made = new_project(folder)
    yield made
    made.end_engines()


@pytest.mark.slow
def test_after_kill_9_it_finds_the_socket_and_takes_it_away(project: Project):
    project.jido("up", project.topology("legacy"), "-d")
    project.jido("up", project.topology("shop"), "-d")
    pids = {engine["name"]: engine["pid"] for engine in project.peek("ls")["engines"]}
    with os.fdopen(os.pidfd_open(pids["legacy"])) as process:
        signal.pidfd_send_signal(process.fileno(), signal.SIGKILL)
        select.select([process], [], [], WAIT_S)
    found = project.jido("doctor")
    assert (found.code, found.err) == (0, "")
    assert found.out.endswith(
        "▲ engine     legacy: stale socket, its process is gone\n"
        "             try: jido doctor --fix\n\n4 fine, 1 warning\n"
    )
    mended = project.jido("doctor", "--fix")
    assert mended.code == 0
    assert mended.out.endswith("● engine     legacy: stale socket removed\n\n4 fine, 1 mended\n")
    assert project.jido("doctor").out.endswith("\n4 fine\n")
    assert project.jido("state", "one", "count", "-e", "shop").out == "0\n"
