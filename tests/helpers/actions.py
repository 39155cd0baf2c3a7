"""Actions that tests share: counting, failing, and effectful ones that wait for their test."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from jido_cli.core.action import ActionError, action
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive

State = Mapping[str, Any]
COUNT = {"count": 0}


@action
def add(state: State, by: int = 1) -> dict[str, object]:
    """Count up."""
    return {"count": state["count"] + by}


@action
def note(state: State, ctx: Context, n: int) -> dict[str, object]:
    """Append *n* to `seen`."""
    return {"seen": [*state.get("seen", ()), n]}


@action
def boom() -> None:
    """Fail by a bug."""
    raise KeyError("sku")


@action
def refuse(why: str = "no") -> None:
    """Fail on purpose."""
    raise ActionError(why, code="refused", retryable=False)


def doing(*directives: Directive, name: str = "do") -> Any:
    """Return a pure action that asks for *directives* and changes nothing."""

    @action(name=name)
    def do() -> tuple[None, list[Directive]]:
        return None, list(directives)

    return do


class Gate:
    """An effectful action that counts up, where there is a count, once its test lets it.

    `stubborn` swallows every cancellation until it is let go.
    """

    def __init__(
        self, name: str = "wait", *, timeout_s: float = 30.0, stubborn: bool = False
    ) -> None:
        self.waiting: list[asyncio.Future[object]] = []
        self.cancelled = 0
        self.stubborn = stubborn

        @action(name=name, timeout_s=timeout_s)
        async def wait(state: State, by: int = 1) -> dict[str, object] | None:
            await self._passed()
            return {"count": state["count"] + by} if "count" in state else None

        self.action = wait

    async def _passed(self) -> None:
        gate: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.waiting.append(gate)
        while True:
            try:
                await asyncio.shield(gate)
                return
            except asyncio.CancelledError:
                self.cancelled += 1
                if not self.stubborn:
                    raise

    def open(self) -> None:
        """Let the oldest go that waits."""
        self.waiting.pop(0).set_result(None)

    def fail(self, error: Exception) -> None:
        """Let the oldest that waits fail."""
        gate = self.waiting.pop(0)
        gate.set_exception(error)
        gate.exception()  # looked at, even if whoever waited was killed meanwhile
