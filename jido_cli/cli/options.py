"""Options and arguments that several commands share, and how their texts are read.

Every parameter of a command is a text, a list of texts or a switch; what a text means is decided
here, so that every command refuses the same things in the same words.
"""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.errors import UsageError

_LONGEST_MS = 24 * 3600 * 1000
_MOST_DIGITS = 9
_MOST = 10**_MOST_DIGITS - 1

Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        "-e",
        envvar="JIDO_ENGINE",
        metavar="NAME",
        help="The engine that is meant, where several run.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Ident = Annotated[
    str,
    typer.Argument(metavar="ID", help="A node's path, or a tail of it that names one node."),
]
Agent = Annotated[
    str | None, typer.Option("--agent", metavar="ID", help="Only this node and what is below it.")
]
Follow = Annotated[
    bool, typer.Option("--follow", "-f", help="Go on with what happens next, until ^C.")
]
Limit = Annotated[str | None, typer.Option("--limit", "-n", metavar="N", help="The newest N only.")]


def milliseconds(text: str, option: str) -> int:
    """Return the milliseconds of a duration as the topology writes it, `10s`."""
    from jido_cli.topology import durations

    value = durations.milliseconds(text)
    if value is not None:
        return value
    problem = durations.problem(text)
    why, hint = problem or ("is not a duration", None)
    raise UsageError(
        f"{option}: {why}", hints=(hint,) if hint else (), why="durations are written as in YAML"
    )


def timeout(text: str) -> int:
    """Return the milliseconds of `--timeout`, of which an engine takes up to a day."""
    value = milliseconds(text, "--timeout")
    if 1 <= value <= _LONGEST_MS:
        return value
    raise UsageError(f"--timeout: {text!r} is not between 1ms and 1d")


def whole(text: str, option: str, *, least: int = 0) -> int:
    """Return a whole number of at least *least*."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) >= least:
        return int(text)
    from jido_cli.core.shown import show

    raise UsageError(f"{option}: {show(text)} is not a whole number from {least} to {_MOST:,}")


def words(texts: list[str] | None) -> tuple[str, ...]:
    """Return the words of an option that may be repeated and may hold commas."""
    parts = [part.strip() for text in texts or () for part in text.split(",")]
    return tuple(part for part in parts if part)
