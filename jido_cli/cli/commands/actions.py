"""`jido actions`: what the agents of a topology can do, for people and for language models."""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import failures, options, variables
from jido_cli.cli.application import session_of
from jido_cli.cli.checked import checked, existing
from jido_cli.errors import UsageError

EXAMPLES = (
    "jido actions topologies/python-actions.yaml",
    "jido actions topologies/counter.yaml --tools > tools.json",
)


def command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The topology.")],
    as_tools: Annotated[
        bool,
        typer.Option("--tools", help="As tools for language models: a JSON list of schemas."),
    ] = False,
    assignments: variables.Set = None,
    set_files: variables.SetFile = None,
    values: variables.Values = None,
    as_json: options.Json = False,
) -> int:
    """List the actions of a topology, their params and who runs them."""
    from jido_cli.cli.render.actions import action_lines, action_objects
    from jido_cli.lint.catalogue import catalogue, tools
    from jido_cli.lint.judge import picture_of_result

    if as_tools and as_json:
        raise UsageError("--tools and --json exclude each other: --tools is JSON")
    session = session_of(ctx)
    terminal = session.terminal
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
