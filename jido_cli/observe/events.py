"""The event stream: every fact, numbered, in rings that forget the oldest.

Two rings share one numbering: *facts* (starts, exits, restarts, errors, losses) and *commands*
(one record for each signal that an agent handled), so that a flood of signals does not wash away
the exits of the night. Records hold the subject itself; it is made text when somebody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol, TypeVar

from jido_cli.observe.ring import Ring

FACTS_KEPT = 16_384
COMMANDS_KEPT = 65_536
COMMAND = "command"
T = TypeVar("T")


class Subject(Protocol):
    """What an event is about: something with a path in the tree."""

    @property
    def path(self) -> str:
        """The path from the root."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `at` is wall time in seconds; `text` is for people, `data` for programs."""

    seq: int
    at: float
    kind: str
    path: str | None
    text: str
    data: Mapping[str, object] = field(default_factory=dict)


# A command's record is a bare tuple: it is written for every signal.
# (seq, wall_ns, subject, signal type, ok, duration in s, the action that failed or None)
CommandRecord = tuple[int, int, Subject, str, bool, float, str | None]
Listener = Callable[[Event], None]


class EventLog:
    """The event stream of one engine; written by its loop, read from anywhere.

    A fact may also come from another thread, while the loop is kept from writing commands: the
    watchdog's. Commands take no lock.
    """

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns
        self._lock = Lock()
        self.facts: Ring[Event] = Ring(FACTS_KEPT)
        self.commands: Ring[CommandRecord] = Ring(COMMANDS_KEPT)
        self._listeners: tuple[Listener, ...] = ()

    @property
    def head(self) -> int:
        """The number of the newest event."""
        return self.facts.head + self.commands.head

    def fact(self, kind: str, subject: Subject | None, text: str = "", **data: object) -> Event:
        """Record a fact and tell the listeners."""
        path = None if subject is None else subject.path
        with self._lock:
            seq = self.facts.head + self.commands.head + 1
            event = Event(seq, self._wall_ns() / 1e9, kind, path, text, data)
            self.facts.append(event)
        for listener in self._listeners:
            listener(event)
        return event

    def command(
        self,
        wall_ns: int,
        subject: Subject,
        signal_type: str,
        ok: bool,
        duration_s: float,
        failed_action: str | None,
    ) -> None:
        """Record that *subject* handled a signal; no listener is told (see `after`).

        It is written for every signal: `Ring.append`, written out.
        """
        ring = self.commands
        number = ring.head + 1
        seq = self.facts.head + number
        record = (seq, wall_ns, subject, signal_type, ok, duration_s, failed_action)
        ring.slots[number & ring.mask] = (number, record)
        ring.head = number

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call *listener* with each new fact, in its writer's thread; returns how to stop that."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    def after(
        self,
        seq: int,
        limit: int,
        *,
        kinds: frozenset[str] | None = None,
        path: str | None = None,
    ) -> tuple[list[Event], int, int]:
        """Return events above *seq* in order, how many were missed, and where to go on from.

        Commands are part of the stream only where *kinds* names `command`. *path* keeps a node
        and all below it. Filtered ones are read past, never counted as missed. The count is
        exact; where commands are left out and both rings have overwritten what came after *seq*,
        nobody can know how many of that were facts, and it is an upper bound.
        """
        seq = max(0, seq)
        head = self.head  # what is written from here on is for the next page
        facts_seen, commands_seen = self._seen_at(seq)
        facts, missed = self.facts.after(facts_seen, limit)
        found = [event for _, event in facts]
        has_commands = kinds is not None and COMMAND in kinds
        if has_commands:
            commands, _ = self.commands.after(commands_seen, limit)
            found += [_as_event(record) for _, record in commands]
            found.sort(key=lambda event: event.seq)
        found = [event for event in found if event.seq <= head][:limit]
        following = max(head, seq)
        if len(found) == limit:
            following = found[-1].seq if found else seq
        if has_commands:  # every number belongs to an event: what was not found is gone
            missed = following - seq - len(found)
        kept = [event for event in found if _is_wanted(event, kinds, path)]
        return kept, missed, following

    def _seen_at(self, seq: int) -> tuple[int, int]:
        """Return how many facts and how many commands have numbers up to *seq*.

        The two numberings add up to one, so that either ring alone tells both counts. Where
        both have overwritten that place, only the sum is sure: as few facts as can be count as
        seen.
        """
        facts = _count_up_to(self.facts, seq, lambda event: event.seq)
        if facts is not None:
            return facts, max(0, seq - facts)
        commands = _count_up_to(self.commands, seq, lambda record: record[0])
        if commands is None:
            commands = min(seq, self.commands.oldest - 1)
        return max(0, seq - commands), commands


def _count_up_to(ring: Ring[T], seq: int, number_of: Callable[[T], int]) -> int | None:
    """Return how many of all records ever put in *ring* are numbered <= *seq*, if it shows."""
    gone = low = ring.oldest - 1
    high = ring.head
    while low < high:
        middle = (low + high + 1) // 2
        record = ring.get(middle)
        if record is None or number_of(record) <= seq:
            low = middle
        else:
            high = middle - 1
    if low > gone or not gone:
        return low
    first = ring.get(low + 1)
    return low if first is not None and number_of(first) == seq + 1 else None


def _as_event(record: CommandRecord) -> Event:
    seq, wall_ns, subject, signal_type, ok, duration_s, failed = record
    text = f"{signal_type} {'ok' if ok else f'failed in {failed}'}"
    data = {"type": signal_type, "ok": ok, "ms": duration_s * 1000}
    return Event(seq, wall_ns / 1e9, COMMAND, subject.path, text, data)


def _is_wanted(event: Event, kinds: frozenset[str] | None, path: str | None) -> bool:
    if kinds is not None and event.kind not in kinds:
        return False
    if path is None:
        return True
    return event.path is not None and (event.path == path or event.path.startswith(path + "/"))
