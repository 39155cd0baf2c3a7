"""What `stop`, `start`, `restart` and `kill` have in common. No command of its own.

Others that give an order and wait for it take their `--timeout` from here too.
"""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.control.handle import Verb
from jido_cli.observe.text.display import display

DEFAULT_TIMEOUT = "30s"
Timeout = Annotated[str, typer.Option("--timeout", metavar="TIME", help="How long to wait for it.")]
DONE = {"stop": "stopped", "start": "started", "restart": "restarted", "kill": "killed"}


def steer(
    ctx: typer.Context, verb: Verb, ident: str, engine: str | None, timeout: str, *, as_json: bool
) -> None:
    """Give one order to one node and say what is true now."""
    session = session_of(ctx)
    timeout_ms = options.timeout(timeout)
    with session.open(engine, verb) as handle:
        path = handle.node(ident)["path"]
        answer = handle.steer(verb, path, timeout_ms=timeout_ms)
        if as_json:
            session.terminal.out_json(answer)
            return
        session.terminal.out(_said(verb, path, answer))


def _said(verb: Verb, path: str, answer: dict[str, object]) -> str:
    """Return what is true now: `restarted root/pool/w1, gen 3`."""
    did = str(answer.get("did") or DONE[verb])
    if did != DONE[verb]:
        return f"{display(path)} {display(did)}"
    generation = answer.get("generation")
    is_new = verb in ("start", "restart") and isinstance(generation, int)
    return f"{did} {display(path)}{f', gen {generation}' if is_new else ''}"
