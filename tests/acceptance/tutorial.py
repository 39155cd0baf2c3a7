"""Follows docs/tutorial.md as its reader does: files written, changed, commands typed in terminals.

`python -m tests.acceptance.tutorial` writes the page anew with the outputs of this run, for
whoever changed what is printed; what has changed is then seen in the diff.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import sysconfig
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
DASHBOARD = "jido tui"
INSTALL = "pip install --quiet jido-cli"
WAIT_S = 60.0
_READING_S = 15.0
_POLL_S = 0.1
_FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What only looks may be asked again: signals are on their way while somebody types.
_LOOKS = ("jido ps", "jido state", "jido directives", "jido events", "jido inspect")

_AFTER_READING = ("jido kill", "for n in")

# What differs from run to run; everything else must be as the page has it.
VARIES = (
    (r"\d\d:\d\d:\d\d(\.\d+)?", "CLOCK"),
    (r"CPython \d\.\d+\.\d+", "CPython N"),
    (r"pid \d+", "pid N"),
    (r"revision \d+", "revision N"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"\b(p50|p95|p99) \S+", r"\1 TIME"),
    (r"(up|in|ran|took|age) +[\d.]+(us|ms|s|m)( \d+s)?\b", r"\1 TIME"),
    (r"\((\d+(\.\d+)?(ms|s))\)", "(TIME)"),
    (r"\b[\d.]+(us|ms|s) ago", "TIME ago"),
    (r"(?<= ) *[\d.,]+(us|ms|s|m)( \d+s)?$", "TIME"),
    (r"[\d.]+(us|ms|s) up", "TIME up"),
    (r"[ ─]+", " "),
    (r" +$", ""),
)


def as_shown(output: str) -> str:
    """Return an output without what varies."""
    for pattern, word in VARIES:
        output = re.sub(pattern, word, output, flags=re.MULTILINE)
    return output.strip("\n")


# -- the page


@dataclass(frozen=True)
class Step:
    """One thing that the reader does or sees; `where` is the line of the page."""

    kind: str  # "write", "change", "type", "see"
    what: str
    where: int
    output: str = ""
    terminal: int = 1
    span: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        return f"docs/tutorial.md:{self.where}: {self.what.splitlines()[0] if self.what else ''}"


def steps(text: str) -> Iterator[Step]:
    """Yield what the page tells to do, in its order."""
    for found in _FENCE.finditer(text):
        language, info, body = found.groups()
        line = text.count("\n", 0, found.start()) + 2
        terminal = 2 if info == "terminal 2" else 1
        if language == "console":
            yield from _typed(body, line, terminal, found.start(3))
        elif language == "text" and terminal == 2:
            yield Step("see", "", line, body.strip("\n"), 2, found.span(3))
        elif language == "diff":
            yield Step("change", info, line, body)
        elif language in ("yaml", "python") and info:
            yield Step("write", info, line, body)


def _typed(body: str, line: int, terminal: int, offset: int) -> Iterator[Step]:
    at = 0
    for part in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
        if part.startswith("$ "):
            command, _, output = part[2:].partition("\n")
            start = offset + at + len(command) + 3
            where = line + body.count("\n", 0, at)
            span = (start, offset + at + len(part))
            yield Step("type", command, where, output.strip("\n"), terminal, span)
        at += len(part)


def changed(text: str, diff: str) -> str:
    """Return a file with one change made; the change must fit in exactly one place."""
    lines = diff.splitlines()
    before = "".join(f"{one[1:]}\n" for one in lines if one[:1] in ("-", " ", ""))
    after = "".join(f"{one[1:]}\n" for one in lines if one[:1] in ("+", " ", ""))
    assert text.count(before) == 1, f"fits in {text.count(before)} places:\n{before}"
    return text.replace(before, after)


# -- the reader


class Terminal:
    """A shell that keeps its folder and its environment between commands."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )
        self._changed = threading.Condition()
        self._heard = b""
        self._taken = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def run(self, command: str) -> str:
        """Type a command, wait for its end, and return what it printed."""
        self._type(f"{command}\nprintf '@@end\\n'\n")
        return self.wait(lambda text: text.endswith("@@end\n"), WAIT_S).removesuffix("@@end\n")

    def begin(self, command: str) -> None:
        """Type a command that goes on by itself."""
        self._type(f"{command}\n")

    def wait(self, is_enough: Callable[[str], bool], seconds: float) -> str:
        """Return what was printed since the last time, once it is enough or time is over."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not is_enough(self._new()) and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            text = self._new()
            self._taken = len(self._heard)
        return text

    def close(self) -> None:
        """Close the window."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _new(self) -> str:
        return self._heard[self._taken :].decode("utf-8", "backslashreplace")

    def _type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())

    def _read(self) -> None:
        assert self._process.stdout is not None
        while chunk := self._process.stdout.read(65_536):
            with self._changed:
                self._heard += chunk
                self._changed.notify_all()


@dataclass
class Reader:
    """Somebody in an empty folder, with two terminals."""

    folder: Path
    environ: dict[str, str]
    terminals: dict[int, Terminal] = field(default_factory=dict)
    patience_s: float = 15.0

    def does(self, step: Step) -> str:
        """Do a step; return what was seen."""
        if step.kind == "write":
            (self.folder / "shop" / step.what).write_text(step.output)
            return step.output
        if step.kind == "change":
            file = self.folder / "shop" / step.what
            file.write_text(changed(file.read_text(), step.output))
            return step.output
        terminal = self._terminal(step.terminal)
        if step.kind == "see":
            wanted = as_shown(step.output)
            seen = terminal.wait(lambda text: as_shown(text) == wanted != "", self.patience_s)
            return seen.strip("\n")
        if step.what == INSTALL:
            install(self.folder / "shop" / ".venv")
            return ""
        if step.what == DASHBOARD:
            return self._sees_dashboard()
        if " -f" in step.what:
            terminal.begin(step.what)
            return ""
        if step.what.startswith(_AFTER_READING):
            self._read(terminal)
        return self._runs(terminal, step)

    def close(self) -> None:
        """Close the terminals."""
        for terminal in self.terminals.values():
            terminal.close()

    def _sees_dashboard(self) -> str:
        """Open the dashboard, look until the tree is there, and leave it with `q`."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        process = subprocess.Popen(
            ["bash", "-c", f". .venv/bin/activate; exec {DASHBOARD}"],
            cwd=self.folder / "shop",
            env=self.environ | {"TERM": "xterm"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        try:
            if not _drawn(master, b"all 5 running"):
                return "the tree was not drawn"
            os.write(master, b"q")
            code = process.wait(WAIT_S)
            return "" if code == 0 else f"exit code {code}"
        finally:
            process.kill()
            process.wait()
            os.close(master)

    def _runs(self, terminal: Terminal, step: Step) -> str:
        deadline = time.monotonic() + self.patience_s
        while True:
            seen = terminal.run(step.what).strip("\n")
            is_done = as_shown(seen) == as_shown(step.output)
            if is_done or not step.what.startswith(_LOOKS) or time.monotonic() > deadline:
                return seen
            time.sleep(_POLL_S)

    def _read(self, terminal: Terminal) -> None:
        """Read what stands above, which takes longer than the restarts there count."""
        deadline = time.monotonic() + _READING_S
        while time.monotonic() < deadline:
            nodes = json.loads(terminal.run("jido ps --json"))["nodes"]
            if [one["window"]["used"] for one in nodes if one["id"] == "warehouse"] == [0]:
                return
            time.sleep(_POLL_S)

    def _terminal(self, number: int) -> Terminal:
        if number not in self.terminals:
            folder = self.folder if number == 1 else self.folder / "shop"
            self.terminals[number] = Terminal(folder, self.environ)
        return self.terminals[number]


def _drawn(descriptor: int, wanted: bytes) -> bool:
    """Read what a program draws, until a text was drawn; return whether it was."""
    drawn = b""
    deadline = time.monotonic() + WAIT_S
    while wanted not in drawn and (left := deadline - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            drawn += os.read(descriptor, 65_536)
    return wanted in drawn


def new_reader(folder: Path) -> Reader:
    """Return a reader whose machine has this Python and nothing else of ours."""
    programs = folder / "bin"
    programs.mkdir()
    python = programs / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    run = folder / "run"
    run.mkdir(mode=0o700)
    environ = {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "XDG_RUNTIME_DIR": str(run),
    }
    return Reader(folder, environ)


def install(environment: Path) -> None:
    """Put jido into an environment as pip would, out of what is installed here already."""
    [packages] = environment.glob("lib/python*/site-packages")
    known = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (packages / "here.pth").write_text("".join(f"{path}\n" for path in (ROOT, *known)))
    command = environment / "bin" / "jido"
    command.write_text(
        f"#!{environment}/bin/python\nfrom jido_cli.cli.main import main\n\nmain()\n"
    )
    command.chmod(0o755)


def rewritten(text: str, reader: Reader) -> str:
    """Return the page with what this run printed."""
    parts: list[str] = []
    at = 0
    for step in steps(text):
        seen = reader.does(step)
        if step.kind in ("type", "see"):
            start, end = step.span
            is_same = as_shown(seen) == as_shown(step.output)
            parts += [text[at:start], text[start:end] if is_same else f"{seen}\n" if seen else ""]
            at = end
    return "".join([*parts, text[at:]])


def main() -> None:
    """Write the page anew."""
    with tempfile.TemporaryDirectory(prefix="jt") as folder:
        reader = new_reader(Path(folder))
        reader.patience_s = 2.0
        try:
            page = rewritten(PAGE.read_text("utf-8"), reader)
        finally:
            reader.close()
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
