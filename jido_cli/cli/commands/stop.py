"""`jido stop`."""

from __future__ import annotations

import typer

from jido_cli.cli import options
from jido_cli.cli.commands.steering import DEFAULT_TIMEOUT, Timeout, steer

EXAMPLES = ("jido stop inventory",)


def command(
    ctx: typer.Context,
    ident: options.Ident,
    timeout: Timeout = DEFAULT_TIMEOUT,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Stop a node on purpose; it is not restarted."""
    steer(ctx, "stop", ident, engine, timeout, as_json=as_json)
