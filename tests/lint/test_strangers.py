"""A stranger's repository is read, and nothing in it gets to run, to show, or to silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CANARY = "touch"
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
    jido = Path(sys.executable).with_name("jido")
    done = subprocess.run(
        [jido, *words], cwd=trap, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (trap.parent / "touched").exists()
