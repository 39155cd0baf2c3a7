"""`jido schema`: the JSON Schema of topology files, for editors and other programs."""

from __future__ import annotations

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of

EXAMPLES = ("jido schema > topology.v1.schema.json",)


def command(
    ctx: typer.Context,
    as_json: options.Json = False,  # noqa: ARG001 - it is JSON anyway
) -> None:
    """Print the JSON Schema of topology files."""
    from jido_cli.topology.schema_file import schema_path

    session_of(ctx).terminal.out(schema_path().read_text(encoding="utf-8").rstrip("\n"))
