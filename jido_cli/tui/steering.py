"""Orders to the engine: each runs in a thread of its own and reports back with a message.

The dashboard's loop never waits for one. What an order does with the tree is seen in the tree;
here only that it was carried out, or why not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from jido_cli.control.handle import Answer, EngineHandle, Verb
from jido_cli.errors import JidoCliError

TIMEOUT_MS: Final = 30_000
CALL_TIMEOUT_MS: Final = 5_000
Spawn: TypeAlias = Callable[[Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Done:
    """How an order ended: with an answer, or with an error."""

    what: str
    path: str
    took_s: float
    answer: Mapping[str, Any] | None = None
    error: JidoCliError | None = None


def in_thread(work: Callable[[], None]) -> None:
    """Run *work* in a thread that nobody waits for."""
    threading.Thread(target=work, name="jido-tui-order", daemon=True).start()


class Steering:
    """Gives orders to one engine.

    Args:
        handle: the engine.
        report: told how each order ended, from its thread.
        spawn: runs the work.
    """

    def __init__(
        self, handle: EngineHandle, report: Callable[[Done], None], spawn: Spawn = in_thread
    ) -> None:
        self._handle = handle
        self._report = report
        self._spawn = spawn

    def steer(self, verb: Verb, path: str) -> None:
        """Stop, start, restart or kill a node."""
        self._run(verb, path, lambda: self._handle.steer(verb, path, timeout_ms=TIMEOUT_MS))

    def send(self, path: str, signal: Mapping[str, object]) -> None:
        """Send a signal."""
        self._run("send", path, lambda: self._handle.send(path, signal))

    def call(self, path: str, signal: Mapping[str, object]) -> None:
        """Send a signal and wait for what comes of it."""
        self._run("call", path, lambda: self._handle.call(path, signal, timeout_ms=CALL_TIMEOUT_MS))

    def inspect(self, path: str) -> None:
        """Ask for everything known of a node."""
        self._run("inspect", path, lambda: self._handle.node(path))

    def schedules(self) -> None:
        """Ask for the schedules and timers of all agents."""
        self._run("schedules", "", self._handle.schedules)

    def shutdown(self) -> None:
        """Order the engine to stop everything and to end."""
        reason = "asked for in the dashboard"
        self._run("shutdown", "", lambda: self._handle.shutdown(reason, timeout_ms=TIMEOUT_MS))

    def _run(self, what: str, path: str, order: Callable[[], Answer]) -> None:
        def work() -> None:
            begun = time.monotonic()
            try:
                answer = order()
            except JidoCliError as error:
                self._report(Done(what, path, time.monotonic() - begun, error=error))
            else:
                self._report(Done(what, path, time.monotonic() - begun, answer))

        self._spawn(work)
