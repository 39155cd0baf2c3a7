"""The errors that are drawn, word for word, each made to happen; pids and times are taken out."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jido_cli.cli import failures
from jido_cli.cli.render.errors import error_lines
from jido_cli.control.state_dir import StateDir
from jido_cli.control.troubles import check_version
from jido_cli.errors import ControlError
from tests.cli.fakes import FakeEngines, jido
from tests.cli.processes import WAIT_S, Project, new_project

VARIES = (
    (r"pid \d+", "pid N"),
    (r"process \d+", "process N"),
    (r"up [\d.]+m?s", "up TIME"),
    (r"\d\d:\d\d:\d\d", "TIME"),
    (r"jido/\w+\.py:\d+|\w+/\w+\.py:\d+", "FILE:LINE"),
)


def drawn(text: str) -> str:
    """Return a text without what varies."""
    for pattern, word in VARIES:
        text = re.sub(pattern, word, text)
    return text


@pytest.fixture
def project() -> Iterator[Project]:
    root = Path(tempfile.mkdtemp(prefix="jt"))
    made = new_project(root)
    (root / "topologies").mkdir()
    yield made
    made.end_engines()
    shutil.rmtree(root)


def up(project: Project, name: str) -> str:
    file = project.topology(name, f"topologies/{name}.yaml")
    done = project.jido("up", f"topologies/{file}", "-d")
    assert done.code == 0, done
    return f"topologies/{file}"


def kill(project: Project, name: str) -> None:
    [pid] = [one["pid"] for one in project.peek("ls")["engines"] if one["name"] == name]
    with os.fdopen(os.pidfd_open(pid)) as process:
        signal.pidfd_send_signal(process.fileno(), signal.SIGKILL)
        select.select([process], [], [], WAIT_S)


@pytest.mark.slow
def test_no_engine_is_running(project: Project):
    project.topology("counter", "topologies/counter.yaml")
    done = project.jido("ps")
    assert (done.code, done.out, done.err) == (
        3,
        "",
        (
            "error: no engine is running\n"
            "  where  .jido/ (looked for engine.sock in 0 folders)\n"
            "  try    jido up topologies/counter.yaml\n"
        ),
    )


@pytest.mark.slow
def test_two_engines_are_running(project: Project):
    up(project, "shop")
    up(project, "counter")
    done = project.jido("ps")
    assert (done.code, drawn(done.err)) == (
        3,
        (
            "error: 2 engines are running, say which one\n"
            "  where  counter (pid N, up TIME), shop (pid N, up TIME)\n"
            "  try    jido ps -e counter\n"
        ),
    )


@pytest.mark.slow
def test_the_engine_is_gone(project: Project):
    up(project, "shop")
    kill(project, "shop")
    done = project.jido("state", "orders")
    assert (done.code, drawn(done.err)) == (
        3,
        (
            "error: the engine of shop is gone: its socket is there, its process N is not\n"
            "  where  .jido/shop/engine.sock, last written TIME\n"
            "  why    engine.log ends at TIME without a shutdown: killed, or out of memory, "
            "or os._exit in its code\n"
            "  try    jido up topologies/shop.yaml     (cleans up)\n"
        ),
    )


@pytest.mark.slow
def test_it_is_already_running(project: Project):
    done = project.jido("up", up(project, "shop"))
    assert (done.code, drawn(done.err)) == (
        1,
        (
            "error: shop is already running, pid N, up TIME\n"
            "  where  .jido/shop/engine.sock\n"
            "  try    jido tui -e shop      (to watch it)\n"
            "         jido down -e shop     (to stop it)\n"
        ),
    )


def test_the_engine_is_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    state_dir = StateDir.of(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path / "run")})
    with state_dir.claim("shop") as claim:
        claim.announce(version="0.3.0", protocol=2, file=tmp_path / "topologies" / "shop.yaml")
        with pytest.raises(ControlError) as caught:
            headers = {"jido-protocol": "2", "jido-version": "0.3.0"}
            check_version(claim.place, headers, "/v1/tree")
    report = failures.report(caught.value)
    socket = "engine.sock" if claim.place.socket.parent == claim.place.folder else "run"
    lines = error_lines(report)
    assert report.exit == 1
    assert lines[0] == (
        "error: the engine of shop is jido 0.3.0, this command is jido 0.1.0; they cannot talk"
    )
    assert socket in lines[1]
    assert lines[1].endswith(", control API v2, this command needs v1")
    assert lines[2:] == [
        "  try    jido down -e shop, then jido up topologies/shop.yaml",
        "         or use the same version: pip install 'jido-cli==0.3.0'",
    ]


def test_a_file_of_a_newer_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "next.yaml").write_text("jido: v2\n")
    result = jido("up", "next.yaml")
    assert (result.exit_code, result.stdout, result.stderr) == (
        4,
        "",
        (
            "next.yaml:1:7: error: format 'v2' is newer than this program, which reads v1 "
            "[JD102 format-version]\n"
            "  |\n"
            "1 | jido: v2\n"
            "  |       ^^\n"
            "  = help: pip install --upgrade jido-cli\n"
        ),
    )


class Faulty(FakeEngines):
    def connect(self, engine):
        raise ValueError("unknown node kind 'x'")


def test_a_fault_of_its_own():
    result = jido("ps", engines=Faulty())
    assert (result.exit_code, drawn(result.stderr)) == (
        70,
        (
            "error: jido has a fault of its own: ValueError: unknown node kind 'x'\n"
            "  where  FILE:LINE, jido 0.1.0\n"
            "  try    jido ps --debug shows the traceback; please report it with that\n"
        ),
    )


@pytest.mark.slow
def test_with_json_the_same_goes_to_stderr_as_one_object(project: Project):
    project.topology("counter", "topologies/counter.yaml")
    done = project.jido("ps", "--json")
    assert (done.code, done.out) == (3, "")
    assert json.loads(done.err) == {
        "error": {
            "code": "no-engine",
            "message": "no engine is running",
            "where": ".jido/ (looked for engine.sock in 0 folders)",
            "why": None,
            "try": ["jido up topologies/counter.yaml"],
            "exit": 3,
        }
    }


# -- the line to paste


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "folder", "hint"),
    [
        ({"topology.yaml": "jido: v1\n", "a.yaml": "jido: v1\n"}, ".", "jido up topology.yaml"),
        ({"b.yaml": "services: {}\n", "c.yaml": "# hi\njido: v1\n"}, ".", "jido up c.yaml"),
        ({"my file.yaml": "jido: v1\n"}, ".", "jido up 'my file.yaml'"),
        ({"topologies/d.yaml": "jido: v1\n"}, ".", "jido up topologies/d.yaml"),
        ({}, ".", "jido up FILE"),
    ],
)
def test_a_hint_names_a_topology_that_is_here(project: Project, files, folder, hint):
    for name, text in files.items():
        (project.root / name).write_text(text)
    assert project.jido("ps").err.splitlines()[-1] == f"  try    {hint}"


@pytest.mark.slow
def test_a_hint_in_a_folder_of_the_project_names_the_projects_file(project: Project):
    (project.root / "topology.yaml").write_text("jido: v1\n")
    project.root = project.root / "topologies"
    hint = f"  try    jido up {project.root.parent.resolve() / 'topology.yaml'}"
    assert project.jido("ps").err.splitlines()[-1] == hint
    project.root = project.root.parent
