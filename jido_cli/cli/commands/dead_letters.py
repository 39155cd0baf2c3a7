"""`jido dead-letters`: the signals that nobody handled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from jido_cli.cli import options, streaming
from jido_cli.cli.application import session_of
from jido_cli.cli.failures import CommandError
from jido_cli.cli.render.streams import dead_letter_lines
from jido_cli.control.handle import EngineHandle
from jido_cli.observe.text.measures import plural
from jido_cli.observe.text.state import full_lines

EXAMPLES = ("jido dead-letters", "jido dead-letters 17", "jido dead-letters --agent inventory")


def command(
    ctx: typer.Context,
    number: Annotated[
        str | None,
        typer.Argument(metavar="NUMBER", help="Show this one in full.", show_default=False),
    ] = None,
    agent: options.Agent = None,
    limit: options.Limit = None,
    engine: options.Engine = None,
    as_json: options.Json = False,
) -> None:
    """Show the signals that nobody handled."""
    session = session_of(ctx)
    terminal = session.terminal
    wanted = options.whole(number, "NUMBER", least=1) if number is not None else None
    newest = options.whole(limit, "--limit") if limit is not None else None
    with session.open(engine, "dead-letters") as handle:
        if wanted is not None:
            terminal.out(*full_lines(_one(handle, wanted)))
            return
        path = handle.node(agent)["path"] if agent is not None else None
        letters, counts = _all(handle, path)
    if newest is not None:
        letters = letters[-newest:] if newest else []
    if as_json:
        terminal.out_json({"dead_letters": letters, "counts": counts})
    elif letters:
        terminal.out(*dead_letter_lines(letters, session.times))
    else:
        terminal.err("no dead letters")
    forgotten = counts.get("forgotten") or 0
    if forgotten and not as_json:
        terminal.err(f"-- {plural(forgotten, 'older one')} no longer kept --")


def _all(
    handle: EngineHandle, path: str | None
) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    letters: list[Mapping[str, Any]] = []
    after = 0
    while True:
        page = handle.dead_letters(after=after, limit=streaming.PAGE)
        found = page["dead_letters"]
        letters += [letter for letter in found if path is None or _is_below(letter, path)]
        if len(found) < streaming.PAGE:
            return letters, page.get("counts") or {}
        after = found[-1]["number"]


def _one(handle: EngineHandle, number: int) -> Mapping[str, Any]:
    found = handle.dead_letters(after=number - 1, limit=1)["dead_letters"]
    if found and found[0]["number"] == number:
        letter: Mapping[str, Any] = found[0]
        return letter
    raise CommandError(
        f"no dead letter {number}",
        code="no-dead-letter",
        where="it never was, or is no longer kept",
        hints=("jido dead-letters",),
    )


def _is_below(letter: Mapping[str, Any], path: str) -> bool:
    addressed = letter["path"] or ""
    return bool(addressed == path or addressed.startswith(path + "/"))
