"""Services that do as they are told: trap exits or not, hang in their clean-up, exit on command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.service import ServiceContext, ServiceExit
from jido_cli.supervision.reasons import ExitReason

Terminated = Callable[[Place, int, ExitReason], None]


@dataclass(frozen=True, slots=True)
class Script:
    """How a service behaves: `traps_exit` has a clean-up, which takes `hang_s` seconds."""

    traps_exit: bool = False
    hang_s: float = 0.0


class ScriptedServices:
    """All scripted services of one engine; `run` is the service function of each."""

    def __init__(self, terminated: Terminated) -> None:
        self.scripts: dict[str, Script] = {}
        self._terminated = terminated
        self._orders: dict[tuple[str, int], asyncio.Future[ExitReason]] = {}

    def tell(self, place: Place, generation: int, reason: ExitReason) -> None:
        """Let the service exit by itself with *reason*."""
        self._orders[place.path, generation].set_result(reason)

    async def run(self, ctx: ServiceContext) -> None:
        """Be up until told to exit, by an order or by the supervisor."""
        script = self.scripts[ctx.path]
        place = ctx.place
        order: asyncio.Future[ExitReason] = asyncio.get_running_loop().create_future()
        self._orders[ctx.path, ctx.generation] = order
        ctx.ready()
        try:
            reason = await order
        except asyncio.CancelledError:
            if ctx.stop_reason is not None:
                await self._clean_up(script, place, ctx.generation, ctx.stop_reason)
            raise
        await self._clean_up(script, place, ctx.generation, reason)
        raise ServiceExit(reason)

    async def _clean_up(
        self, script: Script, place: Place, generation: int, reason: ExitReason
    ) -> None:
        if script.traps_exit:
            self._terminated(place, generation, reason)
            if script.hang_s:
                await asyncio.sleep(script.hang_s)
