"""`jido down`: stop an engine."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.ending import EngineProcess
from jido_cli.cli.failures import CommandError
from jido_cli.cli.session import Session
from jido_cli.control.engines import FoundEngine
from jido_cli.errors import ControlError
from jido_cli.observe.text import measures

EXAMPLES = ("jido down", "jido down -e shop --timeout 2m")
_ORDER_MS = 2000
_PAUSE_S = 0.2


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
    deadline = time.monotonic() + timeout_s
    with process:
        refusal = _order_until(session, found, process, deadline)
        if process.wait_gone(deadline - time.monotonic()):
            return False, None
        if not process.kill():
            raise CommandError(
                f"{found.name} did not stop in time and could not be killed",
                code="not-down",
                where=f"{found.place.socket}, pid {process.pid}",
            )
        return True, refusal


def _order_until(
    session: Session, found: FoundEngine, process: EngineProcess, deadline: float
) -> ControlError | None:
    """Ask for the end until it is taken: a stalled engine gives an order back undone."""
    while True:
        left_ms = round((deadline - time.monotonic()) * 1000)
        refusal = _order(session, found, max(1, min(left_ms, _ORDER_MS)))
        if refusal is None or process.wait_gone(min(_PAUSE_S, deadline - time.monotonic())):
            return None
        if time.monotonic() >= deadline:
            return refusal


def _order(session: Session, found: FoundEngine, timeout_ms: int) -> ControlError | None:
    """Ask for the end; return why the order was not taken."""
    try:
        with session.engines.connect(found) as handle:
            handle.shutdown("jido down", timeout_ms=timeout_ms)
    except ControlError as error:
        return error
    return None
