"""What `jido doctor` looks at, one check after the other: values, nothing printed, nothing mended.

A check never fails: what keeps it from its answer is its answer.
"""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import jido_cli
from jido_cli.cli import interpreter
from jido_cli.cli.event_loop import is_uvloop
from jido_cli.cli.screen import Screen
from jido_cli.control.words import shown
from jido_cli.errors import ControlError
from jido_cli.observe.text.measures import plural

if TYPE_CHECKING:
    from jido_cli.control.state_dir import StateDir

Status: TypeAlias = Literal["fine", "mended", "absent", "warning", "broken"]
OLDEST, NEWEST = (3, 11), (3, 14)
FREE_WANTED, FREE_NEEDED = 64 * 1024 * 1024, 1024 * 1024
_UNITS = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `hints` say what to do where it is not fine."""

    name: str
    status: Status
    facts: str
    hints: tuple[str, ...] = ()


def machine(project: Path, environ: Mapping[str, str]) -> Iterator[Check]:
    """Check what engines run on."""
    yield _python()
    yield from _environment(project, environ)
    yield _jido()
    yield _loop()


def broken(name: str, error: Exception) -> Check:
    """Return the check that could not be made for a reason that is itself the finding."""
    if isinstance(error, ControlError):
        return Check(name, "broken", error.message, error.hints)
    if isinstance(error, OSError) and error.strerror:
        place = f"{shown(os.fsdecode(error.filename))}: " if error.filename else ""
        return Check(name, "broken", f"{place}{error.strerror.lower()}")
    return Check(name, "broken", f"{type(error).__name__}: {error}")


def _python() -> Check:
    version = platform.python_version()
    name = platform.python_implementation()
    if name != "CPython":
        return Check("python", "warning", f"{name} {version}; jido is tried with CPython only")
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        tried = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
        return Check("python", "warning", f"{version}; jido is tried with {tried}")
    return Check("python", "fine", version)


def _environment(project: Path, environ: Mapping[str, str]) -> Iterator[Check]:
    """Check whose packages an engine would see, where that is not plain."""
    chosen = interpreter.choose(project, environ)
    for path, what in chosen.without_jido:
        facts = f"{what} has no jido, engines will not see its packages"
        yield Check("packages", "warning", facts, (f"{shown(path)} -m pip install jido-cli",))
    if not chosen.is_other:
        return
    versions = f"Python {chosen.version}, jido {chosen.jido_version}"
    facts = f"engines run with {shown(chosen.path)} ({chosen.reason}): {versions}"
    if chosen.jido_version == jido_cli.__version__:
        yield Check("packages", "fine", facts)
        return
    hint = f"{shown(chosen.path)} -m pip install 'jido-cli=={jido_cli.__version__}'"
    yield Check("packages", "warning", f"{facts}; this is {jido_cli.__version__}", (hint,))


def _jido() -> Check:
    """Check that all that an engine is made of can be imported, and that the schema is there."""
    again = (f"{shown(sys.executable)} -m pip install --force-reinstall jido-cli",)
    try:
        import jido_cli.control.server
        import jido_cli.core.expressions
        import jido_cli.runtime.engine
        from jido_cli.topology.schema_file import FORMAT, schema

        schema()
    except (ImportError, OSError, ValueError) as error:
        found = broken("jido", error)
        return Check("jido", "broken", f"{jido_cli.__version__}: {found.facts}", again)
    return Check("jido", "fine", f"{jido_cli.__version__}, up to date with its schema {FORMAT}")


def _loop() -> Check:
    if is_uvloop():
        return Check("loop", "fine", "uvloop")
    hint = f"{shown(sys.executable)} -m pip install uvloop"
    return Check("loop", "warning", "asyncio: slower than uvloop, which does not import", (hint,))


def terminal(screen: Screen) -> Check:
    """Check what the terminal can show."""
    if screen.columns is None or screen.rows is None:
        return Check("terminal", "absent", f"none, stdout is no terminal; {screen.encoding}")
    facts = f"{screen.columns}x{screen.rows}, {screen.colours}, {screen.encoding}"
    if not screen.is_utf8:
        spelled = f"{facts}: signs are spelled in ASCII"
        return Check("terminal", "warning", spelled, ("LANG=C.UTF-8 jido doctor",))
    if screen.is_small:
        wanted = f"{facts}; the dashboard wants 60x16"
        return Check("terminal", "warning", wanted, ("make the window larger",))
    return Check("terminal", "fine", facts)


def state_dir(here: StateDir) -> Check:
    """Check the folder in which this project's engines live."""
    name = "state dir"
    root = here.root
    try:
        is_there = here.check()
        base = root if is_there else _nearest(root)
        room = os.statvfs(base)
        free = room.f_bavail * room.f_frsize
        if not os.access(base, os.W_OK | os.X_OK):
            hint = ("set JIDO_STATE_DIR to a folder of yours",)
            return Check(name, "broken", f"{shown(base)} is not writable", hint)
        if not is_there:
            facts = f"{shown(root)} is not there yet, jido up makes it"
            status: Status = "absent"
        else:
            mode = stat.S_IMODE(root.lstat().st_mode)
            number = plural(len(here.places()), "engine")
            facts = f"{shown(root)}, mode {mode:04o}, {number}, {size(_used(root))}"
            status = "fine"
    except (ControlError, OSError) as error:
        return broken(name, error)
    if free < FREE_WANTED:
        hint = ("make room, or set JIDO_STATE_DIR to a folder on another disk",)
        status = "warning" if free >= FREE_NEEDED else "broken"
        return Check(name, status, f"{facts}; only {size(free)} free on its disk", hint)
    return Check(name, status, facts)


def _nearest(path: Path) -> Path:
    """Return the nearest folder above that is there."""
    return next(folder for folder in path.parents if folder.is_dir())


def _used(root: Path) -> int:
    """Return the bytes of all files beneath; nothing is followed."""
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if path.is_symlink() or path.exists():  # a file may go while it is counted
                total += path.lstat().st_size
    return total


def size(number: int) -> str:
    """Return a size in bytes as people read it: `0 B`, `12 KiB`, `41 MiB`, `1.2 GiB`."""
    for unit, name in _UNITS:
        if number >= unit:
            value = number / unit
            return f"{value:.1f} {name}" if value < 10 else f"{value:,.0f} {name}"
    return f"{number} B"
