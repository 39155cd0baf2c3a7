"""`jido inspect`: everything known of one node."""

from __future__ import annotations

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.observe.text.inspect import inspect_lines

EXAMPLES = ("jido inspect inventory", "jido inspect root/pipeline --json")


def command(
    ctx: typer.Context,
    ident: options.Ident,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show everything known of a node."""
    session = session_of(ctx)
    node = session.open(engine, "inspect").node(ident)
    if as_json:
        session.terminal.out_json(node)
        return
    flag = f" -e {engine}" if engine else ""
    lines = inspect_lines(node, session.times, session.terminal.paint, engine_flag=flag)
    session.terminal.out(*lines)
