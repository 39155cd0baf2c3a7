"""What happened in an engine under test, in order: commands, emitted signals, facts.

The rings of an engine forget; this keeps everything of one test. Nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jido_cli.core.directive_types import Directive
from jido_cli.core.signals import Signal, to_cloudevent
from jido_cli.core.values import thaw
from jido_cli.observe.events import Event
from jido_cli.runtime.committer import Committer, CommitUnit
from jido_cli.runtime.kernel import Kernel
from jido_cli.runtime.serving.view_records import summary
from jido_cli.runtime.supervising.place import Place
from jido_cli.testing.matching import shown

MOST_ENTRIES: Final = 1_000_000  # what takes more does not end by itself, or belongs into a bench


@dataclass(frozen=True, slots=True)
class HandledSignal:
    """A command that was decided: who handled which signal, the state after it, what it asks."""

    at: float
    path: str
    seq: int
    signal: Signal
    state: Any
    directives: Sequence[Directive]


@dataclass(frozen=True, slots=True)
class EmittedSignal:
    """A signal that an agent sent; `at` is virtual time in seconds, `to` a target or `bus`."""

    at: float
    path: str
    type: str
    data: Any
    subject: str | None
    id: str
    source: str
    to: object
    extensions: Any

    def attributes(self) -> dict[str, Any]:
        """Return what an expectation may ask for, absent attributes left out."""
        found = {
            "type": self.type,
            "data": self.data,
            "subject": self.subject,
            "id": self.id,
            "source": self.source,
            "from": self.path.rpartition("/")[2],
            "extensions": self.extensions,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class HappenedFact:
    """A fact of the event stream."""

    at: float
    kind: str
    path: str | None
    text: str
    data: Mapping[str, object]


Entry = HandledSignal | EmittedSignal | HappenedFact


class Recorder:
    """Keeps what happens in one engine; make it before the engine starts.

    When it is full it stops the loop: what goes on for ever would hold the test for ever.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.entries: list[Entry] = []
        self.is_full = False
        self.most_entries = MOST_ENTRIES
        self._kernel = kernel
        self._began = kernel.monotonic()
        self._counts: Counter[str] = Counter()
        self._known: set[str] = set()
        self._inner: Committer | None = kernel.committer
        kernel.committer = self
        kernel.on_emitted = self._emitted
        kernel.events.listen(self._happened)

    # -- what the engine tells

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if len(self.entries) > self.most_entries and not self.is_full:
            self.is_full = True
            self._kernel.loop.stop()  # whoever drives it finds out why, and says so

    def submit(self, unit: CommitUnit) -> None:
        """Note a command; it is durable at once unless somebody else decides that."""
        signal = unit.signal
        assert isinstance(signal, Signal)
        if signal.id not in self._known:
            self._known.add(signal.id)
            self._counts[signal.type] += 1
        directives = [one for one in unit.directives if isinstance(one, Directive)]
        self._add(
            HandledSignal(self._now(), unit.path, unit.seq, signal, unit.agent.state, directives)
        )
        if self._inner is None:
            unit.settle(True)
        else:
            self._inner.submit(unit)

    def _emitted(self, signal: Signal, place: Place, to: object) -> None:
        self._known.add(signal.id)
        self._counts[signal.type] += 1
        known = ("specversion", "id", "source", "type", "time", "subject", "data")
        extensions = {k: v for k, v in to_cloudevent(signal).items() if k not in known}
        self._add(
            EmittedSignal(
                self._now(),
                place.path,
                signal.type,
                thaw(signal.data),
                signal.subject,
                signal.id,
                signal.source,
                "bus" if to is None else to,
                extensions or None,
            )
        )

    def _happened(self, event: Event) -> None:
        self._add(HappenedFact(self._now(), event.kind, event.path, event.text, event.data))

    def _now(self) -> float:
        return self._kernel.monotonic() - self._began

    # -- what tests ask

    @property
    def mark(self) -> int:
        """A place in the record: give it as *since* to see only what came after it."""
        return len(self.entries)

    def count(self, signal_type: str) -> int:
        """Return how many signals of a type were emitted, or handled without being emitted."""
        return self._counts[signal_type]

    @property
    def total(self) -> int:
        """How many signals there were, of all types."""
        return self._counts.total()

    def most_common(self, number: int) -> list[tuple[str, int]]:
        """Return the types of which there were most signals, with how many."""
        return self._counts.most_common(number)

    def emitted(self, since: int = 0) -> list[EmittedSignal]:
        """Return the emitted signals."""
        return [one for one in self.entries[since:] if isinstance(one, EmittedSignal)]

    def handled(self, since: int = 0) -> list[HandledSignal]:
        """Return the commands."""
        return [one for one in self.entries[since:] if isinstance(one, HandledSignal)]

    def facts(self, *kinds: str, since: int = 0) -> list[HappenedFact]:
        """Return the facts of *kinds*, of all if none is named."""
        facts = [one for one in self.entries[since:] if isinstance(one, HappenedFact)]
        return [one for one in facts if not kinds or one.kind in kinds]

    def restarted(self, since: int = 0) -> tuple[str, ...]:
        """Return the paths of what started again, in order."""
        begun = self.facts("started", "restarted")
        before = self.facts("started", "restarted", since=since)
        earlier = {one.path for one in begun[: len(begun) - len(before)]}
        paths: dict[str, None] = {}
        for one in before:
            if one.path is not None and (one.path in earlier or one.kind == "restarted"):
                paths[one.path] = None
            earlier.add(one.path)
        return tuple(paths)

    def lines(self) -> list[str]:
        """Return the whole record as people read it, a line for each entry."""
        return [f"{one.at:10.3f}s  {_told(one)}" for one in self.entries]


def _told(entry: Entry) -> str:
    match entry:
        case HandledSignal():
            asks = ", ".join(f"{one.kind} {summary(one)}".rstrip() for one in entry.directives)
            asked = f"  asks {asks}" if asks else ""
            return f"{entry.path}  {entry.signal.type}  -> {shown(thaw(entry.state))}{asked}"
        case EmittedSignal():
            return f"{entry.path}  emits {entry.type}  {shown(entry.data)}"
        case HappenedFact():
            return f"{entry.path or 'engine'}  {entry.kind}  {entry.text}"
