"""From an exception to what the user is told and the exit code.

Here live the exit codes and the mapping of errors to reports. How a report looks is
`render.errors`; nothing is printed here.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jido_cli
from jido_cli.cli.render.errors import Report
from jido_cli.control.private_files import SYSTEM_WHYS
from jido_cli.errors import (
    InternalError,
    JidoCliError,
    StartError,
    TopologyError,
    UsageError,
)

OK = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
BAD_TOPOLOGY = 4
INTERNAL = 70
TIMED_OUT = 124  # as timeout(1)
INTERRUPTED = 130

_NOT_FOUND_CODES = frozenset(
    {
        "no-engine",
        "several-engines",
        "engine-gone",
        "no-node",
        "ambiguous-node",
        "no-path",
        "no-file",
        "no-dead-letter",
    }
)
_INTERNAL_CODES = frozenset({"internal"})


class CommandError(JidoCliError):
    """Raised by a command when what was asked for failed; *kept* is what became of the data."""

    default_code = "failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        where: str | None = None,
        why: str | None = None,
        hints: Sequence[str] = (),
        kept: tuple[str, str] | None = None,
        exit_code: int | None = None,
        story: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, where=where, why=why, hints=hints)
        self.story = story
        self.kept = kept
        self.exit_code = exit_code


class FindingsError(TopologyError):
    """Raised when a topology file has errors; *lines* are its findings, drawn."""

    def __init__(
        self, message: str, *, lines: Sequence[str], findings: Sequence[dict[str, Any]]
    ) -> None:
        super().__init__(message, diagnostics=findings)
        self.lines = tuple(lines)
        self.findings = tuple(findings)


_EVERYWHERE = ("--version", "version", "lint", "explain", "schema", "graph")


def refuse_platform(platform: str, words: Sequence[str]) -> None:
    """Refuse what cannot run on Windows, in one sentence.

    Raises:
        CommandError: *platform* is Windows, and *words* name more than help or a check of files.
    """
    is_help = not words or not {"--help", "-h"}.isdisjoint(words)
    if platform == "win32" and not is_help and words[0] not in _EVERYWHERE:
        raise CommandError(
            "jido runs on Linux and macOS, on Windows use WSL",
            code="platform",
            hints=("wsl --install, then install jido-cli in it",),
        )


def exit_code(error: JidoCliError) -> int:
    """Return the exit code for an error."""
    if isinstance(error, CommandError) and error.exit_code is not None:
        return error.exit_code
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, TopologyError):
        return BAD_TOPOLOGY
    if isinstance(error, InternalError) or error.code in _INTERNAL_CODES:
        return INTERNAL
    return NOT_FOUND if error.code in _NOT_FOUND_CODES else FAILED


def report(error: JidoCliError) -> Report:
    """Return what to tell about an error that jido raised on purpose."""
    kept = error.kept if isinstance(error, CommandError) else None
    if kept is None and error.undone:
        kept = ("undone" if isinstance(error, StartError) else "state", error.undone)
    return Report(
        message=error.message,
        code=error.code,
        exit=exit_code(error),
        where=error.where,
        why=error.why,
        kept=kept,
        hints=error.hints,
        story=_story(error),
    )


def _story(error: JidoCliError) -> Mapping[str, Any] | None:
    """Return how the engine's root gave up, where the error tells of that."""
    if isinstance(error, CommandError):
        return error.story
    last_exit = getattr(error, "last_exit", None)  # of an engine that is gone
    story = last_exit.get("story") if isinstance(last_exit, Mapping) else None
    return story if isinstance(story, Mapping) else None


def error_of(told: Report) -> CommandError:
    """Return the error for a report that another process made."""
    return CommandError(
        told.message,
        code=told.code,
        where=told.where,
        why=told.why,
        hints=told.hints,
        kept=told.kept,
        exit_code=told.exit,
    )


def fault_report(error: BaseException, command: str) -> Report:
    """Return what to tell about a fault of jido's own."""
    return Report(
        message=f"jido has a fault of its own: {type(error).__name__}: {error}",
        code=InternalError.default_code,
        exit=INTERNAL,
        where=f"{_place(error)}, jido {jido_cli.__version__}",
        hints=(f"jido {command} --debug shows the traceback; please report it with that",),
    )


def system_report(error: BaseException) -> Report | None:
    """Return what to tell when the system refused to write or open; None for what is our fault."""
    why = SYSTEM_WHYS.get(error.errno or 0) if isinstance(error, OSError) else None
    if not isinstance(error, OSError) or why is None:
        return None
    name = error.filename if error.filename is not None else "the output"
    what = name if isinstance(name, str) else repr(name)
    return Report(
        message=f"{what} cannot be opened or written: {why}",
        code="system",
        exit=FAILED,
        hints=("jido doctor",),
    )


def _place(error: BaseException) -> str:
    """Return the innermost line of ours that the error went through."""
    package = Path(jido_cli.__file__).parent
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(package):
            return f"{path.relative_to(package)}:{frame.lineno}"
    return "outside of jido"
