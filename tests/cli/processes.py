"""Real engines in real processes, each test in a folder and a runtime folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
WAIT_S = 30

COUNTER = """\
jido: v1
name: {name}
actions:
  spin: {{run: "work:spin"}}
  boom: {{run: "work:boom"}}
  crash: {{run: "work:crash"}}
agents:
  counter:
    state: {{count: 0}}
    on_error: stop
    routes:
      counter.increment:
        params: {{by: 1}}
        set: {{count: "${{{{ state.count + params.by }}}}"}}
      counter.spin: spin
      counter.boom: boom
      counter.crash: crash
supervisor:
  strategy: one_for_one
  max_restarts: 3
  max_seconds: 60
  children:
    - {{id: one, agent: counter}}
    - {{id: two, agent: counter}}
"""
WORK = """\
import ctypes

from jido_cli import action

@action
def spin(state):
    while True:
        pass

@action
def crash(state):
    ctypes.string_at(0)

@action
def boom(state, sku: str = "A-100"):
    return {"count": state["levels"][sku]}
"""


@dataclass
class Project:
    """A project of a user: a folder with topologies, and the engines started in it."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def topology(self, name: str = "shop", file: str | None = None) -> str:
        """Write a topology and return its file, relative to the project."""
        path = self.root / (file or f"{name}.yaml")
        path.write_text(COUNTER.format(name=name))
        return path.name

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-P", "-m", "jido_cli.cli.main", *words]

    def jido(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        """Run a command to its end."""
        done = subprocess.run(
            self.command(*words),
            cwd=self.root,
            env=self.environ | dict(env or {}),
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def peek(self, *words: str) -> Any:
        """Run a command that prints JSON and return what it printed."""
        done = self.jido(*words, "--json")
        assert done.code == 0, done
        return json.loads(done.out)

    @contextmanager
    def started(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command and go on at once."""
        process = subprocess.Popen(
            self.command(*words),
            cwd=self.root,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    @contextmanager
    def foreground(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start an engine in the foreground and go on when it is ready."""
        with self.started("up", *words) as process:
            assert process.stdout is not None
            while " ready " not in (line := process.stdout.readline()):
                assert line, process.stderr and process.stderr.read()
            yield process

    def end_engines(self) -> None:
        """Kill what a test left running; whose process it is the kernel says."""
        for engine in self.peek("ls")["engines"]:
            if engine["pid"]:
                os.kill(engine["pid"], signal.SIGKILL)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def new_project(root: Path) -> Project:
    (root / "pyproject.toml").write_text("")
    (root / "work.py").write_text(WORK)
    run = root / "run"
    run.mkdir(mode=0o700)
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    environ = kept | {
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONUTF8": "1",
        "XDG_RUNTIME_DIR": str(run),
    }
    return Project(root, environ)


def finish(process: subprocess.Popen[str]) -> Done:
    """Wait for the end of a process."""
    out, err = process.communicate(timeout=WAIT_S)
    return Done(process.returncode, out, err)
