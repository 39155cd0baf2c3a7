"""Typing a filter for the log: shown at once, kept with enter, completed with tab."""

from __future__ import annotations

from textual import events

from jido_cli.observe.text.names import short_names
from jido_cli.tui.model.entries import DirectiveEntry, EventEntry
from jido_cli.tui.model.field import TextField
from jido_cli.tui.model.filters import KEYS, Filter, FilterError, parse_filter
from jido_cli.tui.screens.panes import PanesScreen

_OUTCOMES = ("ok", "dead", "cancelled", "error", "retry")


class FilteringScreen(PanesScreen, inherit_bindings=False):
    """The panes, with a line in the log in which a filter is typed."""

    earlier_filters: tuple[str, ...] = ()

    def action_filter(self) -> None:
        """Type a filter."""
        self.focus_pane("log")
        log = self.desk.log
        self.log_pane.filter_field = TextField(log.filter.text, self.earlier_filters)
        self.repaint()

    def on_key(self, event: events.Key) -> None:
        """Take keys into the filter while it is typed."""
        field = self.log_pane.filter_field
        if field is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self._keep(field.text)
        elif event.key == "escape":
            self.desk.log.set_filter(Filter())
            self._end_filter()
        elif event.key == "tab":
            self._complete(field)
        elif field.key(event.key, event.character):
            self._try(field.text)
        self.repaint()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text into the filter."""
        field = self.log_pane.filter_field
        if field is not None:
            event.stop()
            field.insert(event.text)
            self._try(field.text)
            self.repaint()

    def _try(self, text: str) -> None:
        """Show at once what the filter lets through, or what is wrong with it."""
        try:
            self.desk.log.set_filter(parse_filter(text))
            self.log_pane.filter_problem = ""
        except FilterError as error:
            self.log_pane.filter_problem = str(error)
        self.log_pane.follow()

    def _keep(self, text: str) -> None:
        self._try(text)
        if self.log_pane.filter_problem:
            return
        if text.strip():
            self.earlier_filters = (*(o for o in self.earlier_filters if o != text), text)[-20:]
        self._end_filter()

    def _end_filter(self) -> None:
        self.log_pane.filter_field, self.log_pane.filter_problem = None, ""
        self.log_pane.follow()

    def _complete(self, field: TextField) -> None:
        """Complete the word at the cursor, as far as it is clear."""
        head, _, word = field.text.rpartition(" ")
        sign = "-" if word.startswith("-") else ""
        key, colon, value = word.removeprefix("-").partition(":")
        if colon:
            found = [f"{key}:{one}" for one in self._values(key) if one.startswith(value)]
        else:
            found = [f"{one}:" for one in KEYS if one.startswith(key)]
        if len(found) >= 1:
            field.set(f"{head} {sign}{found[0]}".lstrip())
            self._try(field.text)

    def _values(self, key: str) -> list[str]:
        if key == "agent":
            return sorted(short_names(self.desk.tree.nodes).values())
        if key == "outcome":
            return list(_OUTCOMES)
        if key == "type":
            entries = self.desk.log.entries
            return sorted({one.type for one in entries if isinstance(one, DirectiveEntry)})
        if key == "kind":
            entries = self.desk.log.entries
            return sorted({one.kind for one in entries if isinstance(one, EventEntry)})
        return []
