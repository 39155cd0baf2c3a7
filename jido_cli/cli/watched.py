"""`up` on a terminal: an engine in a session of its own, its life line held by the dashboard.

When this process ends without having let go, the engine stops in order; when it detaches, the
engine goes on; when the engine ends, this command ends with its exit code.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jido_cli.cli import failures
from jido_cli.cli.dashboard import Outcome, open_dashboard
from jido_cli.cli.detached import Engine, start_engine
from jido_cli.cli.failures import CommandError, FindingsError, error_of
from jido_cli.cli.interpreter import Interpreter
from jido_cli.cli.reporting import Failed, Ready
from jido_cli.cli.session import Session
from jido_cli.control.words import pasted, shown
from jido_cli.observe.text.display import display

if TYPE_CHECKING:  # it costs start-up time that `up -d` does not need
    from jido_cli.control.state_dir import EnginePlace

_STOP_S = 60.0


def run_watched(
    session: Session,
    python: Interpreter,
    words: Sequence[str],
    file: Path,
    *,
    leave_at_end: bool,
) -> int:
    """Start an engine, show it, and return the exit code of the command.

    Args:
        session: the terminal.
        python: what runs the engine.
        words: the words after `jido up`.
        file: the topology.
        leave_at_end: close the dashboard when the engine ends in order.

    Raises:
        JidoCliError: it did not start, or its root gave up.
    """
    from jido_cli.control.lifeline import detach, open_lifeline

    reader, writer = open_lifeline()
    is_held = True
    try:
        try:
            process, news = start_engine(python, words, life_line=reader)
        finally:
            os.close(reader)
        ready = _ready(news)
        place = _place(session, ready, file)
        outcome = _show(session, ready, place, leave_at_end=leave_at_end)
        if outcome == "detached" and process.poll() is None:
            detach(writer)
            is_held = False
            process.returncode = 0  # it lives on: nobody waits for it here
            session.terminal.out(*_goes_on(ready))
            return failures.OK
    finally:
        if is_held:
            os.close(writer)  # an engine that still runs stops in order
    return _end(session, process, ready, place, file, is_told=outcome != "ended")


def _place(session: Session, ready: Ready, file: Path) -> EnginePlace:
    from jido_cli.control.state_dir import AlreadyRunningError, StateDir
    from jido_cli.topology.project import project_root

    place = StateDir.of(project_root(file), session.environ).place(ready.name)
    if ready.was_running:
        raise AlreadyRunningError(place, place.record(), now=session.now())
    return place


def _show(session: Session, ready: Ready, place: EnginePlace, *, leave_at_end: bool) -> Outcome:
    from jido_cli.control.client import EngineClient

    session.terminal.err(*(f"note: {display(note)}" for note in ready.notes))
    with EngineClient(place) as handle:
        return open_dashboard(
            handle,
            session,
            owns_engine=True,
            leave_at_end=leave_at_end,
            engine_flag=_flag(session, ready.name),
        )


def _end(
    session: Session,
    process: Engine,
    ready: Ready,
    place: EnginePlace,
    file: Path,
    *,
    is_told: bool,
) -> int:
    """Wait for the end of the engine; return its exit code, or raise what it ended by."""
    code = _wait(session, process, ready)
    last_exit = place.last_exit() or {}
    if code >= 0 and last_exit.get("kind") == "gave_up":
        raise _gave_up(last_exit, file)
    if code < 0:
        raise _killed(ready, place, -code, file)
    if last_exit and not is_told:
        told = display(str(last_exit.get("reason")))
        session.terminal.err(f"{display(ready.name)} ended: {told}")
    return code


def _killed(ready: Ready, place: EnginePlace, number: int, file: Path) -> CommandError:
    from jido_cli.control.last_words import sudden_end

    crash = sudden_end(place, place.record())
    return CommandError(
        f"the engine of {display(ready.name)} was ended by signal {number}",
        code="engine-gone",
        where=f"pid {ready.pid}, log in {shown(place.log_path)}",
        why=None if crash is None else f"its process crashed: {crash}",
        hints=(f"jido up {pasted(file)}",),
        exit_code=failures.FAILED,
    )


def _ready(news: Ready | Failed) -> Ready:
    if isinstance(news, Ready):
        return news
    if news.lines:
        raise FindingsError(news.report.message, lines=news.lines, findings=news.findings)
    raise error_of(news.report)


def _flag(session: Session, name: str) -> str:
    """Return how commands name this engine, where there are others."""
    alive = [one for one in session.engines.found() if one.is_alive]
    return f" -e {display(name)}" if len(alive) > 1 else ""


def _goes_on(ready: Ready) -> list[str]:
    name = display(ready.name)
    return [
        f"{name} goes on, pid {ready.pid}",
        f"  watch   jido tui -e {name}",
        f"  stop    jido down -e {name}",
    ]


def _wait(session: Session, process: Engine, ready: Ready) -> int:
    """Wait for the end of the engine; return its exit code, below 0 for a signal."""
    terminal = session.terminal
    if process.poll() is None:
        terminal.err(f"{display(ready.name)} is stopping, pid {ready.pid}")
    try:
        code = process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        raise CommandError(
            f"{display(ready.name)} did not stop in {_STOP_S:.0f}s",
            code="not-down",
            where=f"pid {ready.pid}",
            hints=(f"jido down -e {display(ready.name)}",),
        ) from None
    return code


def _gave_up(last_exit: Mapping[str, object], file: Path) -> CommandError:
    from jido_cli.cli.render.story import story_hints, story_where

    reason, story = str(last_exit.get("reason")), last_exit.get("story")
    if not isinstance(story, Mapping):
        return CommandError(reason, code="gave-up")
    return CommandError(
        reason,
        code="gave-up",
        where=story_where(story),
        hints=story_hints(story, pasted(file)),
        story=story,
    )
