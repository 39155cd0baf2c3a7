"""Readers of an engine's logs that never fall far behind: what they skip is counted exactly.

Each reads one page of bounded size at a time. A reader that finds itself behind jumps near the
newest record instead of fetching what nobody could read. No thread lives here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jido_cli.control.handle import EngineHandle

Answer = Mapping[str, Any]
DIRECTIVES_PAGE: Final = 120
_NEAR: Final = 0.9
_JUMPS: Final = 3
_GALLOP: Final = 512
_FACTS_PAGE: Final = 1000
_FACTS_PAGES: Final = 3


@dataclass(frozen=True, slots=True)
class Page:
    """Records in order, and how many are missing before them."""

    records: Sequence[Answer] = ()
    missed: int = 0


class DirectiveReader:
    """Reads the directive log from its end on.

    Args:
        handle: the engine.
        now: wall time, to tell how much has come since the last look.
    """

    def __init__(self, handle: EngineHandle, now: Callable[[], float]) -> None:
        self._handle = handle
        self._now = now
        self.position = 0
        self._is_started = False
        self._is_first = True
        self._last_at = 0.0  # when the record at the position was made
        self._rate = 0.0  # records a second between the last two looks

    def read(self) -> Page:
        """Return what is new."""
        if not self._is_started:
            self.position = max(0, self._newest() - DIRECTIVES_PAGE)
            self._is_started = True
        before, now = self.position, self._now()
        found = self._jump(self._rate * (now - self._last_at))
        if not found:
            found = self._page(before)
            if len(found) == DIRECTIVES_PAGE:
                found = self._jump(_behind(found, now)) or found
        return self._taken(before, found)

    def _taken(self, before: int, found: Sequence[Answer]) -> Page:
        if not found:
            self._rate = 0.0  # it has become quiet
            return Page()
        is_first, self._is_first = self._is_first, False
        self.position, last_at = int(found[-1]["seq"]), float(found[-1]["at"])
        if last_at > self._last_at:
            self._rate = (self.position - before) / (last_at - self._last_at)
        self._last_at = last_at
        missed = 0 if is_first else self.position - before - len(found)
        return Page(found, missed)  # what was before the first look is not missed

    def _page(self, after: int) -> Sequence[Answer]:
        answer = self._handle.directives(after=after, limit=DIRECTIVES_PAGE)
        records: Sequence[Answer] = answer["directives"]
        return records

    def _jump(self, behind: float) -> Sequence[Answer]:
        """Return a page near the newest record, *behind* records on; () if that is not worth it."""
        for _ in range(_JUMPS):
            if behind < 2 * DIRECTIVES_PAGE:
                return ()
            found = self._page(self.position + int(behind * _NEAR) - DIRECTIVES_PAGE)
            if found:
                return found
            behind /= 2  # the estimate was past the newest one
        return ()

    def _newest(self) -> int:
        """Return the number of the newest record: gallop past it, then close in."""
        probe = self._handle.directives(after=0, limit=1)
        if not probe["directives"]:
            return 0
        low, step = int(probe["directives"][0]["seq"]), _GALLOP
        while self._is_there(low + step):
            low, step = low + step, step * 2
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._is_there(middle) else (low, middle)
        return low

    def _is_there(self, number: int) -> bool:
        return bool(self._handle.directives(after=number - 1, limit=1)["directives"])


def _behind(page: Sequence[Answer], now: float) -> float:
    """Return how many records have come since a page, were its pace the same all the time."""
    first, last = float(page[0]["at"]), float(page[-1]["at"])
    span = max(1e-4, last - first)
    return len(page) + len(page) / span * max(0.0, now - last)


class SignalCounter:
    """Counts the signals that the engine handles, from the numbering of its events.

    Facts and commands share one numbering, and a page of facts says how far both have come: what
    is no fact is a command.
    """

    def __init__(self, handle: EngineHandle) -> None:
        self._handle = handle
        self._signals = 0
        self.head = 0  # the number of the newest event

    def start(self) -> None:
        """Find the newest event; what was before is not counted."""
        self._go_to_head()

    def count(self) -> int | None:
        """Return how many signals were handled since the start; None in a flood of facts."""
        for _ in range(_FACTS_PAGES):
            page = self._handle.events_page(after=self.head, limit=_FACTS_PAGE)
            facts = len(page["events"]) + int(page["missed"])
            self._signals += max(0, int(page["next"]) - self.head - facts)
            self.head = int(page["next"])
            if len(page["events"]) < _FACTS_PAGE:
                return self._signals
        self._go_to_head()
        return None

    def _go_to_head(self) -> None:
        while True:
            page = self._handle.events_page(after=self.head, kinds=("ready",), limit=_FACTS_PAGE)
            advanced, self.head = int(page["next"]) - self.head, int(page["next"])
            if advanced < _FACTS_PAGE:
                return


class Rate:
    """A rate from a count that grows: over the last *span_s* seconds at most."""

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._points: list[tuple[float, int]] = []

    def at(self, now: float, count: int) -> float | None:
        """Return the rate; None at first."""
        self._points.append((now, count))
        while len(self._points) > 2 and self._points[1][0] <= now - self._span_s:
            del self._points[0]
        begun, before = self._points[0]
        if now - begun <= 0:
            return None
        return (count - before) / (now - begun)
