"""`jido events`: what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from jido_cli.cli import options, streaming
from jido_cli.cli.application import session_of
from jido_cli.cli.log_printer import log_printer
from jido_cli.cli.render.streams import KIND_WIDTH, event_line, widest
from jido_cli.cli.session import Session
from jido_cli.cli.stdout_reader import watched_reader
from jido_cli.observe.text.display import display

EXAMPLES = (
    "jido events --agent inventory --kind exited",
    "jido events -f --kind exited,restarted,gave_up,started",
)
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Not older than this, as in 10m.")
]


def command(
    ctx: typer.Context,
    follow: options.Follow = False,
    agent: options.Agent = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="A,B", help="Only these kinds, as in exited,restarted."),
    ] = None,
    since: Since = None,
    limit: options.Limit = None,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show what happened: starts, exits, restarts, errors."""
    session = session_of(ctx)
    words = options.words(kinds)
    number = options.whole(limit, "--limit") if limit is not None else None
    span = options.milliseconds(since, "--since") if since is not None else None
    with session.open(engine, "events") as handle:
        path = handle.node(agent)["path"] if agent is not None else None
        log = streaming.Log(
            lambda after: handle.events_page(
                after=after, kinds=words, agent=path, limit=streaming.PAGE
            ),
            "events",
            streaming.since(session.now(), span),
        )
        tree = handle.tree()
        if follow and number is None:
            number = streaming.FOLLOW_SHOWS
        kept = list(streaming.newest(log.kept(until=session.now()), number))
        show = _printer(session, _width(tree), widest(kept, "kind", KIND_WIDTH), as_json=as_json)
        for item in kept:
            show(item)
        if follow:
            stream = handle.events(after=log.position, kinds=words, agent=path)
            try:
                with watched_reader(stream.close) as reader:
                    streaming.follow(stream, show, session.terminal.err, reader)
            finally:
                stream.close()
            if stream.end_reason is not None:
                name = display(tree["engine"]["name"])
                session.terminal.err(f"the engine of {name} ended: {display(stream.end_reason)}")


def _printer(
    session: Session, path_width: int, kind_width: int, *, as_json: bool
) -> Callable[[streaming.Item], None]:
    terminal, times = session.terminal, session.times

    def lines(record: streaming.Record) -> list[str]:
        return [
            event_line(record, times, terminal.paint, path_width=path_width, kind_width=kind_width)
        ]

    return log_printer(terminal, lines, as_json=as_json)


def _width(tree: Mapping[str, Any]) -> int:
    """Return the width of the paths that are there now: lines of a stream cannot wait for all."""
    longest = max((len(node["path"]) for node in tree["nodes"]), default=0)
    return min(longest, 40)
