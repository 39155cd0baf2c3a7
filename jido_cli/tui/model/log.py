"""The directive log: a bounded ring, a filter over it, and a pause that counts what it holds back.

Rows are the entries that pass the filter. Numbers of rows only grow: row *n* stays row *n* while
older ones leave the ring, so a view can hold on to a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jido_cli.tui.model.entries import (
    DirectiveEntry,
    Entry,
    EventEntry,
    NoteEntry,
    columns,
    missed_note,
)
from jido_cli.tui.model.filters import Filter

KEPT: Final = 10_000
_SLACK: Final = 1_000  # how much more may lie there before the oldest are cut off
_OUT_OF_ORDER: Final = 300  # how far back an entry that comes late is put in its place
_TROUBLE: Final = ("dead_letter", "error", "retry")


class LogModel:
    """Entries, and the rows that are shown of them."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self.entries: list[Entry] = []
        self.rows: list[Entry] = []
        self.first_row = 0  # the number of rows[0]
        self.filter = Filter()
        self.shows_events = True
        self.only_trouble = False
        self.scope: str | None = None
        self.is_paused = False
        self.new = 0  # directives held back by the pause
        self.missed = 0  # not there any more when the pause ends
        self.total = 0  # directives that ever came
        self._waiting: list[Entry] = []

    # -- what comes in

    def add(self, batch: Sequence[Entry], missed: int = 0) -> None:
        """Take a batch in; *missed* of its directives are gone, before the first one."""
        entries = sorted(batch, key=_when)
        if missed:
            at = next((one.at for one in batch if isinstance(one, DirectiveEntry)), None)
            entries.insert(0, missed_note(at if at is not None else _last_at(self.entries), missed))
        arrived = sum(1 for one in batch if isinstance(one, DirectiveEntry))
        self.total += arrived
        if self.is_paused:
            self._hold(entries, arrived, missed)
        else:
            self._append(entries)

    def note(self, at: float, text: str) -> None:
        """Put a row between the others; also while the log is paused."""
        self._append([NoteEntry(at, text)])

    def _hold(self, entries: list[Entry], arrived: int, missed: int) -> None:
        self._waiting += entries
        self.new += arrived
        self.missed += missed
        over = len(self._waiting) - self._kept
        if over > 0:
            lost = sum(1 for one in self._waiting[:over] if isinstance(one, DirectiveEntry))
            del self._waiting[:over]
            self.new -= lost
            self.missed += lost

    def _append(self, entries: list[Entry]) -> None:
        if not entries:
            return
        late = entries[0].at < _last_at(self.entries)
        if late:
            self._merge(entries)
            return
        self.entries += entries
        if self._is_open():
            self.rows = self.entries
        else:
            self.rows += [one for one in entries if self.is_shown(one)]
        self._trim()

    def _merge(self, entries: list[Entry]) -> None:
        """Put entries in that are older than the newest one: the two streams come separately."""
        start = max(0, len(self.entries) - _OUT_OF_ORDER)
        tail = self.entries[start:]
        shown = sum(1 for one in tail if self.is_shown(one))
        tail = sorted([*tail, *entries], key=_when)
        self.entries[start:] = tail
        if not self._is_open():
            self.rows[len(self.rows) - shown :] = [one for one in tail if self.is_shown(one)]
        self._trim()

    def _trim(self) -> None:
        over = len(self.entries) - self._kept
        if over < _SLACK:
            return
        gone = self.entries[:over]
        rows = len(gone) if self._is_open() else sum(1 for one in gone if self.is_shown(one))
        del self.entries[:over]
        if not self._is_open():
            del self.rows[:rows]
        self.first_row += rows

    # -- pause

    def pause(self) -> None:
        """Hold back what comes from now on."""
        self.is_paused = True

    def resume(self) -> None:
        """Show what was held back; what is missing has a row where it would stand."""
        waiting, missed, self._waiting = self._waiting, self.missed, []
        self.is_paused, self.new, self.missed = False, 0, 0
        untold = missed - sum(one.missed for one in waiting if isinstance(one, NoteEntry))
        if untold:
            at = waiting[0].at if waiting else _last_at(self.entries)
            waiting.insert(0, missed_note(at, untold))
        self._append(waiting)

    # -- what is shown

    @property
    def is_narrowed(self) -> bool:
        """Whether something that is there is not shown."""
        return bool(self.filter.tests) or self.only_trouble or self.scope is not None

    def shown_count(self) -> int:
        """Return how many directives are among the rows."""
        return sum(1 for one in self.rows if isinstance(one, DirectiveEntry))

    def kept_count(self) -> int:
        """Return how many directives are in the ring."""
        return sum(1 for one in self.entries if isinstance(one, DirectiveEntry))

    def set_filter(self, wanted: Filter) -> None:
        """Show only what a filter lets through."""
        self.filter = wanted
        self._list_rows()

    def set_scope(self, path: str | None) -> None:
        """Show only what a node and those below it ask for; everything when None."""
        self.scope = path
        self._list_rows()

    def show_events(self, *, shown: bool) -> None:
        """Show supervision events between the directives, or not."""
        self.shows_events = shown
        self._list_rows()

    def show_only_trouble(self, *, only: bool) -> None:
        """Show only what went wrong, or everything."""
        self.only_trouble = only
        self._list_rows()

    def _list_rows(self) -> None:
        self.first_row += len(self.rows)  # other rows: no number of before names one of them
        if self._is_open():
            self.rows = self.entries
        else:
            self.rows = [one for one in self.entries if self.is_shown(one)]

    def is_shown(self, entry: Entry) -> bool:
        """Return whether an entry is among the rows."""
        if isinstance(entry, NoteEntry):
            return not (self.filter.tests and entry.missed)
        path = entry.agent if isinstance(entry, DirectiveEntry) else entry.path
        if self.scope is not None and path != self.scope and not path.startswith(self.scope + "/"):
            return False
        if isinstance(entry, EventEntry):
            if not self.shows_events or (self.only_trouble and entry.role == "ok"):
                return False
        elif self.only_trouble and entry.outcome not in _TROUBLE and entry.type != "error":
            return False
        return not self.filter.tests or self.filter.matches(columns(entry))

    def _is_open(self) -> bool:
        return self.shows_events and not self.is_narrowed


def _when(entry: Entry) -> float:
    return entry.at


def _last_at(entries: Sequence[Entry]) -> float:
    return entries[-1].at if entries else 0.0
