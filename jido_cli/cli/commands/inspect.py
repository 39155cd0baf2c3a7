"""`jido inspect`: everything known of one node."""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.session import Session
from jido_cli.observe.text.command import command_lines
from jido_cli.observe.text.inspect import inspect_lines

EXAMPLES = (
    "jido inspect inventory",
    "jido inspect root/pipeline --json",
    "jido inspect inventory --command 0199f2a1-7c44-7d02-8f11-0b6a4c1d9e55",
)


def command(
    ctx: typer.Context,
    ident: options.Ident,
    command_id: Annotated[
        str | None,
        typer.Option("--command", metavar="COMMAND", help="Only what became of this command."),
    ] = None,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show everything known of a node."""
    session = session_of(ctx)
    if command_id is not None:
        _inspect_command(session, ident, command_id, engine, as_json=as_json)
        return
    node = session.open(engine, "inspect").node(ident)
    if as_json:
        session.terminal.out_json(node)
        return
    flag = f" -e {engine}" if engine else ""
    lines = inspect_lines(node, session.times, session.terminal.paint, engine_flag=flag)
    session.terminal.out(*lines)


def _inspect_command(
    session: Session, ident: str, command_id: str, engine: str | None, *, as_json: bool
) -> None:
    with session.open(engine, "inspect") as handle:
        found = handle.command(command_id, agent=handle.node(ident)["path"])
    if as_json:
        session.terminal.out_json(found)
    else:
        session.terminal.out(*command_lines(found, session.times, session.terminal.paint))
