"""`jido tui`: the dashboard of a running engine."""

from __future__ import annotations

from typing import Annotated

import typer

from jido_cli.cli import dashboard, options
from jido_cli.cli.application import session_of
from jido_cli.cli.failures import CommandError
from jido_cli.errors import UsageError
from jido_cli.observe.text.display import display

EXAMPLES = (
    "jido tui",
    "jido tui -e shop",
    "jido tui --demo",
)


def command(
    ctx: typer.Context,
    demo: Annotated[
        bool, typer.Option("--demo", help="Show a small shop that lives and breaks; no engine.")
    ] = False,
    is_ascii: Annotated[
        bool, typer.Option("--ascii", help="Spell signs and frames in ASCII.")
    ] = False,
    theme: Annotated[
        str | None,
        typer.Option("--theme", metavar="|".join(dashboard.THEMES), help="The colours."),
    ] = None,
    engine: options.Engine = None,
) -> None:
    """Watch and steer a running engine in a dashboard."""
    session = session_of(ctx)
    if theme is not None and theme not in dashboard.THEMES:
        raise UsageError(f"--theme: {theme!r} is not one of {', '.join(dashboard.THEMES)}")
    if not dashboard.can_open(session.environ):
        raise CommandError(
            "the dashboard needs a terminal",
            code="no-terminal",
            hints=("jido ps", "jido events -f"),
        )
    flag = f" -e {display(engine)}" if engine else ""
    if demo:
        from jido_cli.tui.demo.engine import DemoEngine

        handle = DemoEngine(session.now)
        dashboard.open_dashboard(handle, session, is_ascii=is_ascii, theme=theme)
        return
    with session.open(engine, "tui") as connected:
        dashboard.open_dashboard(
            connected, session, engine_flag=flag, is_ascii=is_ascii, theme=theme
        )
