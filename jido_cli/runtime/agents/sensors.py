"""The sensors of one incarnation of an agent, under a supervisor of its own (runtime.md 18).

`<agent>/sensors` stands below the agent in the tree. Each sensor has a window of its own, three
restarts in five seconds; one that needs more is lost: its place stays, `failed`, its agent is
`degraded`, and nobody else falls, no other sensor either.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from jido_cli.core.values import freeze
from jido_cli.runtime.agents.lifecycle import send_lifecycle
from jido_cli.runtime.supervising.crash_reports import describe
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import SensorStart, SupervisorStart
from jido_cli.supervision import answers
from jido_cli.supervision.events import (
    ChildExited,
    DeleteChildCall,
    Event,
    StartChildCall,
    StartFailed,
    TerminateChildCall,
)
from jido_cli.supervision.reasons import SHUTDOWN, ExitReason
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.sensor import SensorProcess
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner

PLACE: Final = "sensors"
EXITED: Final = "jido.agent.sensor.exit"
EACH: Final = SupervisorFlags()  # three restarts in five seconds, as anywhere
# What all sensors of an agent together may need: each of them is lost long before.
TOGETHER: Final = SupervisorFlags(max_restarts=1000, max_seconds=EACH.max_seconds)


class Sensors:
    """What one incarnation of an agent does about its sensors."""

    __slots__ = ("_crashes", "_is_ending", "_restarts", "_runner", "_server", "_stopped", "place")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._crashes: dict[str, deque[float]] = {}
        self._restarts = {spec.id: spec.restart for spec in server.program.sensors}
        self._is_ending = False
        self._stopped: Callable[[], None] | None = None
        self.place = _place_for(server)
        self.place.generation += 1
        self.place.set_status("starting")
        start = self.place.start
        assert isinstance(start, SupervisorStart)
        self._runner: SupervisorRunner | None = server.supervisor.nested(self.place, 0, self, start)
        self._runner.boot()

    @property
    def agent(self) -> Place:
        """The place of the agent."""
        return self._server.place

    @property
    def is_current(self) -> bool:
        """Whether the incarnation lives whose sensors these are."""
        return self._server.is_alive

    # -- orders

    def start(self, spec: ChildSpec, done: Callable[[str | None], None]) -> None:
        """Start a sensor, in place of one with its id; *done* is told None, or what is wrong."""
        runner = self._runner
        if runner is None or self._is_ending:
            done("the agent is stopping")
            return

        def answered(answer: object) -> None:
            is_up = isinstance(answer, answers.Started)
            done(None if is_up else f"{spec.id!r} did not start: {type(answer).__name__}")

        self.stop(spec.id)
        self._restarts[spec.id] = spec.restart
        runner.call(StartChildCall(spec), answered)

    def stop(self, tag: str) -> None:
        """Stop a sensor on purpose; an unknown tag is no error."""
        if self._runner is not None and not self._is_ending:
            self._runner.call(TerminateChildCall(tag), _ignore)
            self._runner.call(DeleteChildCall(tag), _ignore)
        self._found(tag)

    def end(self, stopped: Callable[[], None]) -> bool:
        """Stop them all; True when nothing is left, else *stopped* will be called."""
        if self._runner is None:
            return True
        self._stopped = stopped
        if not self._is_ending:
            self._is_ending = True
            self._runner.terminate(SHUTDOWN)
        return False

    # -- news

    def post(self, event: Event) -> None:
        """Take what the runner reports: it is gone."""
        if not isinstance(event, ChildExited | StartFailed):
            return
        self._runner = None
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            stopped()
        elif not self._is_ending:
            self._lost(PLACE, "the supervisor of the sensors gave up")

    def started(self, place: Place) -> None:
        """A sensor is up, for the first time or again."""
        self._found(place.id)

    def exited(self, process: SensorProcess, reason: ExitReason) -> None:
        """A sensor has exited, behind this its supervisor hears of it."""
        place = process.place
        if self._runner is None or self._is_ending or process.told is not None:
            return  # it was stopped on purpose
        is_lost = self._is_beyond(place, reason)
        if is_lost:
            # Before the notice of the exit: the machine finds it terminated, and leaves it so.
            self._runner.call(TerminateChildCall(place.id), _ignore)
            place.set_status("failed")  # also one that ended as normal, but is to be permanent
            self._lost(place.id, f"sensor {place.id} is lost: {describe(reason)}")
        start = place.start
        assert isinstance(start, SensorStart)
        data = {
            "tag": place.id,
            "pid": place.path,
            "sensor": start.definition.name,
            "origin": start.by,
            "reason": describe(reason),
            "restarts": place.restarts,
            "lost": is_lost,
        }
        send_lifecycle(self.agent, EXITED, place.path, freeze(data))

    def _is_beyond(self, place: Place, reason: ExitReason) -> bool:
        """Whether a sensor that has exited will not come back although its work was not done."""
        restart = self._restarts.get(place.id, "transient")
        if reason.is_orderly and restart != "permanent":
            return False
        if restart == "temporary":
            return True
        now = self._server.kernel.monotonic()
        crashes = self._crashes.setdefault(place.id, deque(maxlen=EACH.max_restarts + 1))
        crashes.append(now)
        recent = sum(1 for at in crashes if at >= now - EACH.max_seconds)
        return recent > EACH.max_restarts

    def _lost(self, tag: str, why: str) -> None:
        agent, kernel = self.agent, self._server.kernel
        if not self._server.is_alive or self._server.stopping is not None:
            return
        agent.log.lost[tag] = why
        kernel.revision += 1
        kernel.events.fact("degraded", agent, why, tag=tag)

    def _found(self, tag: str) -> None:
        """A sensor that was lost is up again, or is not wanted any more."""
        if self.agent.has_log and self.agent.log.lost.pop(tag, None) is not None:
            self._crashes.pop(tag, None)
            self._server.kernel.revision += 1


def _place_for(server: AgentServer) -> Place:
    """Return the place of the sensors' supervisor: the one of the life before, or a new one."""
    agent = server.place
    if agent.children is None:
        agent.children = {}
    place = agent.children.get(PLACE)
    if place is not None and place.process is not None:
        place.process.kill()  # of an incarnation that crashed: its sensors take their time to end
    if place is None:
        start = SupervisorStart(TOGETHER, server.program.sensors, each=EACH)
        place = agent.children[PLACE] = Place(server.kernel, PLACE, agent, start)
        server.kernel.place_added(place)
    return place


def _ignore(_: object) -> None:
    """Take an answer that nobody waits for: the sensor is stopped, or was not there."""
