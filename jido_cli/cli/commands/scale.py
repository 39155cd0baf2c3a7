"""`jido scale`: more or fewer members of a group."""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.commands.steering import DEFAULT_TIMEOUT, Timeout
from jido_cli.observe.text.display import display

EXAMPLES = ("jido scale crawlers 5",)
Ident = Annotated[
    str,
    typer.Argument(metavar="ID", help="A group of replicas, or a dynamic supervisor."),
]
Count = Annotated[str, typer.Argument(metavar="N", help="How many there shall be.")]


def command(
    ctx: typer.Context,
    ident: Ident,
    count: Count,
    timeout: Timeout = DEFAULT_TIMEOUT,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Have more or fewer members in a group of replicas.

    Or children of a dynamic supervisor. New ones start one after the other; of too many the
    newest stops first.
    """
    session = session_of(ctx)
    timeout_ms = options.timeout(timeout)
    wanted = options.whole(count, "N")
    with session.open(engine, "scale") as handle:
        answer = handle.scale(ident, wanted, timeout_ms=timeout_ms)
    if as_json:
        session.terminal.out_json(answer)
        return
    path, was, now = display(answer["path"]), answer["was"], answer["count"]
    if was == now:
        session.terminal.out(f"{path} has {now} already")
        return
    changed = [display(one) for one in answer["started"] or answer["stopped"]]
    verb = "started" if answer["started"] else "stopped"
    shown = ", ".join(changed) if len(changed) <= 8 else f"{changed[0]} to {changed[-1]}"
    session.terminal.out(f"scaled {path} from {was} to {now}: {verb} {shown}")
