"""`jido up`: run a topology."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jido_cli.cli import dashboard, failures, interpreter, options, variables
from jido_cli.cli.application import session_of
from jido_cli.cli.checked import existing
from jido_cli.cli.failures import FindingsError, error_of
from jido_cli.cli.reporting import Failed, Ready
from jido_cli.cli.session import Session
from jido_cli.errors import JidoCliError, UsageError
from jido_cli.observe.text import measures
from jido_cli.observe.text.display import display

if TYPE_CHECKING:  # the engine costs start-up time that `up -d` and the dashboard do not need
    from jido_cli.cli.engine_process import Settings

EXAMPLES = (
    "jido up topologies/counter.yaml",
    "jido up topologies/counter.yaml -d",
    "jido up topologies/counter.yaml --for 10s",
)
Detach = Annotated[
    bool,
    typer.Option("--detach", "-d", help="Run it in the background; return when it is ready."),
]
NoTui = Annotated[bool, typer.Option("--no-tui", help="Print lines, on a terminal too.")]
For = Annotated[str | None, typer.Option("--for", metavar="TIME", help="Stop after this time.")]
UntilIdle = Annotated[
    bool,
    typer.Option(
        "--until-idle",
        help="Stop when no mail waits, no command runs and no one-shot timer is armed.",
    ),
]
LogFormat = Annotated[
    str, typer.Option("--log-format", metavar="text|json", help="How lines are printed.")
]
Python = Annotated[
    str | None,
    typer.Option("--python", metavar="PATH", help="The Python that has your packages."),
]
_FORMATS = ("text", "json")
_EXIT_S = 5.0


def command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The topology.")],
    detach: Detach = False,
    no_tui: NoTui = False,
    run_for: For = None,
    until_idle: UntilIdle = False,
    log_format: LogFormat = "text",
    python: Python = None,
    assignments: variables.Set = None,
    set_files: variables.SetFile = None,
    values: variables.Values = None,
    report_fd: Annotated[str | None, typer.Option("--report-fd", hidden=True)] = None,
    life_fd: Annotated[str | None, typer.Option("--life-fd", hidden=True)] = None,
    as_json: options.Json = False,
) -> int:
    """Run a topology."""
    session = session_of(ctx)
    if log_format not in _FORMATS:
        raise UsageError(f"--log-format: {log_format!r} is not one of {', '.join(_FORMATS)}")
    for_ms = options.milliseconds(run_for, "--for") if run_for is not None else None
    path = existing(file)
    chosen = _chosen(path, session, python)
    given = variables.given(assignments, set_files, values)
    words = _words(file, run_for, until_idle, log_format, given, chosen)
    if detach:
        return _detach(session, chosen, words, file, as_json=as_json)
    session.terminal.err(*chosen.notes())
    wants_lines = no_tui or report_fd is not None or log_format != "text"
    if not wants_lines and session.owns_process and dashboard.can_open(session.environ):
        from jido_cli.cli.watched import run_watched

        is_bounded = for_ms is not None or until_idle
        return run_watched(session, chosen, words, path, leave_at_end=is_bounded)
    if chosen.is_other:
        arguments = chosen.command(["up", *words])
        os.execv(arguments[0], arguments)  # noqa: S606 - the user's own Python
    from jido_cli.cli.engine_process import Settings

    settings = Settings(
        file=path,
        for_ms=for_ms,
        until_idle=until_idle,
        given=given,
        as_json=log_format == "json",
        report_fd=int(report_fd) if report_fd is not None else None,
        life_fd=int(life_fd) if life_fd is not None else None,
    )
    return _run_here(settings, session)


def _run_here(settings: Settings, session: Session) -> int:
    """Run the engine in this process; it ends soon after, whatever of the user's would hold it."""
    from jido_cli.cli.engine_process import run_engine

    code = failures.INTERNAL
    try:
        code = run_engine(settings, session)
    except JidoCliError as error:
        code = failures.exit_code(error)
        raise
    finally:
        if session.owns_process:
            _leave_even_if_held(code)
    return code


def _chosen(path: Path, session: Session, wanted: str | None) -> interpreter.Interpreter:
    from jido_cli.topology.project import project_root

    return interpreter.choose(project_root(path), session.environ, wanted)


def _words(
    file: str,
    run_for: str | None,
    until_idle: bool,
    log_format: str,
    given: variables.Given,
    chosen: interpreter.Interpreter,
) -> list[str]:
    """Return the words with which the chosen Python does the same in the foreground."""
    words = ["--python", str(chosen.path), "--log-format", log_format]
    words += ["--for", run_for] if run_for is not None else []
    words += ["--until-idle"] if until_idle else []
    return [*words, *given.words(), "--", file]


def _detach(
    session: Session,
    chosen: interpreter.Interpreter,
    words: Sequence[str],
    file: str,
    *,
    as_json: bool,
) -> int:
    from jido_cli.cli.detached import start_detached

    terminal = session.terminal
    terminal.err(*chosen.notes())
    news = start_detached(chosen, words)
    if isinstance(news, Failed):
        if news.lines:
            raise FindingsError(news.report.message, lines=news.lines, findings=news.findings)
        raise error_of(news.report)
    terminal.err(*(f"note: {display(note)}" for note in news.notes))
    if as_json:
        terminal.out_json(
            {
                "name": news.name,
                "pid": news.pid,
                "nodes": None if news.was_running else news.nodes,
                "seconds": round(news.seconds, 3),
                "was_running": news.was_running,
                "notes": list(news.notes),
            }
        )
        return 0
    terminal.out(*_up_lines(news, file))
    return 0


def _up_lines(news: Ready, file: str) -> list[str]:
    name = display(news.name)
    if news.was_running:
        age = measures.seconds(news.seconds)
        head = f"{name} is up already: {display(file)}, pid {news.pid}, up {age}"
    else:
        took = measures.fine_seconds(news.seconds)
        nodes = f"{news.nodes} of {news.nodes} nodes"
        head = f"{name} is up: {nodes} ready in {took}, pid {news.pid}"
    return [head, f"  watch   jido tui -e {name}", f"  stop    jido down -e {name}"]


def _leave_even_if_held(code: int) -> None:
    """End the process soon, whatever thread or exit handler of the user's would hold it."""

    timer = threading.Timer(_EXIT_S, os._exit, (code,))
    timer.daemon = True
    timer.start()
