"""Which Python runs an engine: the one that has the user's packages.

`--python`, else the active virtual environment, else the project's `.venv`, where they can import
jido, else this one. Nothing of the user's is imported to find out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jido_cli.control.words import shown
from jido_cli.errors import UsageError

# The command itself is imported: a jido without its libraries runs nothing.
_ASK = (
    "import platform, jido_cli.cli.main, jido_cli;"
    "print(jido_cli.__version__, platform.python_version())"
)
_ASK_S = 20.0
MODULE = "jido_cli.cli.main"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python, its version, that of its jido, and why it was chosen (None: it is this one).

    `without_jido` are those that would have gone before it, and why: their packages are not seen.
    """

    path: Path
    version: str = ""
    jido_version: str = ""
    reason: str | None = None
    without_jido: tuple[tuple[Path, str], ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether another Python than this one is meant."""
        return self.reason is not None

    def notes(self) -> list[str]:
        """Return the lines that say which one was chosen, where that needs to be said."""
        notes = []
        for path, what in self.without_jido:
            notes += [
                f"note: {what} has no jido, the engine will not see its packages",
                f"  try    {shown(path)} -m pip install jido-cli",
            ]
        if self.is_other:
            versions = f"Python {self.version}, jido {self.jido_version}"
            notes.append(f"note: the engine runs with {self.path} ({self.reason}): {versions}")
        elif self.without_jido:
            notes.append(f"note: the engine runs with {self.path}")
        return notes

    def command(self, words: Sequence[str]) -> list[str]:
        """Return how to run `jido` with *words* in it, with nothing of this folder on the path."""
        return [str(self.path), "-P", "-m", MODULE, *words]


def choose(project: Path, environ: Mapping[str, str], wanted: str | None = None) -> Interpreter:
    """Return the Python to run an engine of *project* with.

    Raises:
        UsageError: *wanted* is no Python that can import jido.
    """
    if wanted is not None:
        path = Path(os.path.abspath(wanted))  # noqa: PTH100 - a venv's python is a link, not to be followed
        if _is_this(path):
            return Interpreter(path)
        found = _ask(path)
        if found is None:
            raise UsageError(
                f"--python {wanted!r} cannot import jido_cli",
                where=str(path),
                hints=(f"{wanted} -m pip install jido-cli",),
            )
        return Interpreter(path, *found, reason="--python")
    active = environ.get("VIRTUAL_ENV")
    candidates = [(Path(active), "the active environment")] if active else []
    if active is None or Path(active) != project / ".venv":
        candidates.append((project / ".venv", "the project's .venv"))
    without: list[tuple[Path, str]] = []
    for folder, reason in candidates:
        path = folder / "bin" / "python"
        if _is_this(path):
            return Interpreter(path, without_jido=tuple(without))
        if not path.exists():
            continue
        found = _ask(path)
        if found is not None:
            return Interpreter(path, *found, reason=reason, without_jido=tuple(without))
        without.append((path, reason))
    return Interpreter(Path(sys.executable), without_jido=tuple(without))


def _is_this(path: Path) -> bool:
    """Return whether *path* is a name of this very Python, in the same environment."""
    this = Path(sys.executable)
    return path == this or (path.parent == this.parent and path.resolve() == this.resolve())


def _ask(path: Path) -> tuple[str, str] | None:
    """Return the versions of a Python and of its jido; None when it has none."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Python, named by him
            [str(path), "-P", "-c", _ASK],
            capture_output=True,
            text=True,
            timeout=_ASK_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    return (words[1], words[0]) if done.returncode == 0 and len(words) == 2 else None
