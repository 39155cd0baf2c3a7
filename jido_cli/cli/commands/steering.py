"""What `stop`, `start`, `restart` and `kill` have in common. No command of its own."""

from __future__ import annotations

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.render.display import display
from jido_cli.control.handle import Verb

DEFAULT_TIMEOUT = "30s"
DONE = {"stop": "stopped", "start": "started", "restart": "restarted", "kill": "killed"}


def steer(
    ctx: typer.Context, verb: Verb, ident: str, engine: str | None, timeout: str, *, as_json: bool
) -> None:
    """Give one order to one node and say what is true now."""
    session = session_of(ctx)
    timeout_ms = options.milliseconds(timeout, "--timeout")
    with session.open(engine, verb) as handle:
        path = handle.node(ident)["path"]
        answer = handle.steer(verb, path, timeout_ms=timeout_ms)
        if as_json:
            session.terminal.out_json(answer)
            return
        session.terminal.out(f"{DONE[verb]} {display(answer.get('path', path))}{_more(answer)}")


def _more(answer: dict[str, object]) -> str:
    parts = []
    if isinstance(answer.get("generation"), int):
        parts.append(f"gen {answer['generation']}")
    if isinstance(answer.get("status"), str):
        parts.append(display(answer["status"]))
    return f": {', '.join(parts)}" if parts else ""
