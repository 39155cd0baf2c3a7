"""A sensor child: a coroutine under an agent, which turns the world into signals.

It is up at once: what goes wrong while it gets ready is a crash like any other, and is retried
by its restart type. Its exits are told to `Sensors`, which knows when it is lost (runtime.md 18).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.sensor_context import LiveSensorContext
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.service import ServiceProcess
from jido_cli.runtime.supervising.starts import SensorStart, ServiceStart
from jido_cli.supervision.reasons import ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agents.sensors import Sensors
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


class SensorProcess(ServiceProcess):
    """One incarnation of a sensor."""

    __slots__ = ("_context", "_mail", "_owner", "_sensor", "emitted", "last_ns")

    def __init__(
        self, kernel: Kernel, place: Place, ref: int, runner: SupervisorRunner, start: SensorStart
    ) -> None:
        super().__init__(kernel, place, ref, runner, ServiceStart(self._sense, place.id))
        owner: Sensors = runner.supervisor  # type: ignore[assignment] # of the agent's own
        self._owner = owner
        self._sensor = start
        self._context = LiveSensorContext(self, owner.agent)
        self._mail: asyncio.Event | None = None
        self.emitted = 0
        self.last_ns: int | None = None

    async def _sense(self, _: object) -> None:
        await self._sensor.definition.run(self._context, self._sensor.config)

    def begin(self, args: object) -> None:
        """Start the coroutine."""
        super().begin(args)
        self._owner.started(self.place)
        self.mark_ready()
        self.place.wake()

    @property
    def may_speak(self) -> bool:
        """Whether its signals still count: it lives, and so does its agent."""
        return self.is_alive and self._owner.is_current

    def note_emitted(self, now_ns: int) -> None:
        """A signal was sent."""
        self.emitted += 1
        self.last_ns = now_ns

    async def wait_for_mail(self) -> None:
        """Wait until something was heard on the bus."""
        self._mail = asyncio.Event()
        await self._mail.wait()

    def run(self, limit: int) -> int:
        """Hand over what was heard."""
        mail, handled = self.place.mail, 0
        while mail and handled < limit:
            item = mail.popleft()
            handled += 1
            if isinstance(item, Signal):
                self._context.take(item)
        if self._mail is not None:
            self._mail.set()
        if self.is_alive:
            self.place.wake()
        return handled

    def _note_exit(self, reason: ExitReason) -> None:
        super()._note_exit(reason)
        self._owner.exited(self, reason)
