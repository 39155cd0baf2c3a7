"""What a command may touch: the terminal, the engines of this user, the clock.

Tests put their own engines in; the real ones are found through `control`. No command's logic.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from jido_cli.cli import terminal
from jido_cli.control.words import pasted
from jido_cli.errors import ControlError
from jido_cli.observe.text.measures import Times

if TYPE_CHECKING:  # the client costs start-up time that `--help` does not need
    from jido_cli.control.engines import FoundEngine
    from jido_cli.control.handle import EngineHandle
    from jido_cli.control.state_dir import StateDir

_MOST_FILES = 50
_HEAD_BYTES = 4096
_ENGINE = ("-e", "--engine")


class EngineSource(Protocol):
    """Where engines are found and reached."""

    def found(self) -> Sequence[FoundEngine]:
        """Return this project's engines, then the others of this user."""
        ...

    def pick(self, name: str | None, command: str) -> FoundEngine:
        """Return the one engine that is meant; else a `ControlError`."""
        ...

    def connect(self, engine: FoundEngine) -> EngineHandle:
        """Return a handle on a living engine."""
        ...


class Session(NamedTuple):
    """One run of one command; `owns_process` where the process ends with it."""

    terminal: terminal.Terminal
    engines: EngineSource
    environ: Mapping[str, str] = MappingProxyType({})
    now: Callable[[], float] = time.time
    zone: tzinfo | None = None
    owns_process: bool = False

    @property
    def times(self) -> Times:
        """Return how moments are spelled now."""
        return Times(self.now(), self.zone)

    def open(self, name: str | None, command: str) -> EngineHandle:
        """Return a handle on the engine that is meant by *name* (None: the only one)."""
        return self.engines.connect(self.engines.pick(name, command))


class LocalEngines:
    """The engines that `control` finds from the current folder.

    Args:
        environ: where they are looked for.
        typed: the words after `jido`, so that a hint can repeat them.
    """

    def __init__(self, environ: Mapping[str, str], typed: Sequence[str] = ()) -> None:
        self._environ = environ
        self._typed = typed

    def found(self) -> Sequence[FoundEngine]:
        """Return this project's engines, then the others of this user."""
        from jido_cli.control.engines import find_engines

        return find_engines(self._here(), self._environ)

    def pick(self, name: str | None, command: str) -> FoundEngine:
        """Return the one engine that is meant; else a `ControlError`."""
        from jido_cli.control.engines import pick_engine

        try:
            return pick_engine(
                self.found(),
                name=name,
                here=self._here(),
                command=_repeated(self._typed, command),
                within=Path.cwd(),
                is_only_here=bool(self._environ.get("JIDO_STATE_DIR")),
            )
        except ControlError as error:
            error.hints = tuple(_with_file(hint) for hint in error.hints)
            raise

    def connect(self, engine: FoundEngine) -> EngineHandle:
        """Return a handle on a living engine."""
        from jido_cli.control.client import EngineClient

        return EngineClient(engine.place)

    def _here(self) -> StateDir:
        from jido_cli.control.state_dir import StateDir
        from jido_cli.topology.project import project_root

        return StateDir.of(project_root(Path.cwd() / "topology.yaml"), self._environ)


def real_session() -> Session:
    """Return the session of this process: its terminal, its environment, its user's engines."""
    environ = os.environ
    engines = LocalEngines(environ, sys.argv[1:])
    return Session(terminal.detect(environ), engines, environ, owns_process=True)


def without_cut(session: Session) -> Session:
    """Return the session with data not cut to the terminal's width."""
    return session._replace(terminal=session.terminal._replace(columns=None))


def _repeated(typed: Sequence[str], command: str) -> str:
    """Return what was typed, without the engine that it named; else the subcommand alone."""
    if typed[:1] != [command]:
        return command
    kept: list[str] = []
    words = iter(typed)
    for word in words:
        if word == "--":
            kept += [word, *words]
        elif word in _ENGINE:
            next(words, None)
        elif not word.startswith(f"{_ENGINE[1]}="):
            kept.append(word)
    return shlex.join(kept)


def _with_file(hint: str) -> str:
    """Put a file that is here in the place of `FILE`, so that the line can be pasted."""
    if not hint.startswith("jido up FILE"):
        return hint
    file = next(_topologies(), None)
    return hint if file is None else hint.replace("FILE", pasted(file))


def _topologies() -> Iterator[Path]:
    """Yield topologies of this folder and its project; only where they usually lie."""
    from jido_cli.topology.project import project_root

    here = Path.cwd()
    for folder in dict.fromkeys((here, project_root(here / "topology.yaml"))):
        usual = [folder / "topology.yaml", folder / "topologies" / "counter.yaml"]
        others = [*sorted(folder.glob("*.yaml")), *sorted(folder.glob("topologies/*.yaml"))]
        yield from filter(_is_topology, (*usual, *others[:_MOST_FILES]))


def _is_topology(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:  # not there, or not for us: then it is no suggestion
        return False
    return re.search(rb"^jido:", head, re.MULTILINE) is not None
