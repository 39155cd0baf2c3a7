"""`jido start`."""

from __future__ import annotations

import typer

from jido_cli.cli import options
from jido_cli.cli.commands.steering import DEFAULT_TIMEOUT, Timeout, steer

EXAMPLES = ("jido start inventory",)


def command(
    ctx: typer.Context,
    ident: options.Ident,
    timeout: Timeout = DEFAULT_TIMEOUT,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Start a stopped or failed node."""
    steer(ctx, "start", ident, engine, timeout, as_json=as_json)
