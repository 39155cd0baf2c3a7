"""An engine on virtual time, driven from outside step by step: no test waits, none is a coroutine.

`settle` runs what is ready without moving the clock, `advance` moves it. What the loop's exception
handler hears is a fault of jido's own: `close` refuses it. What users assert on is in
`topology_run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from jido_cli.runtime.engine import Engine, EngineEnd
from jido_cli.testing.virtual_time import EPOCH_NS, VirtualLoop

LONGEST_CLOSE_S = 60.0


class VirtualEngine:
    """One engine and its loop.

    Args:
        make: returns the engine; called on the loop.
        epoch_ns: where the wall clock starts, in ns since 1970.
    """

    def __init__(self, make: Callable[[], Engine], *, epoch_ns: int = EPOCH_NS) -> None:
        self.loop = VirtualLoop(epoch_ns)
        self.troubles: list[Mapping[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.troubles.append(context))

        async def made() -> Engine:
            return make()

        try:
            self.engine = self.loop.run_until_complete(made())
        except BaseException:
            self.loop.close()
            raise
        self.kernel = self.engine.kernel
        self.port = self.engine.port
        self.booting: asyncio.Task[None] | None = None

    # -- time

    @property
    def now(self) -> float:
        """The virtual time in seconds since the loop was made."""
        return self.loop.time()

    def settle(self) -> None:
        """Run what is ready."""
        self.loop.settle()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.loop.advance(seconds)

    # -- life

    def begin_boot(self) -> None:
        """Start the engine and run what is ready."""
        self.booting = self.loop.create_task(self.engine.boot())
        self.settle()

    def begin_shutdown(self, why: str = "the test is over") -> None:
        """Order the stop and run what is ready."""
        self.engine.begin_shutdown(why)
        self.settle()

    def end(self) -> EngineEnd | None:
        """Return how the engine ended, None while it lives."""
        self.settle()
        if not self.engine.is_ended:
            return None
        return self.loop.run_until_complete(self.engine.wait_ended())

    def close(self) -> None:
        """End what still runs; no callback may have failed.

        Raises:
            AssertionError: one has.
        """
        root = self.engine.root.process
        if root is not None:
            root.kill()
        self.loop.settle()
        if self.booting is not None and self.booting.done() and not self.booting.cancelled():
            self.booting.exception()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.advance(LONGEST_CLOSE_S)
        self.loop.close()
        told = [_told(one) for one in self.troubles]
        if told:
            raise AssertionError(f"callbacks failed on the engine's loop: {'; '.join(told)}")

    def order(self, name: str, **args: object) -> Any:
        """Give an order as the command line does (`stop`, `restart`, ...); return its answer.

        Raises:
            ControlError: it is refused.
        """
        future = self.port.order(name, args)
        self.settle()
        return future.result(timeout=0)


def _told(context: Mapping[str, Any]) -> str:
    error = context.get("exception")
    return f"{context['message']}: {error!r}" if error is not None else str(context["message"])
