"""An engine on a real loop in a thread of its own, looked at from the test's thread.

For what virtual time cannot show: a loop that does not turn. Tests that use it are slow.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from jido_cli.runtime.engine import Engine, EngineOptions
from jido_cli.runtime.serving.port import Port
from jido_cli.runtime.supervising.starts import SupervisorStart

T = TypeVar("T")
PATIENCE_S = 30.0
LOOK_EVERY_S = 0.005


class RealEngine:
    """One engine at work; leave the `with` block to end it."""

    def __init__(self, root: SupervisorStart, *, stall_s: float = 0.2) -> None:
        self._root = root
        self._options = EngineOptions(stall_s=stall_s)
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._main(),))
        self.troubles: list[Any] = []
        self.engine: Engine
        self.port: Port

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.troubles.append(context))
        self.engine = Engine(self._root, self._options)
        self.port = self.engine.port
        await self.engine.boot()
        self._is_up.set()
        await self.engine.wait_ended()

    def __enter__(self) -> RealEngine:
        self._thread.start()
        assert self._is_up.wait(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.port.order("shutdown", {})
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        assert self.troubles == []

    def call(self, ident: str, signal_type: str, **args: object) -> Any:
        """Begin a call; its future is the answer."""
        return self.port.order("call", {"to": ident, "type": signal_type, **args})

    def facts(self, kind: str) -> list[Any]:
        """Return the facts of *kind*."""
        found: list[Any] = self.port.events_after(0, 10_000, frozenset({kind}), None)["events"]
        return found


def until(is_true: Callable[[], T]) -> T:
    """Look again and again, without keeping the interpreter, until *is_true* says so."""
    never = threading.Event()
    for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
        found = is_true()
        if found:
            return found
        never.wait(LOOK_EVERY_S)
    raise AssertionError("it never came true")
