"""What a running sensor is given: it sends signals to its agent, and hears the bus.

One for each incarnation of a sensor; when that has ended, nothing comes from it any more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Generator
from typing import TYPE_CHECKING, Final

from jido_cli.core.catalogue import fault_of
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze
from jido_cli.errors import UsageError
from jido_cli.runtime.agents.calls import Delivery
from jido_cli.runtime.agents.mailbox import deliver, wait_for_room
from jido_cli.runtime.supervising.starts import AgentStart, SensorStart

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place
    from jido_cli.runtime.supervising.sensor import SensorProcess

HEARD_MAX: Final = (
    10_000  # so many signals wait for a sensor that hears the bus; then the oldest go
)


class Emitted:
    """What became of an emitted signal; awaited, it lets others run, and waits for room."""

    __slots__ = ("_future", "_was_taken")

    def __init__(self, was_taken: bool, future: asyncio.Future[bool] | None = None) -> None:
        self._was_taken = was_taken
        self._future = future

    def __await__(self) -> Generator[object, None, bool]:
        if self._future is None:
            yield None  # a sensor that only emits must not keep the loop
            return self._was_taken
        return (yield from self._future.__await__())


class LiveSensorContext:
    """The context of one incarnation of a sensor."""

    __slots__ = ("_agent", "_heard", "_process", "_waiting", "agent", "folder", "tag")

    def __init__(self, process: SensorProcess, agent: Place) -> None:
        start = process.place.start
        assert isinstance(start, SensorStart)
        self._process = process
        self._agent = agent
        self._waiting: asyncio.Future[bool] | None = None
        self._heard: deque[Signal] | None = None
        self.tag = process.place.id
        self.agent = agent.path
        self.folder = start.folder

    def emit(
        self,
        data: object = None,
        *,
        type: str | None = None,  # noqa: A002 - the word of signals
        subject: str | None = None,
        cause: Signal | None = None,
    ) -> Emitted:
        """Send a signal to the agent.

        Raises:
            UsageError: it has no type, or its data is not what the catalogue promises.
        """
        process, agent, kernel = self._process, self._agent, self._agent.kernel
        start = process.place.start
        assert isinstance(start, SensorStart)
        signal_type = type or start.signal or start.definition.signal
        if signal_type is None:
            name = start.definition.name
            raise UsageError(f"sensor {self.tag}: {name} emits a signal without a type")
        receiver = agent.start
        assert isinstance(receiver, AgentStart)
        fault = fault_of(receiver.program.definition.catalogue, signal_type, data)
        if fault is not None:
            raise UsageError(f"sensor {self.tag}: {fault}")
        now_ns = kernel.wall_ns()
        signal = Signal(
            signal_type,
            process.place.path,
            freeze(data, where="data"),
            kernel.ids.next(now_ns // 1_000_000),
            subject,
            now_ns,
            None,
            0 if cause is None else cause.hops + 1,
            None if cause is None else cause.ident,
        )
        if not process.may_speak:
            kernel.note_late(process.place, f"a signal {signal_type}")
            return Emitted(False)
        if signal.hops > kernel.hops.tracked_from and kernel.hops.refuse(kernel, agent, signal):
            return Emitted(False)
        process.note_emitted(now_ns)
        return self._sent(signal, deliver(agent, signal))

    def _sent(self, signal: Signal, delivery: Delivery) -> Emitted:
        agent = self._agent
        if delivery == "blocked" and (self._waiting is None or self._waiting.done()):
            return self._wait(signal)
        if delivery in ("blocked", "rejected"):
            agent.kernel.dead_letters.add(agent, signal, "mailbox full: sensor")
        return Emitted(delivery == "accepted")

    def _wait(self, signal: Signal) -> Emitted:
        """Let the signal wait for room; a sensor that does not wait for it has but one there."""
        agent = self._agent
        future: asyncio.Future[bool] = agent.kernel.loop.create_future()
        self._waiting = future

        def done(delivery: Delivery) -> None:
            if delivery == "rejected":
                agent.kernel.dead_letters.add(agent, signal, "mailbox full: no room in time")
            if not future.done():
                future.set_result(delivery == "accepted")

        start = agent.start
        assert isinstance(start, AgentStart)
        wait_for_room(agent, signal, start.program.mailbox.block_timeout_s, done)
        return Emitted(False, future)

    async def hear(self, *patterns: str) -> AsyncIterator[Signal]:
        """Iterate over the signals on the bus that match one of *patterns*."""
        place = self._process.place
        if self._heard is not None:
            raise UsageError(f"sensor {self.tag} hears the bus already: name all patterns at once")
        heard = self._heard = deque[Signal]()
        place.kernel.hearing.listen(place, patterns)
        try:
            while True:
                while heard:
                    yield heard.popleft()
                await self._process.wait_for_mail()
        finally:
            self._heard = None
            place.kernel.hearing.unlisten(place)

    def take(self, signal: Signal) -> None:
        """Take a signal that was heard on the bus."""
        heard = self._heard
        if heard is None:
            return
        if len(heard) >= HEARD_MAX:
            heard.popleft()
            self._process.place.log.dropped += 1
        heard.append(signal)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def now_ns(self) -> int:
        """Return the wall time in nanoseconds since 1970."""
        return self._agent.kernel.wall_ns()
