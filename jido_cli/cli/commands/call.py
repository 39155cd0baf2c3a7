"""`jido call`: a signal, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.commands.send import Id, Source, Subject, Type, Unrouted, Words, new_signal
from jido_cli.cli.signalling import Request, expired_call, failed_call, receiver, signal_data
from jido_cli.control.handle import EngineHandle
from jido_cli.errors import ControlError
from jido_cli.observe.text.state import one_line

EXAMPLES = (
    "jido call counter_agent_server counter.increment by=2",
    "jido call inventory order.created sku=A-100 --timeout 2s",
    "jido call billing invoice.total --output",
)
_LATE = ("expired", "unknown")


def command(
    ctx: typer.Context,
    ident: options.Ident,
    signal_type: Type,
    words: Words = None,
    output: Annotated[
        bool, typer.Option("--output", help="Print the action's output, not the state.")
    ] = False,
    timeout: Annotated[
        str, typer.Option("--timeout", metavar="TIME", help="How long to wait for the answer.")
    ] = "5s",
    unrouted: Unrouted = False,
    subject: Subject = None,
    signal_id: Id = None,
    source: Source = None,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Send a signal, wait, and print the agent's new state."""
    session = session_of(ctx)
    request = Request("call", ident, signal_type, words or (), engine)
    timeout_ms = options.timeout(timeout)
    with session.open(engine, "call") as handle:
        node, to = receiver(handle, ident)
        data = signal_data(node, request, unrouted=unrouted)
        signal = new_signal(signal_type, data, subject=subject, id=signal_id, source=source)
        answer: dict[str, Any] = handle.call(to, signal, timeout_ms=timeout_ms, unrouted=unrouted)
        if not answer["ok"]:
            if answer.get("outcome") in _LATE:
                raise expired_call(handle.node(_who(answer, node)), request, answer, timeout)
            raise failed_call(node, request, answer, _looked_at(handle, _who(answer, node)))
    if as_json:
        session.terminal.out_json(answer)
    else:
        session.terminal.out(one_line(answer["output"] if output else answer["state"]))


def _who(answer: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    """Return the path of the agent that was asked: of a group, one of its members."""
    return str(answer.get("path") or node["path"])


def _looked_at(handle: EngineHandle, path: str) -> Mapping[str, Any] | None:
    """Return the agent as it is now; None when it, or the engine, is not there any more."""
    try:
        return handle.node(path)
    except ControlError:
        return None
