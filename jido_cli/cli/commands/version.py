"""`jido version`: what runs here."""

from __future__ import annotations

import platform

import typer

import jido_cli
from jido_cli.cli import options
from jido_cli.cli.application import session_of

EXAMPLES = ("jido version", "jido version --json")
FORMAT = "v1"


def command(ctx: typer.Context, as_json: options.Json = False) -> None:
    """Show the version."""
    show_version(ctx, as_json=as_json)


def show_version(ctx: typer.Context, *, as_json: bool) -> None:
    """Print the version of the program, of what it reads and of what it speaks."""
    from jido_cli.control.protocol import PROTOCOL

    terminal = session_of(ctx).terminal
    python = f"{platform.python_implementation()} {platform.python_version()}"
    if as_json:
        terminal.out_json(
            {
                "version": jido_cli.__version__,
                "format": FORMAT,
                "protocol": PROTOCOL,
                "python": platform.python_version(),
                "implementation": platform.python_implementation(),
            }
        )
        return
    terminal.out(
        f"jido {jido_cli.__version__} (topology {FORMAT}, control API v{PROTOCOL}, {python})"
    )
