"""What has happened in the shop: events and directives, numbered and in pages, and the stream.

Nothing happens here, and nothing is locked: the engine does both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from jido_cli.control.handle import Answer, Missed
from jido_cli.tui.demo.traffic import Asked

KEPT: Final = 20_000
_LOOK_EVERY_S: Final = 0.05


class DemoLog:
    """The newest records of the shop.

    Args:
        commands: how many commands there have been; facts and commands share one numbering.
    """

    def __init__(self, commands: Callable[[], int]) -> None:
        self._commands = commands
        self._facts = 0
        self._events: list[Answer] = []
        self._directives: list[Answer] = []

    @property
    def newest(self) -> int:
        """The number of the newest event; 0 before the first."""
        return self._events[-1]["seq"] if self._events else 0

    def tell(self, kind: str, path: str | None, text: str, at: float, **data: Any) -> None:
        """Put an event into the log."""
        self._facts += 1
        seq = self._facts + self._commands()
        self._events.append(
            {"seq": seq, "at": at, "kind": kind, "path": path, "text": text, "data": data}
        )

    def record(self, asked: Asked, at: float) -> None:
        """Put a directive into the log."""
        seq = self._directives[-1]["seq"] + 1 if self._directives else 1
        self._directives.append(
            {
                "seq": seq,
                "at": at,
                "agent": asked.agent,
                "type": asked.type,
                "summary": asked.summary,
                "cause": asked.cause,
                "outcome": asked.outcome,
                "ms": asked.ms,
                "detail": asked.detail,
            }
        )
        if len(self._directives) > 2 * KEPT:
            del self._directives[:KEPT]

    def events_page(self, after: int, kinds: Sequence[str], limit: int) -> Answer:
        """Return the events that follow number *after*, of all kinds if none is named."""
        found = [one for one in self._events if one["seq"] > after][:limit]
        kept = [one for one in found if not kinds or one["kind"] in kinds]
        head = self._facts + self._commands()
        next_seq = found[-1]["seq"] if len(found) >= limit else max(after, head)
        return {"events": kept, "missed": 0, "next": next_seq}

    def directives_page(
        self, agent: str | None, type_: str | None, outcome: str | None, after: int, limit: int
    ) -> Answer:
        """Return the directives that follow number *after* and fit."""
        kept = self._directives
        first = kept[0]["seq"] if kept else 1
        start = max(0, after - first + 1)
        found = kept[start : start + limit]
        missed = max(0, first - after - 1) if found else 0
        wanted = [
            one
            for one in found
            if (agent is None or one["agent"].startswith(agent))
            and (type_ is None or one["type"] == type_)
            and (outcome is None or one["outcome"] == outcome)
        ]
        following = found[-1]["seq"] if found else after
        return {"directives": wanted, "missed": missed, "next": following}


class _EventsPage(Protocol):
    def __call__(self, *, after: int) -> Answer: ...


class DemoStream:
    """Events of the demo as they happen.

    Args:
        events_page: returns the events after a number.
        after: the number after which it begins.
        kinds: the kinds that are wanted; all if there are none.
    """

    def __init__(self, events_page: _EventsPage, after: int, kinds: frozenset[str]) -> None:
        self._events_page = events_page
        self._kinds = kinds
        self._closed = threading.Event()
        self.last_seq = after
        self.end_reason: str | None = None

    def __iter__(self) -> Iterator[Answer | Missed]:
        """Yield events until the stream is closed."""
        while not self._closed.is_set():
            page = self._events_page(after=self.last_seq)
            for event in page["events"]:
                self.last_seq = event["seq"]
                if not self._kinds or event["kind"] in self._kinds:
                    yield event
            self._closed.wait(_LOOK_EVERY_S)

    def close(self) -> None:
        """Stop reading."""
        self._closed.set()
