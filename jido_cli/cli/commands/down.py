"""`jido down`: stop an engine."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.ending import EngineProcess
from jido_cli.cli.failures import CommandError
from jido_cli.cli.render import measures
from jido_cli.cli.session import Session
from jido_cli.control.engines import FoundEngine
from jido_cli.errors import ControlError

EXAMPLES = ("jido down", "jido down -e shop --timeout 2m")
_ORDER_MS = 2000


def command(
    ctx: typer.Context,
    timeout: Annotated[
        str,
        typer.Option(
            "--timeout", metavar="TIME", help="How long to wait; then its process is ended."
        ),
    ] = "30s",
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Stop an engine, everything in reverse order."""
    session = session_of(ctx)
    timeout_s = options.milliseconds(timeout, "--timeout") / 1000
    found = session.engines.pick(engine, "down")
    begun = time.monotonic()
    was_killed, refusal = _stop(session, found, timeout_s)
    took = time.monotonic() - begun
    if as_json:
        answer = {"name": found.name, "seconds": round(took, 3), "killed": was_killed}
        session.terminal.out_json(answer)
        return
    if was_killed:
        why = f": {refusal.message}" if refusal else ""
        session.terminal.err(f"{found.name} did not stop in {timeout} and was killed{why}")
    session.terminal.out(f"{found.name} is down, it took {measures.fine_seconds(took)}")


def _stop(
    session: Session, found: FoundEngine, timeout_s: float
) -> tuple[bool, ControlError | None]:
    """Order the end and wait for it; return whether the process had to be killed, and why."""
    try:
        process = EngineProcess.of(found.place)
    except OSError as error:
        raise ControlError(
            f"the engine of {found.name} does not answer",
            code="engine-busy",
            where=str(found.place.socket),
            why=str(error),
            hints=(f"jido down -e {found.name}",),
        ) from error
    with process:
        refusal = _order(session, found)
        if process.wait_gone(timeout_s):
            return False, None
        if not process.kill():
            raise CommandError(
                f"{found.name} did not stop in time and could not be killed",
                code="not-down",
                where=f"{found.place.socket}, pid {process.pid}",
            )
        return True, refusal


def _order(session: Session, found: FoundEngine) -> ControlError | None:
    """Ask for the end; an engine that cannot take the order is waited for all the same."""
    try:
        with session.engines.connect(found) as handle:
            handle.shutdown("jido down", timeout_ms=_ORDER_MS)
    except ControlError as error:
        return error
    return None
