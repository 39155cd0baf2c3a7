"""`jido graph`: pictures of a topology, as text and for mermaid."""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import failures, options, variables
from jido_cli.cli.application import session_of
from jido_cli.cli.checked import checked, existing
from jido_cli.errors import UsageError

EXAMPLES = (
    "jido graph topologies/counter.yaml",
    "jido graph topologies/counter.yaml --format mermaid",
)
_FORMATS = ("text", "mermaid")


def command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The topology.")],
    output: Annotated[
        str, typer.Option("--format", metavar="text|mermaid", help="How it is drawn.")
    ] = "text",
    assignments: variables.Set = None,
    set_files: variables.SetFile = None,
    values: variables.Values = None,
    as_json: options.Json = False,
) -> int:
    """Draw the tree and who sends what to whom."""
    from jido_cli.cli.render.graph import graph_lines, graph_object, mermaid_lines
    from jido_cli.lint.judge import picture_of_result
    from jido_cli.lint.outline import outline
    from jido_cli.lint.wiring import names, wires

    if output not in _FORMATS:
        raise UsageError(f"--format: {output!r} is not one of {', '.join(_FORMATS)}")
    session = session_of(ctx)
    terminal = session.terminal
    given = variables.given(assignments, set_files, values)
    found = checked(existing(file), given.sources(session.environ))
    root = outline(found.topology)
    picture = picture_of_result(found.result)
    if as_json:
        terminal.out_json(graph_object(root, wires(picture)))
    elif output == "mermaid":
        terminal.out(*mermaid_lines(root, wires(picture), names(picture)))
    else:
        terminal.out(*graph_lines(root, wires(picture)))
    return failures.OK
