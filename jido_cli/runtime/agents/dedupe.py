"""Signals that come twice: an agent with a window of those that it has handled (guarantees.md G5).

The window belongs to the incarnation and to its commits: what is taken back is forgotten, what is
kept of the agent keeps it too. A signal is known for `keep_s` seconds, and while it is among the
newest `max`; beyond that one that is sent again is a new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from jido_cli.core.declarative.signal_keys import NoSignalKeyError
from jido_cli.core.failures import ActionFailure
from jido_cli.core.outcomes import Done
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.calls import Answer, CallRequest, Mail
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, DedupeStart
from jido_cli.store.checkpoints import Handled

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner

LONGEST_KEY: Final = 64  # characters that are kept as they are; longer ones as their hash
EVICTION_EVENT_EVERY_S: Final = 1.0


class Window:
    """The signals that one incarnation knows, oldest first."""

    __slots__ = ("_by_key", "duplicates", "evicted", "rule", "told_at", "unkeyed")

    def __init__(self, rule: DedupeStart) -> None:
        self.rule = rule
        self._by_key: dict[str, Handled] = {}
        self.duplicates = 0
        self.evicted = 0  # before their time, for room
        self.unkeyed = 0  # signals for which `by` has no text: each is a new one
        self.told_at = -EVICTION_EVENT_EVERY_S

    def __len__(self) -> int:
        return len(self._by_key)

    def key_of(self, signal: Signal) -> str | None:
        """Return what tells *signal* from others; None if there is nothing."""
        if self.rule.key is None:
            key = f"{signal.source}\n{signal.id}"
        else:
            try:
                key = self.rule.key(signal)
            except NoSignalKeyError:
                self.unkeyed += 1
                return None
        if len(key) <= LONGEST_KEY:
            return key
        return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest() + "#"

    def find(self, key: str, now_ns: int) -> Handled | None:
        """Return the signal of *key* that was handled already, within the window."""
        self._expire(now_ns)
        return self._by_key.get(key)

    def add(self, handled: Handled) -> int:
        """Note a signal; returns how many were forgotten for it before their time."""
        self._by_key[handled.key] = handled
        evicted = 0
        while len(self._by_key) > self.rule.max:
            del self._by_key[next(iter(self._by_key))]
            evicted += 1
        self.evicted += evicted
        return evicted

    def failed(self, seq: int) -> None:
        """The command *seq*, the newest, has failed."""
        if self._by_key:
            newest = self._by_key[next(reversed(self._by_key))]
            if newest.seq == seq:
                self._by_key[newest.key] = newest._replace(is_ok=False)

    def forget_from(self, seq: int) -> None:
        """Forget the signals of all commands from *seq* on: they were taken back."""
        while self._by_key:
            key = next(reversed(self._by_key))
            if self._by_key[key].seq < seq:
                return
            del self._by_key[key]

    def key_at(self, seq: int) -> str | None:
        """Return the key of the signal that command *seq*, one of the newest, handled."""
        for handled in reversed(self._by_key.values()):
            if handled.seq <= seq:
                return handled.key if handled.seq == seq else None
        return None

    def entries(self, now_ns: int, seq: int) -> list[Handled]:
        """Return the signals of the commands up to *seq*, to be kept."""
        self._expire(now_ns)
        return [handled for handled in self._by_key.values() if handled.seq <= seq]

    def load(self, entries: Iterable[Handled]) -> None:
        """Begin with what was kept."""
        for handled in entries:
            self.add(handled)

    def _expire(self, now_ns: int) -> None:
        oldest_ns = now_ns - round(self.rule.keep_s * 1e9)
        while self._by_key:
            key = next(iter(self._by_key))
            if self._by_key[key].at_ns > oldest_ns:
                return
            del self._by_key[key]


class DedupingServer(AgentServer):
    """An agent that handles each signal once."""

    __slots__ = ("_window",)

    def __init__(self, place: Place, ref: int, runner: SupervisorRunner) -> None:
        super().__init__(place, ref, runner)
        rule = self.program.dedupe
        assert rule is not None, "who has no rule has no window"
        self._window = Window(rule)

    @property
    def window(self) -> Window:
        """What it has handled."""
        return self._window

    def taken_back(self, first_seq: int) -> None:
        """Commands from *first_seq* on were taken back: their signals are new again."""
        self._window.forget_from(first_seq)

    def finish(self, done: Done, signal: Signal, mail: Mail, now_ns: int, started: float) -> None:
        """Note it of a signal whose command has failed."""
        if done.error is not None:
            self._window.failed(self.place.handled + 1)
        super().finish(done, signal, mail, now_ns, started)

    def _handle(self, signal: Signal, mail: Mail) -> None:
        window, place = self._window, self.place
        key = window.key_of(signal)
        if key is None:
            super()._handle(signal, mail)
            return
        now_ns = self.kernel.wall_ns()
        known = window.find(key, now_ns)
        if known is not None:
            window.duplicates += 1
            self._told_before(known, signal, mail, now_ns)
            return
        seq = place.handled + 1
        evicted = window.add(Handled(key, now_ns, seq))
        if evicted:
            self._tell_eviction()
        super()._handle(signal, mail)
        if place.handled < seq and self.running is None:  # no route: no command came of it
            window.forget_from(seq)

    def _told_before(self, known: Handled, signal: Signal, mail: Mail, now_ns: int) -> None:
        """Answer for a duplicate, once what it is a duplicate of is durable."""
        if self.has_open_commits:
            failure = None
            if not known.is_ok:
                failure = ActionFailure(f"it failed as seq {known.seq}", "duplicate", "")
            done = Done(self.agent, (), None, failure)
            super().finish(done, signal, mail, now_ns, self.kernel.monotonic())
        elif isinstance(mail, CallRequest):
            why = f"a duplicate: it was handled already, as seq {known.seq}"
            state = self.committed.state
            mail.reply(Answer(known.is_ok, known.seq, state, command=signal.id, why=why))

    def _tell_eviction(self) -> None:
        window, kernel = self._window, self.kernel
        now = kernel.monotonic()
        if now - window.told_at >= EVICTION_EVENT_EVERY_S:
            window.told_at = now
            text = f"{window.evicted:,} signals forgotten before {window.rule.keep_s:g}s, for room"
            kernel.events.fact("evicted", self.place, text, evicted=window.evicted)


def new_server(place: Place, ref: int, runner: SupervisorRunner) -> AgentServer:
    """Return a new incarnation of the agent at *place*."""
    start = place.start
    assert isinstance(start, AgentStart)
    if start.program.dedupe is None:
        return AgentServer(place, ref, runner)
    return DedupingServer(place, ref, runner)
