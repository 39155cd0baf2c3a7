"""Reading logs and following them: what `events`, `directives` and `dead-letters` share.

Pages of the past, then, with `-f`, whatever comes, with the gaps told. No text is composed here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from jido_cli.cli.stdout_reader import StdoutReader
from jido_cli.control.handle import Missed
from jido_cli.errors import ControlError

PAGE = 1000
POLL_S = 0.2
FOLLOW_SHOWS = 10
_BUSY_TRIES = 25
Page: TypeAlias = Mapping[str, Any]
Record: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Older:
    """Says that *count* records were there before and are no longer kept."""

    count: int


Item: TypeAlias = Record | Missed | Older


class Log:
    """One kind of record of an engine, read page by page.

    Args:
        ask: returns the page after a number.
        member: the page's member that holds the records.
        wanted: whether a record is to be shown.
    """

    def __init__(
        self, ask: Callable[[int], Page], member: str, wanted: Callable[[Record], bool]
    ) -> None:
        self._ask = ask
        self._member = member
        self._wanted = wanted
        self.position = 0

    def kept(self, *, until: float) -> Iterator[Item]:
        """Yield what is kept up to the moment *until*: a busy engine is not chased for ever."""
        while True:
            page = self._ask(self.position)
            if page.get("missed"):
                missed = page["missed"]
                yield Missed(missed, page["next"]) if self.position else Older(missed)
            for record in page[self._member]:
                if record["at"] > until:
                    return
                if self._wanted(record):
                    yield record
            if page["next"] <= self.position:
                return
            self.position = page["next"]

    def coming(self, *, sleep: Callable[[float], None] = time.sleep) -> Iterator[Item]:
        """Yield what comes after the position, asking again and again; ends only from outside."""
        while True:
            page = self._ask_again(sleep)
            if page.get("missed"):
                yield Missed(page["missed"], page["next"])
            yield from filter(self._wanted, page[self._member])
            if page["next"] <= self.position:
                sleep(POLL_S)
            self.position = max(self.position, page["next"])

    def _ask_again(self, sleep: Callable[[float], None]) -> Page:
        """Ask for the next page; an engine that is just ending has no socket for a moment."""
        for _ in range(_BUSY_TRIES):
            try:
                return self._ask(self.position)
            except ControlError as error:
                if error.code != "engine-busy":
                    raise
                sleep(POLL_S)
        return self._ask(self.position)


def newest(items: Iterable[Item], limit: int | None) -> Iterable[Item]:
    """Return the newest *limit* of the items, or all of them as they come."""
    return items if limit is None else deque(items, maxlen=limit)


def follow(
    items: Iterable[Item],
    show: Callable[[Item], None],
    say: Callable[[str], None],
    reader: StdoutReader,
) -> None:
    """Show items until the engine ends; that it ended, and how, is said, and is no failure.

    Raises:
        EngineGoneError: the engine is gone, and did not say why.
        BrokenPipeError: nobody reads any more.
    """
    from jido_cli.control.engines import EngineGoneError

    try:
        for item in items:
            show(item)
        reader.check()
    except EngineGoneError as error:
        if error.last_exit is None:
            raise
        say(error.message)


def since(now: float, span_ms: int | None) -> Callable[[Record], bool]:
    """Return whether a record is not older than *span_ms*."""
    if span_ms is None:
        return lambda record: True  # noqa: ARG005 - one shape
    earliest = now - span_ms / 1000
    return lambda record: bool(record["at"] >= earliest)
