"""`jido cancel`: end an effectful command, or an instruction beside the mailbox, while it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.commands.steering import DEFAULT_TIMEOUT, Timeout
from jido_cli.observe.text import measures
from jido_cli.observe.text.display import display

EXAMPLES = (
    "jido cancel 0199f2a1-7c44-7d02-8f11-0b6a4c1d9e55",
    "jido cancel turn --agent session-7",
)


def command(
    ctx: typer.Context,
    ident: Annotated[
        str,
        typer.Argument(metavar="COMMAND", help="The id of a command, or of an instruction."),
    ],
    agent: Annotated[
        str | None, typer.Option("--agent", metavar="ID", help="The agent whose command it is.")
    ] = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Cancel an effectful command or instruction that runs.

    It fails with the code `cancelled`: the state before it holds, its caller is answered, its
    action's on_error is applied. What it did in the world so far is not undone.
    """
    session = session_of(ctx)
    timeout_ms = options.timeout(timeout)
    with session.open(engine, "cancel") as handle:
        answer = handle.cancel(ident, agent=agent, timeout_ms=timeout_ms)
    if as_json:
        session.terminal.out_json(answer)
        return
    ran = answer.get("ms")
    after = "" if ran is None else f" after {measures.seconds(float(ran) / 1000)}"
    session.terminal.out(
        f"cancelled {display(answer['action'])} of {display(answer['path'])}{after}"
    )
