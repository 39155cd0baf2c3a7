"""A stranger's repository is read, and nothing in it gets to run, to show, or to silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.fakes import jido

TOPOLOGY = """\
jido: v1
name: trap
agents:
  desk: {routes: {ticket.opened: {run: "desk:opened"}}}
supervisor:
  children: [{agent: desk}]
"""
COMMANDS = [
    ["lint"],
    ["lint", "."],
    ["lint", "trap.yaml", "--format", "json"],
    ["plan", "trap.yaml"],
    ["graph", "trap.yaml"],
    ["explain", "JD301"],
    ["schema"],
]


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A repository in which every file that Python may take up leaves a trace."""
    trace = f"import pathlib\npathlib.Path({str(tmp_path / 'touched')!r}).write_text(__name__)\n"
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.jido]\nignore = ['JD301']\n")
    (folder / "trap.yaml").write_text(TOPOLOGY)
    names = ("desk", "sitecustomize", "usercustomize", "conftest", "json", "yaml", "typer", "ast")
    for name in (*names, "msgspec", "jsonschema", "time", "jido_cli_plugin", "setup"):
        (folder / f"{name}.py").write_text(
            f"{trace}from jido_cli import action\n@action\ndef opened() -> dict: return {{}}\n"
        )
    (folder / "src").mkdir()
    (folder / "src" / "desk.py").write_text(trace)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_of_a_repository_is_run(trap: Path, words: list[str]):
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    program = Path(sys.executable).with_name("jido")
    done = subprocess.run(
        [program, *words], cwd=trap, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (trap.parent / "touched").exists()


def test_nothing_in_a_repository_silences_a_finding_but_a_comment_that_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("jido.toml", ".jidorc", ".jido.yaml", "setup.cfg", ".jido/lint-cache.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('ignore = ["JD301"]\n[jido]\nignore = JD301\n')
    (tmp_path / "pyproject.toml").write_text('[tool.jido.lint]\nignore = ["JD301"]\n')
    storm = TOPOLOGY.replace('{run: "desk:opened"}', "{set: {n: 1}}")
    storm = storm.replace("supervisor:\n", "supervisor:\n  max_restarts: 1000\n")
    (tmp_path / "storm.yaml").write_text(storm)
    monkeypatch.chdir(tmp_path)
    assert "JD301" in jido("lint").stdout
    comment = "max_restarts: 1000  # jido: ignore[JD301] a stranger says so\n"
    (tmp_path / "storm.yaml").write_text(storm.replace("max_restarts: 1000\n", comment))
    assert "no findings, 1 ignored" in jido("lint").stdout
