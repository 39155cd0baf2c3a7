"""`jido directives`: what agents asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from jido_cli.cli import options, streaming
from jido_cli.cli.application import session_of
from jido_cli.cli.commands.events import Since
from jido_cli.cli.log_printer import log_printer
from jido_cli.cli.render.streams import TYPE_WIDTH, directive_lines, widest
from jido_cli.cli.session import Session
from jido_cli.cli.stdout_reader import watched_reader
from jido_cli.control.handle import EngineHandle
from jido_cli.observe.text.names import short_names
from jido_cli.observe.text.signs import OUTCOME_WORDS

EXAMPLES = (
    "jido directives -f --agent pipeline",
    "jido directives --type emit --outcome dead,error --since 10m",
)


def command(
    ctx: typer.Context,
    follow: options.Follow = False,
    agent: options.Agent = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="A,B", help="Only these directives, as in emit,schedule."),
    ] = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome", metavar="A,B", help="Only these outcomes: ok dead cancelled error retry."
        ),
    ] = None,
    since: Since = None,
    limit: options.Limit = None,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show what agents asked for, and what became of it."""
    session = session_of(ctx)
    wanted_types = options.words(types)
    wanted = tuple(OUTCOME_WORDS.get(word, word) for word in options.words(outcomes))
    number = options.whole(limit, "--limit") if limit is not None else None
    span = options.milliseconds(since, "--since") if since is not None else None
    is_recent = streaming.since(session.now(), span)

    def is_wanted(record: streaming.Record) -> bool:
        return (
            is_recent(record)
            and (not wanted_types or record["type"] in wanted_types)
            and (not wanted or record["outcome"] in wanted)
        )

    with session.open(engine, "directives") as handle:
        log = _log(handle, agent, wanted_types, wanted, is_wanted)
        if follow and number is None:
            number = streaming.FOLLOW_SHOWS
        kept = list(streaming.newest(log.kept(until=session.now()), number))
        width = widest(kept, "type", TYPE_WIDTH)
        show = _printer(session, handle, width, as_json=as_json)
        for item in kept:
            show(item)
        if follow:
            with watched_reader() as reader:
                coming = log.coming(sleep=reader.pause)
                streaming.follow(coming, show, session.terminal.err, reader)


def _log(
    handle: EngineHandle,
    agent: str | None,
    types: tuple[str, ...],
    outcomes: tuple[str, ...],
    is_wanted: Callable[[streaming.Record], bool],
) -> streaming.Log:
    """Return the log; a filter with one word is the engine's work, one with several is ours."""
    path = handle.node(agent)["path"] if agent is not None else None

    def ask(after: int) -> streaming.Page:
        return handle.directives(
            agent=path,
            type_=types[0] if len(types) == 1 else None,
            outcome=outcomes[0] if len(outcomes) == 1 else None,
            after=after,
            limit=streaming.PAGE,
        )

    return streaming.Log(ask, "directives", is_wanted)


def _printer(
    session: Session, handle: EngineHandle, type_width: int, *, as_json: bool
) -> Callable[[streaming.Item], None]:
    terminal, times = session.terminal, session.times
    names = short_names(node["path"] for node in handle.tree()["nodes"])

    def lines(record: streaming.Record) -> list[str]:
        return directive_lines(record, names, times, terminal.paint, type_width=type_width)

    return log_printer(terminal, lines, as_json=as_json)
