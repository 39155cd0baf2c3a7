"""`jido schedule`: the schedules of an engine's agents, and orders to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast, get_args

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.commands.steering import DEFAULT_TIMEOUT, Timeout
from jido_cli.cli.session import Session
from jido_cli.control.handle import EngineHandle, ScheduleVerb
from jido_cli.errors import UsageError
from jido_cli.observe.text.display import display
from jido_cli.observe.text.schedules import schedule_lines

EXAMPLES = (
    "jido schedule list",
    "jido schedule list inventory",
    "jido schedule run inventory/recount",
    "jido schedule pause inventory/recount",
)
_VERBS = ("list", *get_args(ScheduleVerb))


def command(
    ctx: typer.Context,
    verb: Annotated[
        str,
        typer.Argument(
            metavar="list|run|pause|resume",
            help="Show them; send a tick now; let one tick no more; let it tick again.",
        ),
    ],
    ident: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="AGENT/NAME of a schedule, or a tail of it; with `list` a node.",
            show_default=False,
        ),
    ] = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show schedules, tick one now, pause and resume."""
    if verb not in _VERBS:
        raise UsageError(f"{verb!r} is not one of {', '.join(_VERBS)}", hints=EXAMPLES[:1])
    session = session_of(ctx)
    timeout_ms = options.timeout(timeout)
    with session.open(engine, "schedule") as handle:
        if verb == "list":
            _list(session, handle, ident, as_json=as_json)
            return
        if ident is None:
            raise UsageError(
                f"{verb} needs the schedule that is meant",
                hints=(f"jido schedule {verb} AGENT/NAME", "jido schedule list"),
            )
        answer = handle.steer_schedule(cast("ScheduleVerb", verb), ident, timeout_ms=timeout_ms)
        if as_json:
            session.terminal.out_json(answer)
        else:
            session.terminal.out(_said(session, answer))


def _list(session: Session, handle: EngineHandle, ident: str | None, *, as_json: bool) -> None:
    rows = handle.schedules()["schedules"]
    if ident is not None:
        path = handle.node(ident)["path"]
        rows = [row for row in rows if f"{row['agent']}/".startswith(f"{path}/")]
    if as_json:
        session.terminal.out_json({"schedules": rows})
    elif rows:
        session.terminal.out(*schedule_lines(rows, session.times, session.terminal.paint))
    else:
        session.terminal.err("no schedules")


def _said(session: Session, answer: Mapping[str, Any]) -> str:
    """Return what is true now: `paused root/inventory/recount`."""
    name, did = display(answer["schedule"]), display(answer["did"])
    text = f"{name} {did}" if did.startswith("was ") else f"{did} {name}"
    next_at = answer.get("next_at")
    return text if next_at is None else f"{text}, next {session.times.clock(next_at)}"
