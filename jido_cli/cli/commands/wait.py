"""`jido wait`: until a condition holds for a node; what it is at when that is in vain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from jido_cli.cli import failures, options
from jido_cli.cli.application import session_of
from jido_cli.cli.failures import CommandError
from jido_cli.control.words import pasted
from jido_cli.errors import ControlError
from jido_cli.observe.text import measures
from jido_cli.observe.text.state import one_line

EXAMPLES = (
    "jido wait order --until 'state.status == \"done\"'",
    "jido wait root --until 'status == \"running\"' --timeout 1m",
    "jido wait importer",
    "jido wait pool/w7 --may-come",
)
_TIMEOUT = "10s"
_WAIT = re.compile(r"jido wait ('[^']*'|\S+) (?=--until )")
_LATE = ("outcome-unknown", "engine-stalled", "engine-busy")


def command(
    ctx: typer.Context,
    ident: options.Ident,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="CEL",
            help="Over state, status, facts and restarts; left out: until the agent has completed.",
        ),
    ] = None,
    timeout: Annotated[
        str, typer.Option("--timeout", metavar="TIME", help="How long to wait.")
    ] = _TIMEOUT,
    may_come: Annotated[
        bool,
        typer.Option(
            "--may-come",
            help="The node need not be there yet; without --until, wait until it runs.",
        ),
    ] = False,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> int:
    """Wait until a condition holds for a node, and print its state."""
    session = session_of(ctx)
    timeout_ms = options.timeout(timeout)
    with session.open(engine, "wait") as handle:
        try:
            answer = handle.wait(ident, until, timeout_ms=timeout_ms, may_come=may_come)
        except ControlError as error:
            if error.code in _LATE:
                raise _kept_from_asking(error) from error
            raise _as_typed(error, ident, timeout) from None
    is_met = bool(answer["met"])
    code = failures.OK if is_met else _exit_code(answer)
    if as_json:
        session.terminal.out_json(answer)
        return code
    if not is_met:
        raise _in_vain(ident, until, timeout, answer, engine)
    session.terminal.out(answer["status"] if answer["state"] is None else one_line(answer["state"]))
    return code


def _exit_code(answer: Mapping[str, Any]) -> int:
    return failures.FAILED if answer["has_ended"] else failures.TIMED_OUT


def _as_typed(error: ControlError, ident: str, timeout: str) -> ControlError:
    """Return a refusal that keeps in its hints what the user typed."""
    kept = "" if timeout == _TIMEOUT else f" --timeout {pasted(timeout)}"
    error.hints = tuple(
        _WAIT.sub(lambda _: f"jido wait {pasted(ident)} ", hint, count=1) + kept
        if _WAIT.match(hint)
        else hint
        for hint in error.hints
    )
    return error


def _kept_from_asking(error: ControlError) -> CommandError:
    """Return the failure for an engine whose loop was kept for as long as was waited."""
    return CommandError(
        error.message,
        code=error.code,
        where=error.where,
        why=error.why,
        hints=error.hints,
        exit_code=failures.TIMED_OUT,
    )


def _in_vain(
    ident: str, until: str | None, timeout: str, answer: Mapping[str, Any], engine: str | None
) -> CommandError:
    told = answer["diagnostic"]
    wanted = until or ("its start" if answer["status"] == "unknown" else "its completion")
    after = "its place ended" if answer["has_ended"] else f"{timeout} passed"
    state = None if answer["state"] is None else ("state", one_line(answer["state"]))
    flag = f" -e {engine}" if engine else ""
    return CommandError(
        f"{ident} did not come to {wanted}: {after}",
        code="ended" if answer["has_ended"] else "timed-out",
        where=f"{answer['path']}, {_doing(answer['status'], told)}",
        why=told["hint"],
        kept=state,
        hints=(f"jido inspect {pasted(ident)}{flag}",),
        exit_code=_exit_code(answer),
    )


def _doing(status: str, told: Mapping[str, Any]) -> str:
    """Return what a node is at, in a line."""
    parts = [status, f"{measures.plural(told['mailbox'], 'signal')} waiting"]
    if told["running"] is not None:
        held = measures.milliseconds_or_more(told["running_ms"] / 1000)
        parts.append(f"runs {told['running']} for {held}")
    if told["last"] is not None:
        parts.append(f"last {told['last']}")
    return ", ".join(parts)
