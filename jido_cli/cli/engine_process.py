"""An engine as a process: the composition root of file, lock, loop, engine, socket and log.

Joins topology, runtime and control; decides nothing about agents. What is printed here is made by
`render`; how the process ended is written down for those who ask later.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jido_cli
from jido_cli.cli import failures, log_file
from jido_cli.cli.checked import Checked, checked
from jido_cli.cli.engine_life import Life, Plan, live
from jido_cli.cli.engine_log import EventPrinter, Output
from jido_cli.cli.event_loop import new_loop
from jido_cli.cli.failures import CommandError, FindingsError
from jido_cli.cli.fingerprint import change, fingerprint
from jido_cli.cli.log_file import LogFile
from jido_cli.cli.render.story import headline, story_hints, story_where
from jido_cli.cli.reporting import Failed, Ready, Reporter
from jido_cli.cli.session import Session
from jido_cli.cli.variables import NOTHING, Given
from jido_cli.control import last_words
from jido_cli.control.lifeline import watch_lifeline
from jido_cli.control.protocol import PROTOCOL
from jido_cli.control.server import ControlServer
from jido_cli.control.state_dir import (
    AlreadyRunningError,
    EngineClaim,
    EnginePlace,
    EngineRecord,
    StateDir,
)
from jido_cli.control.words import pasted, shown
from jido_cli.errors import ControlError, JidoCliError, StartError
from jido_cli.observe.text import measures

if TYPE_CHECKING:
    from jido_cli.runtime.engine import Engine
    from jido_cli.topology.model import SupervisorDecl, Topology


STARTER_GONE = "the dashboard that started it is gone"


@dataclass(frozen=True, slots=True)
class Settings:
    """What `up` was asked for.

    With *report_fd* the engine is detached and tells its starter; with *life_fd* it stops when
    its starter is gone without having let it go.
    """

    file: Path
    for_ms: int | None = None
    until_idle: bool = False
    given: Given = NOTHING
    as_json: bool = False
    report_fd: int | None = None
    life_fd: int | None = None

    @property
    def is_detached(self) -> bool:
        """Whether somebody waits at the other end of a pipe, and nobody at a terminal."""
        return self.report_fd is not None


def run_engine(settings: Settings, session: Session) -> int:
    """Run a topology until it ends; return the exit code.

    Raises:
        JidoCliError: it did not start, or its root gave up.
    """
    reporter = Reporter(settings.report_fd)
    try:
        found = checked(settings.file, settings.given.sources(session.environ))
        state_dir = StateDir.of(found.topology.project_root, session.environ)
        with state_dir.claim(found.topology.name) as claim:
            return _Process(settings, session, found, claim, reporter).run()
    except AlreadyRunningError as error:
        record = error.record
        if record is not None and _is_same(record, settings.file):
            error.why = _changed(record, found, settings)
            if settings.is_detached:
                notes = (error.why,) if error.why is not None else ()
                up_s = session.now() - record.started_at
                reporter.ready(
                    Ready(record.name, record.pid, 0, up_s, was_running=True, notes=notes)
                )
                return failures.OK
        reporter.failed(Failed(failures.report(error)))
        raise
    except FindingsError as error:
        reporter.failed(Failed(failures.report(error), error.lines, error.findings))
        raise
    except JidoCliError as error:
        reporter.failed(Failed(failures.report(error)))
        raise
    except Exception as error:
        reporter.failed(Failed(failures.fault_report(error, "up")))
        raise


def _is_same(record: EngineRecord, file: Path) -> bool:
    return Path(record.file).resolve() == file.resolve()


def _changed(record: EngineRecord, found: Checked, settings: Settings) -> str | None:
    """Return what is other now than when the engine was started, and how it would come to run."""
    what = change(record.fingerprint, fingerprint(found.result), shown(settings.file))
    if what is None:
        return None
    return f"{what}: jido down -e {record.name}, then jido up again"


class _Process:
    """One engine, from the lock that it holds to how it ended."""

    def __init__(
        self,
        settings: Settings,
        session: Session,
        found: Checked,
        claim: EngineClaim,
        reporter: Reporter,
    ) -> None:
        self._settings = settings
        self._session = session
        topology = self._topology = found.topology
        self._warnings = found.warnings
        self._fingerprint = fingerprint(found.result)
        self._claim = claim
        self._reporter = reporter
        self._nodes = count_nodes(topology.root)
        self._before = how_the_last_one_ended(claim.place)
        log_file.turn(claim.place.log_path)
        self._log = LogFile(claim.open_log())
        self._log.take_faults()

    def run(self) -> int:
        """Run the engine on a loop of its own; return the exit code."""
        if self._settings.is_detached:
            self._log.take_output()
        printer = self._printer()
        loop = new_loop()
        asyncio.set_event_loop(loop)
        try:
            life = loop.run_until_complete(self._work(printer))
        except StartError as error:
            self._remember("start_failed", error.message, failures.FAILED)
            raise self._not_ready(error) from error
        except JidoCliError as error:
            self._remember("start_failed", error.message, failures.exit_code(error))
            raise
        except Exception as error:
            self._remember("fault", f"{type(error).__name__}: {error}", failures.INTERNAL)
            raise
        finally:
            loop.set_exception_handler(lambda _, __: None)  # what was left behind has been told
            self._log.close()
        return self._exit_code(life)

    async def _work(self, printer: EventPrinter) -> Life:
        try:
            engine = make_engine(self._topology)
        except StartError as error:
            error.undone = error.undone or "nothing was started"
            raise
        listener = self._claim.bind()
        file = self._topology.file.absolute()
        self._claim.announce(
            version=jido_cli.__version__,
            protocol=PROTOCOL,
            file=file,
            fingerprint=self._fingerprint,
        )
        server = ControlServer(engine.port, listener, on_lost=_ends(engine))
        server.start()
        printer.say(self._session.now(), "jido", self._about())
        if self._before is not None:
            printer.say(self._session.now(), "note", self._before)
        printer.start(engine.port)
        why = "it failed"
        let_go = self._watch_starter(engine)
        try:
            plan = Plan(self._settings.for_ms, self._settings.until_idle)
            has_terminal = not self._settings.is_detached
            life = await live(
                engine,
                plan,
                has_terminal=has_terminal,
                is_held=self._claim.is_held,
                on_ready=self._ready,
            )
            why = life.end.why if life.end.kind == "stopped" else "its root gave up"
        finally:
            let_go()
            server.stop(why)
            printer.close()
        printer.say(self._session.now(), "done", _summary(engine, life))
        self._remember_end(life)
        return life

    def _watch_starter(self, engine: Engine) -> Callable[[], None]:
        """Stop the engine when its starter is gone; returns how to stop watching."""
        reader = self._settings.life_fd
        if reader is None:
            return lambda: None
        return watch_lifeline(
            reader,
            lambda: engine.begin_shutdown(STARTER_GONE),
            loop=asyncio.get_running_loop(),
        )

    # -- what is told

    def _printer(self) -> EventPrinter:
        """Return the printer: the log always, the terminal too unless the engine is detached."""
        outputs = [Output(self._log.write)]
        if not self._settings.is_detached:
            terminal = self._session.terminal
            outputs.append(Output(terminal.out, terminal.paint, _say_lost))
        return EventPrinter(
            outputs,
            self._session.times,
            as_json=self._settings.as_json,
            level=self._topology.log_level,
        )

    def _about(self) -> str:
        return (
            f"{jido_cli.__version__}, {self._topology.name} revision 1, pid {os.getpid()}, "
            f"{measures.plural(self._nodes, 'node')}, {self._warned() or 'lint clean'}"
        )

    def _warned(self) -> str | None:
        """Return how many warnings there are about the file, and how to see them."""
        if not self._warnings:
            return None
        count = measures.plural(self._warnings, "warning")
        return f"{count}: jido lint {pasted(self._settings.file)}"

    def _ready(self, took_s: float) -> None:
        from jido_cli.runtime import garbage

        garbage.tune()
        notes = tuple(note for note in (self._before, self._warned()) if note is not None)
        news = Ready(self._topology.name, os.getpid(), self._nodes, took_s, notes=notes)
        self._reporter.ready(news)

    def _not_ready(self, error: StartError) -> CommandError:
        """Return the failed start in the command's words."""
        hints = error.hints or (f"mend it, then: jido up {pasted(self._settings.file)}",)
        return CommandError(
            f"{self._topology.name} did not get ready: {error.message}",
            code=error.code,
            where=error.where,
            why=error.why,
            kept=("undone", error.undone or "what had started was stopped; nothing runs"),
            hints=hints,
            exit_code=failures.FAILED,
        )

    def _exit_code(self, life: Life) -> int:
        """Return the exit code of an engine that was told to end.

        Raises:
            CommandError: its root gave up; with the story.
        """
        end = life.end
        if end.kind == "stopped":
            return failures.INTERRUPTED if life.is_interrupted else failures.OK
        if end.story is None:
            raise CommandError(f"{self._topology.name} gave up: {end.why}", code="gave-up")
        story = end.story.to_dict()
        raise CommandError(
            headline(self._topology.name, story),
            code="gave-up",
            where=story_where(story),
            hints=story_hints(story, pasted(self._settings.file)),
            story=story,
        )

    # -- what is written down

    def _remember_end(self, life: Life) -> None:
        end = life.end
        if end.kind == "stopped":
            code = failures.INTERRUPTED if life.is_interrupted else failures.OK
            self._remember("stopped", f"stopped: {end.why}", code)
            return
        story = end.story.to_dict() if end.story is not None else None
        reason = headline(self._topology.name, story) if story else f"gave up: {end.why}"
        self._remember("gave_up", reason, failures.FAILED, story=story)

    def _remember(
        self, kind: str, reason: str, code: int, *, story: dict[str, object] | None = None
    ) -> None:
        """Write how it ended, for those who ask later."""
        record = {
            "at": self._session.now(),
            "kind": kind,
            "reason": reason,
            "exit": code,
            "version": jido_cli.__version__,
            "story": story,
        }
        try:
            self._claim.write_last_exit(record)
        except ControlError as error:
            _say(f"how it ended is not written down: {error.message}")


def how_the_last_one_ended(place: EnginePlace) -> str | None:
    """Return what to tell of the engine before this one, if it ended without a word."""
    record = place.record()
    if record is None or place.last_exit() is not None:
        return None
    crash = last_words.sudden_end(place, record)
    why = (
        f"ended without a shutdown: {last_words.NOT_KNOWN}"
        if crash is None
        else (f"crashed: {crash}")
    )
    return f"the engine of {place.name} before this one, pid {record.pid}, {why}"


def make_engine(topology: Topology) -> Engine:
    """Return the engine of a topology, on the running loop, not yet booted.

    Raises:
        StartError: the user's code does not import, or does not hold what the file names.
    """
    from jido_cli.runtime.assembly import assemble

    return assemble(topology)


def count_nodes(root: SupervisorDecl) -> int:
    """Return how many nodes a tree has when it has started."""
    from jido_cli.topology.model import SupervisorDecl

    return 1 + sum(
        count_nodes(child) if isinstance(child, SupervisorDecl) else 1 for child in root.children
    )


def _summary(engine: Engine, life: Life) -> str:
    counts = engine.summary()
    parts = [
        measures.plural(counts["signals"], "signal"),
        measures.plural(counts["restarts"], "restart"),
        measures.plural(counts["failed_directives"], "failed directive"),
        measures.plural(counts["dead_letters"], "dead letter"),
    ]
    return f"ran {measures.milliseconds_or_more(life.ran_s)}: {', '.join(parts)}"


def _ends(engine: Engine) -> Callable[[BaseException], None]:
    """Return what to do when the control server is lost: an engine nobody can steer ends."""

    def end(fault: BaseException) -> None:
        why = f"the control server ended: {type(fault).__name__}: {fault}"
        with contextlib.suppress(RuntimeError):  # its loop has ended: it needs no order
            engine.loop.call_soon_threadsafe(engine.begin_shutdown, why)

    return end


def _say_lost() -> None:
    _say("nobody reads the event lines any more; the engine goes on")


def _say(note: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody reads anything: nobody to tell
        sys.stderr.write(f"note: {note}\n")
        sys.stderr.flush()
