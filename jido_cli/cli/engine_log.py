"""The lines that an engine prints while it runs: its events, read as any other client reads them.

A thread of its own writes them, so that a terminal that does not take them never holds the agents
up; what it was too slow for is counted. No event is made here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jido_cli.cli.render.streams import day_line, engine_line, missed_line
from jido_cli.observe.text.display import Paint, display_json, plain
from jido_cli.observe.text.measures import Times, rfc3339

PAGE = 500
_RANKS = {"debug": 0, "info": 1, "warning": 2, "error": 3}
_ERRORS = frozenset(
    {"error", "gave_up", "start_failed", "hung", "refused", "directive_failed", "fault"}
    | {"console"}  # whoever emits to the console wants it to be seen
)
_WARNINGS = frozenset(
    {
        "exited",
        "restarted",
        "dead_letter",
        "overflow",
        "stalled",
        "zombie",
        "zombie_gone",
        "late",
        "skipped",
        "unrouted",
        "expired",
    }
)
CLOSE_S = 2.0
Write = Callable[[str], None]
Event = Mapping[str, Any]


class Readable(Protocol):
    """What is needed of an engine: its events after a number, and a wake-up."""

    def events_after(
        self, seq: int, limit: int, kinds: frozenset[str] | None, path: str | None
    ) -> dict[str, Any]:
        """Return events above *seq*."""
        ...

    def wake(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback* when there are new events; returns how to stop that."""
        ...


@dataclass(slots=True)
class Output:
    """A place for lines; *write* may raise `OSError` when nobody takes them, and is dropped then.

    Args:
        write: takes one line.
        paint: how lines are coloured.
        on_lost: called when the place is dropped.
    """

    write: Write
    paint: Paint = plain
    on_lost: Callable[[], None] = lambda: None


class EventPrinter:
    """Prints an engine's events until it is closed; then what is left, and no more.

    Args:
        outputs: where to; the first one must never block.
        times: how moments are spelled.
        as_json: print objects instead of columns.
        level: the file's `observe.log_level`: what weighs less is not printed.
        close_s: how long an output is waited for at the end.
    """

    def __init__(
        self,
        outputs: Sequence[Output],
        times: Times,
        *,
        as_json: bool = False,
        level: str = "info",
        close_s: float = CLOSE_S,
    ) -> None:
        self._rank = _RANKS[level]
        self._close_s = close_s
        self._outputs = list(outputs)
        self._times = times
        self._as_json = as_json
        self._day: str | None = None
        self._news = threading.Event()
        self._is_closing = False
        self._seq = 0
        self._thread: threading.Thread | None = None
        self._stop_waking: Callable[[], None] | None = None

    def start(self, port: Readable) -> None:
        """Begin to print the events of *port*."""
        self._stop_waking = port.wake(self._news.set)
        self._news.set()
        self._thread = threading.Thread(
            target=self._run, args=(port,), name="jido-log", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Print what is left and end; an output that takes nothing is not waited for long."""
        if self._thread is None:
            return
        self._is_closing = True
        self._news.set()
        self._thread.join(self._close_s)
        if self._thread.is_alive():  # it is held by an output; only the first, the log, is sure
            del self._outputs[1:]
        if self._stop_waking is not None:
            self._stop_waking()

    def say(self, at: float, kind: str, text: str) -> None:
        """Print a line of the process itself, while no events are printed."""
        self._print({"at": at, "kind": kind, "path": None, "text": text, "data": {}})

    def _run(self, port: Readable) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            is_last = self._is_closing
            self._print_new(port)
            if is_last:
                return

    def _print_new(self, port: Readable) -> None:
        while True:
            page = port.events_after(self._seq, PAGE, None, None)
            if page["missed"]:
                self._print_missed(page["missed"])
            for event in page["events"]:
                if _rank(event["kind"]) >= self._rank:
                    self._print(event)
            if page["next"] <= self._seq:
                return
            self._seq = page["next"]

    def _print(self, event: Event) -> None:
        if self._as_json:
            line = _json_line(event)
            self._write(lambda paint: line)  # noqa: ARG005 - JSON has no colour
            return
        day = self._times.day(event["at"])
        if self._day not in (None, day):
            self._write(lambda paint: paint("dim", day_line(day)))
        self._day = day
        self._write(lambda paint: engine_line(event, self._times, paint))

    def _print_missed(self, number: int) -> None:
        line = missed_line(number)
        text = json.dumps({"event": "missed", "facts": line}) if self._as_json else line
        self._write(lambda paint: text)  # noqa: ARG005 - the same everywhere

    def _write(self, line: Callable[[Paint], str]) -> None:
        for output in tuple(self._outputs):
            try:
                output.write(line(output.paint))
            except (OSError, ValueError):  # closed, or its reader is gone; the engine goes on
                self._outputs.remove(output)
                output.on_lost()


def _json_line(event: Event) -> str:
    fields = {
        "time": rfc3339(event["at"]),
        "event": event["kind"],
        "path": event["path"],
        "facts": event["text"],
        "data": event["data"],
    }
    return display_json(json.dumps(fields, ensure_ascii=False, default=str))


def _rank(kind: str) -> int:
    """Return how much an event weighs, as `observe.log_level` orders it."""
    if kind in _ERRORS:
        return _RANKS["error"]
    return _RANKS["warning"] if kind in _WARNINGS else _RANKS["info"]
