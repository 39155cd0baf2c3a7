"""What all parts of one engine share: clocks, queue, tree, rings, and the news they report.

The kernel holds and records; it decides nothing about supervision and nothing about agents.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from jido_cli.core.agent import AgentDefinition
from jido_cli.core.idents import IdSource
from jido_cli.core.outcomes import Call
from jido_cli.core.signals import Signal
from jido_cli.observe.events import EventLog
from jido_cli.observe.records import DIRECTIVES_KEPT, DirectiveRecord, ExitRecord
from jido_cli.observe.ring import Ring
from jido_cli.observe.text import measures
from jido_cli.runtime.agents.bonds import Bonds
from jido_cli.runtime.agents.deadlines import Deadlines
from jido_cli.runtime.agents.family_news import tell_exited, tell_started
from jido_cli.runtime.agents.fates import Fates
from jido_cli.runtime.agents.hops import Hops
from jido_cli.runtime.agents.mailbox import dead_letter_mail
from jido_cli.runtime.agents.parting import leave_orphans, parent_exited, supervisor_exited
from jido_cli.runtime.clock import Clock
from jido_cli.runtime.committer import Committer
from jido_cli.runtime.dead_letters import DeadLetters
from jido_cli.runtime.hearing import Hearing
from jido_cli.runtime.keyed.index import KeyedIndex, is_keyed
from jido_cli.runtime.pools import Pools
from jido_cli.runtime.run_queue import RunQueue
from jido_cli.runtime.supervising import crash_reports
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentProgram
from jido_cli.runtime.supervising.tree import Tree
from jido_cli.runtime.watching.watch import Watch
from jido_cli.runtime.watching.zombies import Zombies
from jido_cli.store.checkpoints import CheckpointStore
from jido_cli.store.memory import MemoryStore
from jido_cli.supervision.effects import GaveUp, RestartCounted
from jido_cli.supervision.reasons import ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.attempts import StartAttempt
    from jido_cli.runtime.supervising.place import Process
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner

DEFAULT_MAX_HOPS: Final = 256
LOOPING_RESTARTS: Final = 2
LOOPING_BACKOFFS: Final = 3

StartHook = Callable[["StartAttempt"], Awaitable[None] | None]
ExitObserver = Callable[["Process", ExitReason], None]
StandIn = Callable[[Place, Call], Call]
"""Returns the call that is performed in place of one: tests answer for what acts on the world."""
EmittedHook = Callable[[Signal, Place, object], None]
"""Is told of each emitted signal, who emitted it, and where to."""


class Kernel:
    """The shared parts of one engine, on one loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        programs: Mapping[str, AgentProgram] | None = None,
        committer: Committer | None = None,
        start_hook: StartHook | None = None,
        store: CheckpointStore | None = None,
        max_hops: int = DEFAULT_MAX_HOPS,
        has_mounts: bool = False,
    ) -> None:
        self.loop = loop
        self.clock = Clock(loop)
        self.monotonic = self.clock.monotonic
        self.wall_ns = self.clock.wall_ns
        self.queue = RunQueue(loop)
        self.events = EventLog(self.wall_ns)
        self.directives: Ring[DirectiveRecord] = Ring(DIRECTIVES_KEPT)
        self.dead_letters = DeadLetters(self.clock, self.events)
        self.deadlines = Deadlines(self.clock)
        self.fates = Fates(self.clock)
        self.zombies = Zombies(self.clock, self.events)
        self.has_mounts = has_mounts
        self.hearing = Hearing(self.dead_letters.add, has_mounts=has_mounts)
        self.bus = self.hearing.bus
        self.keyed = KeyedIndex(self)
        self.pools = Pools(self)
        self.tree = Tree(self.hearing.group_named)
        self.bonds = Bonds()
        self.watch = Watch()
        self.programs = dict(programs or {})
        self.committer = committer
        self.store: CheckpointStore = MemoryStore() if store is None else store
        self.start_hook = start_hook
        self.hops = Hops(max_hops)
        self.stand_in: StandIn | None = None
        self.on_emitted: EmittedHook | None = None
        self.ids = IdSource(secrets.randbits)
        self.seed = secrets.randbits(64) << 40  # one number a command, counted on from here
        self.random = random.SystemRandom().random
        self.exit_observers: list[ExitObserver] = []
        self.arrivals: tuple[Callable[[Place], None], ...] = ()  # told of places that come
        self.revision = 0
        self.restarts = 0
        self.late = 0
        self.failed_directives = 0
        self.armed_timers = 0
        self.running_effects = 0
        self.open_commits = 0
        self.known_params: dict[tuple[AgentDefinition, str], frozenset[str] | None] = {}
        self._child_numbers: dict[int, dict[str, int]] = {}

    # -- places

    def place_added(self, place: Place) -> None:
        """A place came into the tree."""
        self.revision += 1
        self.tree.changed()
        if not place.is_keyed:
            self.hearing.added(place)
            if is_keyed(place):
                self.keyed.added(place)
        for tell in self.arrivals:
            tell(place)

    def place_ended(self, place: Place) -> None:
        """A place left the tree for good: what waits there becomes dead letters."""
        self.revision += 1
        self.tree.changed()
        for child in list((place.children or {}).values()):
            self.place_ended(child)
        if place.children:
            place.children.clear()
        place.about_to_end()
        place.log.has_ended = True
        has_failed = place.status == "failed" and place.log.why_failed is not None
        why = f"it did not start: {place.log.why_failed}" if has_failed else "its place ended"
        dead_letter_mail(place, why)
        place.tell_watchers()
        if not place.is_keyed:
            self.keyed.ended(place)
            self.hearing.ended(place)
        if self.bonds.has_children(place) and not place.log.is_restarting:
            leave_orphans(place, "its place ended")
        self.bonds.forget(place)
        place.has_left()
        self._child_numbers.pop(id(place), None)

    def next_child_id(self, supervisor: Place, agent: str) -> str:
        """Return `<agent>-<n>` for a child without a name; n is never used again there."""
        numbers = self._child_numbers.setdefault(id(supervisor), {})
        number = numbers.get(agent, 0)
        while True:
            number += 1
            child_id = f"{agent}-{number}"
            if supervisor.child(child_id) is None:
                numbers[agent] = number
                return child_id

    # -- news

    def note_started(
        self, place: Place, runner: SupervisorRunner | None, restart: RestartCounted | None
    ) -> None:
        """A child is up."""
        ms = (self.monotonic() - place.since) * 1000  # since it was `starting`
        place.set_status("running")
        if place.has_log:
            place.log.up_at = place.since
        generation = place.generation
        if restart is None or runner is None:
            text = f"gen {generation}  {measures.milliseconds(ms)}"
            self.events.fact("started", place, text, generation=generation, ms=ms)
            tell_started(place)
            return
        self._note_loop(place, runner)
        mates = [one for one in restart.group if one != place.id]
        limits, used = runner.start.each or runner.start.flags, restart.used
        if runner.start.each is not None:
            used = place.log.recent_restarts(self.monotonic() - limits.max_seconds)
        span = measures.setting(limits.max_seconds * 1000)
        window = f"{used}/{limits.max_restarts} in {span}"
        together = f"with {', '.join(mates)}" if mates else "alone"
        self.events.fact(
            "restarted",
            place,
            f"gen {generation}  {together}  {window}",
            generation=generation,
            group=mates,
            used=used,
            max_restarts=limits.max_restarts,
            max_seconds=limits.max_seconds,
        )
        tell_started(place)

    def _note_loop(self, place: Place, runner: SupervisorRunner) -> None:
        """A child is up again after an exit of its own: is it crash looping (runtime.md 19)?"""
        now, log = self.monotonic(), place.log
        latest, window_s = log.own_restarts[-1], runner.start.flags.max_seconds
        recent = sum(1 for at in log.own_restarts if at >= latest - window_s)
        if recent >= LOOPING_RESTARTS or log.backoffs >= LOOPING_BACKOFFS:
            reset_s = runner.timers.backoff_reset_s(place.id)
            log.looping_until = now + (window_s if reset_s is None else reset_s)

    def note_restart(self, runner: SupervisorRunner, effect: RestartCounted) -> None:
        """A restart was decided and counted."""
        self.restarts += 1
        runner.place.log.made_restarts += 1
        children = runner.place.children or {}
        for child_id in effect.group:
            place = children.get(child_id)
            if place is not None:
                place.restarts += 1
        trigger = children.get(effect.id)
        if trigger is None:
            return
        trigger.log.own_restarts.append(self.monotonic())

    def note_gave_up(self, runner: SupervisorRunner, effect: GaveUp) -> None:
        """A supervisor has more restarts to do than it allows."""
        limits = runner.start.flags
        restarts, span = limits.max_restarts, measures.setting(limits.max_seconds * 1000)
        allowed = f", {measures.plural(restarts, 'restart')} allowed in {span}"
        if effect.limit == "give_up_after":
            allowed = f" in a row, {measures.plural(effect.used - 1, 'restart')} allowed"
        self.events.fact(
            "gave_up",
            runner.place,
            f"{effect.id} exited {measures.plural(effect.used, 'time')}{allowed}",
            child=effect.id,
            used=effect.used,
            max_restarts=limits.max_restarts,
            max_seconds=limits.max_seconds,
        )

    def note_exit(self, process: Process, reason: ExitReason, signal: Signal | None = None) -> None:
        """An incarnation is gone."""
        place = process.place
        detail = reason.detail
        error = detail if isinstance(detail, BaseException) else None
        record = ExitRecord(
            self.wall_ns() / 1e9,
            reason.kind,
            crash_reports.describe(reason),
            process.generation,
            None if signal is None else signal.type,
            None if error is None else crash_reports.user_frame(error),
            () if error is None else crash_reports.user_trace(error),
        )
        place.log.exits.append(record)
        place.log.ran_s = self.monotonic() - place.log.up_at
        if place.process is None:
            was_asked = reason.is_orderly or place.status == "stopping"
            place.set_status("stopped" if was_asked else "failed")
        where = f"  {record.frame}" if record.frame else ""
        on = f" on {record.signal}" if record.signal else ""
        self.events.fact(
            "exited",
            place,
            f"{record.reason}{on}{where}",
            reason=record.reason,
            how=reason.kind,
            generation=process.generation,
            signal=record.signal,
            frame=record.frame,
        )
        tell_exited(process, reason)
        if place.children is not None:
            supervisor_exited(place, reason)
        elif self.bonds.has_children(place):
            parent_exited(place, reason)
        for observer in self.exit_observers:
            observer(process, reason)

    def note_late(self, place: Place, what: str) -> None:
        """Something came from an incarnation that is not any more; it was refused."""
        self.late += 1
        self.events.fact("late", place, f"{what} came after the exit and was refused")
