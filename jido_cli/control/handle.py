"""What a client may do with an engine: the one interface of the command line and the dashboard.

Here live the `EngineHandle` protocol and the records that its streams yield. No wire, no socket,
no runtime: `control.client` implements it over HTTP, tests implement it in process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Protocol, TypeAlias

Answer: TypeAlias = dict[str, Any]
Verb: TypeAlias = Literal["stop", "start", "restart", "kill"]
ScheduleVerb: TypeAlias = Literal["run", "pause", "resume"]

DEFAULT_TIMEOUT_MS = 5000
DEFAULT_WAIT_MS = 10_000


@dataclass(frozen=True, slots=True)
class Missed:
    """Says that a reader was slower than the engine: *count* events before *next_seq* are gone."""

    count: int
    next_seq: int


class EventStream(Protocol):
    """Events as they happen, in order, with the gaps told.

    Iterating ends when the engine says that it ends (`end_reason` is set then). A connection that
    breaks raises `ControlError`; `last_seq` is where a new stream may go on.
    """

    last_seq: int
    end_reason: str | None

    def __iter__(self) -> Iterator[Answer | Missed]:
        """Yield events and gaps."""

    def close(self) -> None:
        """Stop reading; also from another thread, the iteration ends then."""


class EngineHandle(Protocol):
    """Everything that a client can do with one engine.

    Answers are plain data in the shapes of the control API. Whatever the engine refuses, and
    whatever keeps it from answering, is a `ControlError` with a stable code.
    """

    def engine(self) -> Answer:
        """Return who the engine is: name, pid, version, file, since when."""

    def tree(self) -> Answer:
        """Return the whole tree, of one revision."""

    def node(self, ident: str) -> Answer:
        """Return everything known of one node; *ident* is its path or a unique tail of it."""

    def state(self, ident: str, select: str | None = None) -> Answer:
        """Return an agent's committed state, or the part that *select* (`a.b.0.c`) names."""

    def health(self) -> Answer:
        """Return whether the process is alive: `{"ok", "stalled"}`; never raises for "not ok"."""

    def ready(self) -> Answer:
        """Return whether every node is ready: `{"ok", "not_ready", "stalled"}`."""

    def call(
        self,
        to: str,
        signal: Mapping[str, object],
        *,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
        unrouted: bool = False,
    ) -> Answer:
        """Send a signal, wait until its command is committed, and return what came of it.

        Args:
            to: the node, by path or tail.
            signal: CloudEvents attributes; `type` is needed, `data subject source id` are usual.
            timeout_ms: passed before its command begins, the command does not run.
            unrouted: send it even if the agent has no route for it.
        """

    def send(self, to: str, signal: Mapping[str, object], *, unrouted: bool = False) -> Answer:
        """Send a signal and return once it is accepted: `{"ack", "id", "to"}`."""

    def steer(self, verb: Verb, ident: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """Stop, start, restart or kill a node, and return when that is done."""

    def wait(
        self,
        ident: str,
        until: str | None = None,
        *,
        timeout_ms: int = DEFAULT_WAIT_MS,
        may_come: bool = False,
    ) -> Answer:
        """Wait until a condition holds for a node: `{"met", "state", "waited_ms", ...}`.

        Args:
            ident: the node, by path or tail.
            until: CEL over its `state`, `status`, `facts` and `restarts`; None waits until an
                agent has completed.
            timeout_ms: how long; then `met` is false, and `diagnostic` says what it is at.
            may_come: the node need not be there yet; without *until*, wait until it runs.
        """

    def scale(self, ident: str, count: int, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """Bring a group of replicas, or a dynamic supervisor, to *count* members."""

    def start_child(
        self,
        supervisor: str,
        *,
        ident: str | None = None,
        state: Mapping[str, object] | None = None,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
    ) -> Answer:
        """Start a child from the template of a dynamic supervisor."""

    def terminate_child(self, ident: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """End a dynamic child and its place in the tree."""

    def events(
        self,
        *,
        after: int | Literal["latest"] = 0,
        kinds: Sequence[str] = (),
        agent: str | None = None,
    ) -> EventStream:
        """Follow the events: first those kept since *after*, then each as it happens."""

    def events_page(
        self,
        *,
        after: int = 0,
        kinds: Sequence[str] = (),
        agent: str | None = None,
        limit: int = 500,
    ) -> Answer:
        """Return kept events without following: `{"events", "missed", "next"}`."""

    def directives(
        self,
        *,
        agent: str | None = None,
        type_: str | None = None,
        outcome: str | None = None,
        after: int = 0,
        limit: int = 500,
    ) -> Answer:
        """Return a page of the directive log: `{"directives", "missed", "next"}`."""

    def dead_letters(self, *, after: int = 0, limit: int = 500) -> Answer:
        """Return a page of the dead letters: `{"dead_letters", "counts"}`."""

    def command(self, ident: str, *, agent: str | None = None) -> Answer:
        """Return what is known of the command with this id: `{"command", "path", "status"}`."""

    def cancel(
        self, ident: str, *, agent: str | None = None, timeout_ms: int = DEFAULT_TIMEOUT_MS
    ) -> Answer:
        """Cancel an effectful command, or an instruction, that runs: `{"path", "action", "ms"}`."""

    def schedules(self) -> Answer:
        """Return the schedules and timers of all agents: `{"schedules"}`."""

    def steer_schedule(
        self, verb: ScheduleVerb, ident: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS
    ) -> Answer:
        """Tick now, pause or resume a schedule; *ident* is its agent's path and its name."""

    def shutdown(self, reason: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """Order the engine to stop everything in reverse order and to end."""

    def close(self) -> None:
        """Give the connection back."""

    def __enter__(self) -> EngineHandle: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
