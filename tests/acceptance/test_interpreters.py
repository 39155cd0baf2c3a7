"""Whose packages an engine sees: real environments, a real package of the user's in one of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.tutorial import install

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

TOPOLOGY = """\
jido: v1
name: weather
agents:
  station:
    state: {told: ""}
    routes:
      weather.ask: {run: "ask:ask"}
supervisor:
  children:
    - agent: station
"""
ACTION = """\
import forecast  # a package of the user's, installed in his environment only
from jido_cli import action


@action
def ask(state) -> dict:
    \"\"\"Ask the package.\"\"\"
    return {"told": forecast.TOLD}
"""


@dataclass
class Machine:
    """A project without an environment, and jido installed apart from it, as pipx does."""

    root: Path

    @property
    def project(self) -> Path:
        return self.root / "project"

    def environment(self, path: Path, *, has_jido: bool, has_package: bool) -> Path:
        """Make an environment; return its Python."""
        done = [sys.executable, "-m", "venv", "--without-pip", str(path)]
        subprocess.run(done, check=True, timeout=60)
        if has_jido:
            install(path)
        if has_package:
            [packages] = path.glob("lib/python*/site-packages")
            (packages / "forecast.py").write_text('TOLD = "rain"\n')
        return path / "bin" / "python"

    def jido(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the jido that is installed apart."""
        return subprocess.run(
            [str(self.root / "pipx" / "bin" / "jido"), *words],
            cwd=self.project,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(self.root),
                "LANG": "C.UTF-8",
                "XDG_RUNTIME_DIR": str(self.root / "run"),
                **environ,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def told(self) -> str:
        """Return what the package told the agent."""
        assert self.jido("call", "station", "weather.ask").returncode == 0
        return self.jido("state", "station", "told").stdout


@pytest.fixture
def machine() -> Iterator[Machine]:
    root = Path(tempfile.mkdtemp(prefix="jt")).resolve()
    made = Machine(root)
    made.project.mkdir()
    (made.project / "pyproject.toml").touch()
    (made.project / "weather.yaml").write_text(TOPOLOGY)
    (made.project / "ask.py").write_text(ACTION)
    (root / "run").mkdir(mode=0o700)
    made.environment(root / "pipx", has_jido=True, has_package=False)
    yield made
    made.jido("down", "--timeout", "1s")
    shutil.rmtree(root)


def test_the_projects_environment_is_found_and_named(machine: Machine):
    machine.environment(machine.project / ".venv", has_jido=True, has_package=True)
    up = machine.jido("up", "weather.yaml", "-d")
    assert up.returncode == 0, up
    where = machine.project / ".venv" / "bin" / "python"
    assert up.stderr.startswith(f"note: the engine runs with {where} (the project's .venv): Python")
    assert machine.told() == '"rain"\n'


def test_the_active_environment_goes_before_it(machine: Machine):
    machine.environment(machine.project / ".venv", has_jido=True, has_package=False)
    machine.environment(machine.root / "other", has_jido=True, has_package=True)
    up = machine.jido("up", "weather.yaml", "-d", VIRTUAL_ENV=str(machine.root / "other"))
    assert up.returncode == 0, up
    assert "(the active environment)" in up.stderr
    assert machine.told() == '"rain"\n'


def test_a_python_that_is_named_goes_before_both(machine: Machine):
    machine.environment(machine.project / ".venv", has_jido=True, has_package=False)
    python = machine.environment(machine.root / "other", has_jido=True, has_package=True)
    up = machine.jido("up", "weather.yaml", "-d", "--python", str(python))
    assert up.returncode == 0, up
    assert up.stderr.startswith(f"note: the engine runs with {python} (--python): Python ")
    assert machine.told() == '"rain"\n'


def test_in_the_foreground_the_same_python_runs_it(machine: Machine):
    machine.environment(machine.project / ".venv", has_jido=True, has_package=True)
    up = machine.jido("up", "weather.yaml", "--until-idle")
    assert up.returncode == 0, up
    assert "(the project's .venv)" in up.stderr


def test_an_environment_without_jido_is_told_before_its_packages_are_missed(machine: Machine):
    machine.environment(machine.project / ".venv", has_jido=False, has_package=True)
    up = machine.jido("up", "weather.yaml", "-d")
    assert up.returncode == 1
    lines = up.stderr.splitlines()
    assert lines[:3] == [
        "note: the project's .venv has no jido, the engine will not see its packages",
        "  try    .venv/bin/python -m pip install jido-cli",
        f"note: the engine runs with {machine.root / 'pipx' / 'bin' / 'python'}",
    ]
    assert lines[3].startswith("error: weather did not get ready: module 'ask' does not import")
    assert "forecast" in lines[3]


def test_a_python_without_jido_cannot_be_named(machine: Machine):
    python = machine.environment(machine.root / "other", has_jido=False, has_package=True)
    up = machine.jido("up", "weather.yaml", "-d", "--python", str(python))
    assert (up.returncode, up.stderr.splitlines()[0]) == (
        2,
        f"error: --python '{python}' cannot import jido_cli",
    )


def test_files_are_checked_without_any_of_that(machine: Machine):
    machine.environment(machine.project / ".venv", has_jido=False, has_package=True)
    lint = machine.jido("lint", "weather.yaml")
    assert (lint.returncode, lint.stderr) == (0, "")


def test_doctor_tells_whose_packages_engines_see(machine: Machine):
    machine.environment(machine.project / ".venv", has_jido=True, has_package=True)
    told = machine.jido("doctor").stdout
    assert "● packages   engines run with .venv/bin/python (the project's .venv): Python " in told
