"""`jido send`: a signal, without waiting for what it does."""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.signalling import Request, receiver, signal_data
from jido_cli.observe.text.display import display

EXAMPLES = (
    "jido send orders order.requested sku=A-100 quantity=2",
    'jido send orders order.requested \'items:=["A-100", "B-7"]\'',
    "jido send orders order.requested sku=A-100 --id o-17 --source /shop",
)
Type = Annotated[str, typer.Argument(metavar="TYPE", help="The signal's type, as in a.b.c.")]
Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="K=V",
        help="Its data, typed by the action's schema, else JSON, else text; K:=JSON is explicit.",
        show_default=False,
    ),
]
Unrouted = Annotated[
    bool, typer.Option("--unrouted", help="Send it even if no route of the agent takes it.")
]
Subject = Annotated[str | None, typer.Option("--subject", metavar="TEXT", help="Its subject.")]
Id = Annotated[
    str | None,
    typer.Option("--id", metavar="TEXT", help="Its id, else a new one; known again by dedupe."),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="URI", help="Where it comes from, else /jido."),
]


def command(
    ctx: typer.Context,
    ident: options.Ident,
    signal_type: Type,
    words: Words = None,
    unrouted: Unrouted = False,
    subject: Subject = None,
    signal_id: Id = None,
    source: Source = None,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Send a signal to an agent."""
    session = session_of(ctx)
    request = Request("send", ident, signal_type, words or (), engine)
    with session.open(engine, "send") as handle:
        node, to = receiver(handle, ident)
        data = signal_data(node, request, unrouted=unrouted)
        signal = new_signal(signal_type, data, subject=subject, id=signal_id, source=source)
        answer = handle.send(to, signal, unrouted=unrouted)
    if as_json:
        session.terminal.out_json(answer)
        return
    sent = f"{display(signal_type)} {display(answer['id'])} to {display(answer['to'])}"
    session.terminal.out(f"sent {sent}")


def new_signal(
    signal_type: str, data: dict[str, object], **attributes: str | None
) -> dict[str, object]:
    """Return the attributes of a signal from the command line; those of None are not given."""
    given = {name: value for name, value in attributes.items() if value is not None}
    return {"type": signal_type, "data": data, **given}
