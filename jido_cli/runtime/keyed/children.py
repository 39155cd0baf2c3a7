"""The children of one keyed supervisor: found by key, started on first use, put to sleep.

Each key has one place at a time, made with the first signal for it, so that of any number of
signals at once there is one life. Where there is room for no more, the place waits for the one
that has been idle longest to go to sleep. Which agent restarts when is the supervisor's business.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, cast

from jido_cli.core.declarative.signal_keys import NoSignalKeyError
from jido_cli.core.signals import Signal
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.keeping import hibernate
from jido_cli.runtime.agents.mailbox import dead_letter_mail, has_waiters
from jido_cli.runtime.keyed.places import KeyedPlace, RestingPlace
from jido_cli.runtime.supervising.names import name_of, require_id
from jido_cli.runtime.supervising.starts import AgentStart, ChildArgs, SupervisorStart
from jido_cli.store.checkpoints import Lineage
from jido_cli.supervision import answers
from jido_cli.supervision.events import StartChildCall, TerminateChildCall

if TYPE_CHECKING:
    import asyncio

    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.place import Place
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


_CLOCK_S: Final = 1e-6  # how exact the clock of timers is


class KeyedChildren:
    """The children of the supervisor at *place*."""

    __slots__ = ("_leaving", "_lives", "_timer", "_waiting", "awake", "place", "start", "template")

    def __init__(self, place: Place) -> None:
        start = place.start
        assert isinstance(start, SupervisorStart)
        self.place = place
        self.start = start
        self.template = cast("AgentStart", start.specs[0].start)
        self.awake: dict[str, KeyedPlace] = {}  # by id; who was used last stands last
        self._waiting: deque[KeyedPlace] = deque()  # for room
        self._leaving = 0
        self._lives = 0  # no generation is ever used twice for one key
        self._timer: asyncio.TimerHandle | None = None

    # -- finding

    def for_signal(self, signal: Signal) -> KeyedPlace:
        """Return the place that *signal* goes to by its key.

        Raises:
            ControlError: it has no key, or there is nobody for it and nobody can be started.
        """
        assert self.start.keyed is not None
        try:
            key = self.start.keyed.key(signal)
        except NoSignalKeyError as error:
            text = f"no key: {error.message}"
            raise ControlError(text, code="bad-value", where=self.place.path) from None
        return self.for_key(key)

    def for_key(self, key: str) -> KeyedPlace:
        """Return the place of *key*, awake or about to be.

        Raises:
            ControlError: it cannot be a key, or there is nobody and nobody can be started.
        """
        ident = require_id(key, "key", self.place)
        found = self.awake.get(ident)
        return self._begin(ident) if found is None else found

    def resting(self, key: str) -> RestingPlace:
        """Return what readers see of a key that is not awake; for any thread.

        Raises:
            ControlError: `no-node`, nobody has the key and its first signal would not start it;
                `bad-value`, it cannot be a key.
        """
        ident = require_id(key, "key", self.place)
        checkpoint = self.place.kernel.store.load(self._lineage(ident))
        assert self.start.keyed is not None
        if checkpoint is None and self.start.keyed.on_missing == "reject":
            raise self._missing(key)
        return RestingPlace(self, ident, self.template, checkpoint)

    def shown(self) -> RestingPlace:
        """Return a place that no key has, to show what agents these are; for any thread."""
        return RestingPlace(self, self.template.program.definition.name, self.template, None)

    def hibernated(self) -> int:
        """Return how many keys are asleep; for any thread."""
        store = self.place.kernel.store
        owner = self.place.path
        awake = sum(1 for ident in list(self.awake) if store.holds(Lineage(owner, ident)))
        return store.count(owner) - awake

    def _lineage(self, ident: str) -> Lineage:
        return Lineage(self.place.path, ident)

    def _missing(self, key: str) -> ControlError:
        text = f"{self.place.id} has no agent with the key {key!r}"
        return ControlError(text, code="no-node", where=self.place.path)

    # -- starting

    def _begin(self, ident: str) -> KeyedPlace:
        """Make the place of a key that has none, and have its agent started."""
        keyed, store = self.start.keyed, self.place.kernel.store
        assert keyed is not None
        if keyed.on_missing == "reject" and not store.holds(self._lineage(ident)):
            raise self._missing(name_of(ident))
        runner = self._runner()
        limit = self.start.flags.max_children
        has_room = limit is None or len(self.awake) - len(self._waiting) < limit
        if not has_room:
            self._make_room(limit or 0)
        place = self.new_place(ident)
        if has_room:
            self._launch(runner, place)
        else:
            self._waiting.append(place)
            self._next_waiting()  # the room may be there by now
        return place

    def _runner(self) -> SupervisorRunner:
        runner = cast("SupervisorRunner | None", self.place.process)
        if runner is None or self.place.status == "stopping":
            text = f"{self.place.id} does not run: it is {self.place.status}"
            raise ControlError(text, code="wrong-state", where=self.place.path)
        return runner

    def new_place(self, ident: str) -> KeyedPlace:
        """Return a new place in the tree."""
        place = KeyedPlace(self, ident, self.template)
        place.generation = self._lives
        children = self.place.children
        assert children is not None, "a supervisor that runs has children"
        children[ident] = self.awake[ident] = place
        self.place.kernel.place_added(place)
        return place

    def _launch(self, runner: SupervisorRunner, place: KeyedPlace) -> None:
        args = ChildArgs(tag=place.id, key=name_of(place.id))

        def answered(answer: object) -> None:
            if not isinstance(answer, answers.Started):
                self._failed(place, _why_not(answer))

        runner.call(StartChildCall(id=place.id, args=args), answered)

    def _failed(self, place: KeyedPlace, why: str) -> None:
        """An agent did not start: what waits for it is lost, and told."""
        children = self.place.children or {}
        if children.get(place.id) is place:
            dead_letter_mail(place, f"did not start: {why}")
            del children[place.id]
            self.place.kernel.place_ended(place)

    # -- room

    def _make_room(self, limit: int) -> None:
        """Put the one to sleep that has been idle longest.

        Raises:
            ControlError: `too-many`, nobody may, or nobody can.
        """
        assert self.start.keyed is not None
        path = self.place.path
        full = f"{self.place.id} is full: it has its {limit:,} children"
        if self.start.keyed.on_full == "reject":
            raise ControlError(full, code="too-many", where=path)
        if not self._sleep_oldest():
            raise ControlError(f"{full}, and none of them is idle", code="too-many", where=path)

    def _sleep_oldest(self) -> bool:
        """Put the one to sleep that has been idle longest; whether there is one."""
        oldest = next((place for place in self.awake.values() if _is_resting(place)), None)
        if oldest is not None:
            self._hibernate(oldest)
        return oldest is not None

    def _seek_room(self) -> None:
        """See that for everybody who waits somebody goes, as far as anybody is idle."""
        while len(self._waiting) > self._leaving and self._sleep_oldest():
            pass

    def _next_waiting(self) -> None:
        """Start those that wait, as far as there is room."""
        limit = self.start.flags.max_children
        while self._waiting and (limit is None or len(self.awake) - len(self._waiting) < limit):
            place = self._waiting.popleft()
            try:
                self._launch(self._runner(), place)
            except ControlError as error:
                self._failed(place, error.message)

    def _no_room(self) -> None:
        """Somebody who was to go stays: what came for the newest that waits is lost, and told."""
        if len(self._waiting) > self._leaving:
            self._failed(self._waiting.pop(), "no room")

    # -- sleeping

    def used(self, place: KeyedPlace) -> None:
        """The agent at *place* has worked, or just begun."""
        self._touch(place)
        if self._waiting:
            self.place.kernel.loop.call_soon(self._seek_room)
        if self._timer is None and self.template.program.idle_timeout_s is not None:
            self._arm(place.used_at)

    def _touch(self, place: KeyedPlace) -> None:
        if self.awake.get(place.id) is place:
            del self.awake[place.id]
            self.awake[place.id] = place
            place.used_at = self.place.kernel.monotonic()

    def _arm(self, since: float) -> None:
        kernel, idle_s = self.place.kernel, self.template.program.idle_timeout_s
        assert idle_s is not None
        if self._timer is not None:
            self._timer.cancel()
        delay_s = max(0.0, since + idle_s - kernel.monotonic())
        self._timer = kernel.clock.call_later(delay_s, self._look)

    def _look(self) -> None:
        """Put everybody to sleep who has been idle for long enough."""
        self._timer = None
        idle_s = self.template.program.idle_timeout_s
        assert idle_s is not None
        now = self.place.kernel.monotonic()
        while self.awake:
            place = next(iter(self.awake.values()))
            if place.used_at + idle_s > now + _CLOCK_S:
                self._arm(place.used_at)
                return
            self._touch(place)  # who is at work, or will be, is asked again later
            if _is_resting(place):
                self._hibernate(place)

    def close(self) -> None:
        """The supervisor left the tree."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hibernate(self, place: KeyedPlace) -> None:
        place.is_leaving = True
        self._leaving += 1
        self._touch(place)  # nobody has to pass it over who looks for the next one
        server = cast("AgentServer", place.process)
        hibernate(server, lambda is_done: self._kept(place, server, is_done))

    def _kept(self, place: KeyedPlace, server: AgentServer, is_done: bool) -> None:
        """The state of *place* is kept, or could not be: free the memory, or go on."""
        if not is_done:
            if place.is_leaving:
                place.is_leaving = False
                self._leaving -= 1
            if server.is_alive:
                server.release()
            self._no_room()
            return
        self.place.kernel.events.fact(
            "hibernated", place, f"seq {place.handled}", seq=place.handled
        )
        runner = cast("SupervisorRunner | None", self.place.process)
        if runner is not None:
            runner.call(TerminateChildCall(place.id), _ignore)

    def ended(self, place: KeyedPlace) -> None:
        """A place leaves the tree; what came for one that had gone to sleep wakes it again."""
        self._lives = max(self._lives, place.generation)
        if self.awake.get(place.id) is place:
            del self.awake[place.id]
        if place in self._waiting:
            self._waiting.remove(place)
        self._leaving -= place.is_leaving
        if self.place.process is None or self.place.status == "stopping":
            return
        if place.is_leaving and (place.mail or has_waiters(place)):
            self._wake_again(place)
        self._next_waiting()
        self._seek_room()

    def _wake_again(self, place: KeyedPlace) -> None:
        """Have the agent started that has just gone to sleep: there is mail for it."""
        mail, place.mail = place.mail, None
        place.accepted -= len(mail or ())
        successor = self.new_place(place.id)
        successor.mail = mail
        successor.accepted += len(mail or ())
        if has_waiters(place):
            successor.log.waiters, place.log.waiters = place.log.waiters, deque()
        self._waiting.append(successor)  # behind those for whom it went


def _is_resting(place: KeyedPlace) -> bool:
    """Whether the agent has nothing to do, and nothing that will come by itself."""
    server = cast("AgentServer | None", place.process)
    if server is None or place.is_leaving or place.mail or has_waiters(place):
        return False
    return server.is_resting


def _why_not(answer: object) -> str:
    match answer:
        case answers.StartError(reason):
            return str(reason)
        case answers.MaxChildren(limit):
            return f"its supervisor has its {limit:,} children"
        case None:
            return "its supervisor went down"
        case _:
            return type(answer).__name__


def _ignore(_: object) -> None:
    """Take an answer that nobody waits for."""
