"""`jido doctor`: whether engines can run here, and what dead ones left behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from jido_cli.cli import checkup, engine_checks, failures, options, screen
from jido_cli.cli.application import session_of
from jido_cli.cli.checkup import Check, broken
from jido_cli.cli.render.doctor import as_json as object_of
from jido_cli.cli.render.doctor import check_lines, summary_line
from jido_cli.cli.session import Session
from jido_cli.cli.terminal import still_judging
from jido_cli.control.state_dir import StateDir
from jido_cli.errors import ControlError

EXAMPLES = ("jido doctor", "jido doctor --fix")


def command(
    ctx: typer.Context,
    fix: Annotated[
        bool, typer.Option("--fix", help="Remove sockets and files that dead engines left.")
    ] = False,
    as_json: options.Json = False,
) -> int:
    """Check this machine, this project and its engines."""
    session = session_of(ctx)
    terminal = session.terminal
    checks: list[Check] = []
    for check in _checks(session, session.environ, is_mended=fix):
        checks.append(check)
        if not as_json:
            with still_judging():
                terminal.out(*check_lines(check, terminal.paint))
    with still_judging():
        if as_json:
            terminal.out_json(object_of(checks))
        else:
            terminal.out("", summary_line(checks))
    is_broken = any(check.status == "broken" for check in checks)
    return failures.FAILED if is_broken else failures.OK


def _checks(session: Session, environ: Mapping[str, str], *, is_mended: bool) -> Iterator[Check]:
    from jido_cli.topology.project import project_root

    project = project_root(Path.cwd() / "topology.yaml")
    here = StateDir.of(project, environ)
    yield from checkup.machine(project, environ)
    own = checkup.state_dir(here)
    yield own
    yield checkup.terminal(screen.detect(environ))
    try:
        yield from _engines(session, here, is_mended=is_mended)
    except (ControlError, OSError) as error:
        if own.status != "broken":  # then it has been told
            yield broken("listing", error)


def _engines(session: Session, here: StateDir, *, is_mended: bool) -> Iterator[Check]:
    found = session.engines.found()
    if is_mended:
        yield from engine_checks.mend(found)
        found = session.engines.found()
    yield from engine_checks.engines(found, session.engines.connect)
    yield from engine_checks.listing(here.runtime, found, now=session.now(), is_mended=is_mended)
