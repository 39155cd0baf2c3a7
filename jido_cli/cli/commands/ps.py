"""`jido ps`: the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.render.tree import attention_lines, heading, tree_lines, wide_lines
from jido_cli.errors import UsageError
from jido_cli.observe.text.signs import STATUSES

EXAMPLES = ("jido ps", "jido ps --wide --filter status:crash_looping,starting")
_FILTERS = ("status", "kind", "agent")


def command(
    ctx: typer.Context,
    wide: Annotated[
        bool, typer.Option("--wide", "-w", help="Whole paths, one line a node, more columns.")
    ] = False,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY:A,B",
            help="Only nodes with this status, kind or agent; several --filter must all hold.",
        ),
    ] = None,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show the tree with status and restarts."""
    session = session_of(ctx)
    wanted = [_read_filter(text) for text in filters or ()]
    tree = session.open(engine, "ps").tree()
    shown = [node for node in tree["nodes"] if all(_holds(node, one) for one in wanted)]
    terminal = session.terminal
    if as_json:
        terminal.out_json(tree | {"nodes": shown})
        return
    paint = terminal.paint
    if wide:
        terminal.out(*wide_lines(tree, shown, paint))
    else:
        lines = tree_lines(tree, shown, paint, width=terminal.columns)
        terminal.out(heading(tree, paint), "", *lines)
        flag = f" -e {engine}" if engine else ""
        attention = attention_lines(tree, session.times, paint, engine_flag=flag)
        if attention:
            terminal.out("", *attention)
    if wanted:
        terminal.out(f"{len(shown)} of {len(tree['nodes'])} nodes")


def _read_filter(text: str) -> tuple[str, Sequence[str]]:
    key, colon, values = text.partition(":")
    if not colon or key not in _FILTERS:
        raise UsageError(
            f"--filter {text!r}: wanted is {', '.join(f'{name}:...' for name in _FILTERS)}",
            hints=("jido ps --filter status:failed,crash_looping",),
        )
    words = options.words([values])
    known = [word for word, _, _ in STATUSES]
    for word in words:
        if key == "status" and word not in known:
            raise UsageError(
                f"--filter {text!r}: no status {word!r}", where=f"statuses are {', '.join(known)}"
            )
    return key, words


def _holds(node: Mapping[str, Any], wanted: tuple[str, Sequence[str]]) -> bool:
    key, words = wanted
    return node[key] in words
