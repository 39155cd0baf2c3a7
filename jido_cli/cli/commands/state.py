"""`jido state`: an agent's state as JSON."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.observe.text.display import display
from jido_cli.observe.text.state import full_lines, short_lines

EXAMPLES = (
    "jido state counter_agent_server",
    "jido state counter_agent_server count",
    "jido state orders orders.o-1183.cents",
    "jido state orders --full | jq .orders",
)


def command(
    ctx: typer.Context,
    ident: options.Ident,
    select: Annotated[
        str | None,
        typer.Argument(
            metavar="PATH", help="The part of the state, as in a.b.0.c.", show_default=False
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="All of it on a terminal too; a pipe always gets it.")
    ] = False,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show an agent's state, or a part of it."""
    session = session_of(ctx)
    terminal = session.terminal
    answer = session.open(engine, "state").state(ident, select)
    if as_json:
        terminal.out_json(answer)
        return
    value = answer["state"]
    if full or not terminal.is_interactive:
        terminal.out(*full_lines(value))
        return
    lines, notes = short_lines(value)
    terminal.out(*lines)
    if notes:
        again = ["jido", "state", ident, *([select] if select else []), "--full"]
        flag = ["-e", engine] if engine else []
        said = "; ".join(display(note) for note in notes)
        terminal.err(f"{said}; all of it: {shlex.join([*again, *flag])}")
