"""`jido actions`: what the agents of a topology can do, and what is built in.

For people, for programs, and for language models.
"""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import failures, options, variables
from jido_cli.cli.application import session_of
from jido_cli.cli.checked import checked, existing
from jido_cli.cli.terminal import Terminal
from jido_cli.errors import UsageError

EXAMPLES = (
    "jido actions topologies/python-actions.yaml",
    "jido actions topologies/counter.yaml --tools > tools.json",
    "jido actions",
)


def command(
    ctx: typer.Context,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="The topology; without one: what is built in."),
    ] = None,
    as_tools: Annotated[
        bool,
        typer.Option("--tools", help="As tools for language models: a JSON list of schemas."),
    ] = False,
    assignments: variables.Set = None,
    set_files: variables.SetFile = None,
    values: variables.Values = None,
    as_json: options.Json = False,
) -> int:
    """List what a topology can do, or what is built in."""
    from jido_cli.cli.render.actions import action_lines, action_objects
    from jido_cli.lint.catalogue import catalogue, tools
    from jido_cli.lint.judge import picture_of_result

    if as_tools and as_json:
        raise UsageError("--tools and --json exclude each other: --tools is JSON")
    session = session_of(ctx)
    terminal = session.terminal
    if file is None:
        if as_tools:
            raise UsageError("--tools wants a FILE: tools are the actions of a topology")
        _show_built_in(terminal, as_json=as_json)
        return failures.OK
    given = variables.given(assignments, set_files, values)
    found = checked(existing(file), given.sources(session.environ))
    entries = catalogue(picture_of_result(found.result))
    if as_tools:
        terminal.out_json(tools(entries))
    elif as_json:
        terminal.out_json(action_objects(entries))
    else:
        terminal.out(*action_lines(entries))
    return failures.OK


def _show_built_in(terminal: Terminal, *, as_json: bool) -> None:
    from jido_cli.actions.catalogue import built_in
    from jido_cli.cli.render.actions import built_in_lines, built_in_objects

    found = built_in()
    if as_json:
        terminal.out_json(built_in_objects(found))
    else:
        terminal.out(*built_in_lines(found))
