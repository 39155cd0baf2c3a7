"""Options and arguments that several commands share, and how their texts are read.

Every parameter of a command is a text, a list of texts or a switch; what a text means is decided
here, so that every command refuses the same things in the same words.
"""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.errors import UsageError

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


def whole(text: str, option: str, *, least: int = 0) -> int:
    """Return a whole number of at least *least*."""
    if text.isascii() and text.isdigit() and int(text) >= least:
        return int(text)
    raise UsageError(f"{option}: {text!r} is not a whole number of at least {least}")


def words(texts: list[str] | None) -> tuple[str, ...]:
    """Return the words of an option that may be repeated and may hold commas."""
    parts = [part.strip() for text in texts or () for part in text.split(",")]
    return tuple(part for part in parts if part)
