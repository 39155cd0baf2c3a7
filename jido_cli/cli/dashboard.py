"""Opening the dashboard: whether this terminal can show it, and how it is drawn there.

The dashboard itself is `tui`; it is imported when it opens. No engine is started or found here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from jido_cli.cli.session import Session

if TYPE_CHECKING:
    from jido_cli.control.handle import EngineHandle

Outcome = Literal["detached", "stopped", "ended", "left"]
THEMES = ("dark", "light", "terminal", "contrast")
_EAST_ASIAN = ("zh", "ja", "ko")


def can_open(environ: Mapping[str, str]) -> bool:
    """Return whether somebody sits at a terminal that can show a screen."""
    streams = (sys.stdin, sys.stdout, sys.__stderr__)
    are_terminals = all(stream is not None and stream.isatty() for stream in streams)
    return are_terminals and environ.get("TERM", "") not in ("", "dumb")


def open_dashboard(
    handle: EngineHandle,
    session: Session,
    *,
    owns_engine: bool = False,
    leave_at_end: bool = False,
    engine_flag: str = "",
    is_ascii: bool = False,
    theme: str | None = None,
) -> Outcome:
    """Show an engine until the dashboard is left; return how it was left.

    Args:
        handle: the engine.
        session: the terminal and the clock.
        owns_engine: leaving asks whether the engine goes on; an engine that ended in order
            closes it.
        leave_at_end: close however the engine ended.
        engine_flag: how commands that are shown name the engine.
        is_ascii: spell signs in ASCII whatever the terminal.
        theme: colours; those that suit the terminal when None.
    """
    from jido_cli.tui.app import run
    from jido_cli.tui.feed.feed import ThreadFeed
    from jido_cli.tui.options import Options

    environ = session.environ
    encoding = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "")
    options = Options(
        owns_engine=owns_engine,
        leave_at_end=leave_at_end,
        engine_flag=engine_flag,
        is_ascii=is_ascii or session.terminal.is_ascii or _draws_wide(environ),
        only_ascii=encoding != "utf8",
        theme=theme_for(environ, theme),
        now=session.now,
        zone=session.zone,
    )
    return run(handle, ThreadFeed(handle, session.now), options)


def theme_for(environ: Mapping[str, str], wanted: str | None = None) -> str:
    """Return the palette that suits a terminal."""
    if environ.get("NO_COLOR"):
        return "plain"
    if wanted is not None:
        return wanted
    kind = environ.get("TERM", "")
    has_many = environ.get("COLORTERM") in ("truecolor", "24bit") or "256" in kind
    if not has_many:
        return "terminal"
    return "light" if _is_light(environ.get("COLORFGBG", "")) else "dark"


def _is_light(colours: str) -> bool:
    """Return whether `COLORFGBG`, as in `0;15`, names a light ground."""
    ground = colours.rpartition(";")[2]
    return ground in ("7", "15")


def _draws_wide(environ: Mapping[str, str]) -> bool:
    """Return whether the locale is one in which terminals draw some signs two columns wide."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return locale[:2] in _EAST_ASIAN
