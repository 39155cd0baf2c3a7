"""From the engine's events to rows of the log: one restart, one row.

A restart of a group comes as many events: exits, starts, and the restart itself. What belongs to
it is told by its row; what was asked for by hand is told as it is. Pure; a teller remembers only
what the next event may belong to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from jido_cli.observe.text import measures
from jido_cli.observe.text.names import last_part
from jido_cli.tui.model.entries import EventEntry
from jido_cli.tui.text import display

Event: TypeAlias = Mapping[str, Any]

KINDS: Final = (
    *("started", "restarted", "exited", "gave_up", "start_failed", "ready", "stopping", "stopped"),
    *("progress", "cancelled", "console", "log"),
    *("stalled", "hung", "zombie", "overflow", "ignored", "degraded", "backing_off"),
    *("hibernated", "not_kept"),
)
"""The kinds of events that are told; the others are directives already, or too many."""

_FAULTS: Final = ("crash", "killed")
_TOGETHER_S: Final = 1.0
_MANY: Final = 50
_SIMPLE: Final[Mapping[str, tuple[str, str, str]]] = {
    "progress": ("○", "busy", "{text}"),
    "cancelled": ("■", "fade", "cancelled {text}"),
    "console": ("●", "ok", "{text}"),
    "log": ("●", "fade", "{text}"),
    "ready": ("●", "ok", "ready: {text}"),
    "stopping": ("□", "fade", "stopping {text}"),
    "stopped": ("■", "fade", "stopped {text}"),
    "stalled": ("×", "bad", "holds the loop: {text}"),
    "hung": ("×", "bad", "hung: {text}"),
    "zombie": ("×", "bad", "left a zombie: {text}"),
    "overflow": ("▲", "warn", "mailbox overflows: {text}"),
    "ignored": ("■", "fade", "{text}"),
    "degraded": ("▲", "warn", "degraded: {text}"),
    "backing_off": ("◇", "busy", "{text}"),
    "not_kept": ("▲", "warn", "{text}"),
    "start_failed": ("×", "bad", "did not start: {text}"),
}


class Teller:
    """Turns batches of events into entries."""

    def __init__(self) -> None:
        self._stopped: list[Event] = []
        self._started: list[Event] = []
        self._asleep: list[Event] = []
        self._falling: dict[str, float] = {}  # supervisors that gave up, and when
        self._back: dict[str, float] = {}  # nodes that a restart brought back, and when
        self.exits: dict[str, list[float]] = {}  # when children of a supervisor crashed lately

    def tell(self, events: Iterable[Event]) -> list[EventEntry]:
        """Return the entries of one batch."""
        entries: list[EventEntry] = []
        for event in events:
            entries += self._one(event)
        return [*entries, *self._flush()]

    def span_s(self, event: Event) -> float | None:
        """Return in which time the exits came that made a supervisor give up."""
        times = self.exits.get(event["path"] or "", ())
        used = int(event["data"].get("used") or 0)
        recent = [at for at in times if at <= event["at"] + _TOGETHER_S][-used:]
        return recent[-1] - recent[0] if used > 1 and len(recent) == used else None

    # -- one event

    def _one(self, event: Event) -> list[EventEntry]:
        match event["kind"]:
            case "exited":
                return self._exited(event)
            case "started":
                return self._begun(event)
            case "restarted":
                return self._restarted(event)
            case "gave_up":
                return self._gave_up(event)
            case "hibernated":
                before = self._flush() if self._started else []
                self._asleep.append(event)
                return before
            case kind if kind in _SIMPLE:
                sign, role, text = _SIMPLE[kind]
                said = text.format(text=display(event["text"]))
                return [*self._flush(), _entry(event, sign, role, event["path"] or "", said)]
        return []

    def _exited(self, event: Event) -> list[EventEntry]:
        path = event["path"] or ""
        how = event["data"].get("how")
        if how in _FAULTS:
            times = self.exits.setdefault(_parent(path), [])
            times.append(event["at"])
            del times[:-50]
            said = f"exited: {display(event['data'].get('reason') or event['text'])}"
            return [*self._flush(), _entry(event, "◆", "loop", path, said)]
        if self._has_fallen(path, event["at"]):
            return []  # that it gave up was told already
        if any(one["path"] == path for one in self._asleep):
            return []  # that it went to sleep is told
        before = self._flush() if self._started else []
        self._stopped.append(event)
        return before

    def _begun(self, event: Event) -> list[EventEntry]:
        path = event["path"] or ""
        back = self._back.pop(path, None)
        if back is not None and event["at"] - back < _TOGETHER_S:
            return []  # it was named with its group
        self._started.append(event)
        return []

    def _restarted(self, event: Event) -> list[EventEntry]:
        path, data = event["path"] or "", event["data"]
        parent = _parent(path)
        mates = [str(mate) for mate in data.get("group") or ()]
        group = {path, *(f"{parent}/{mate}" for mate in mates)}
        at = event["at"]
        self._stopped = [
            one
            for one in self._stopped
            if self._has_fallen(_parent(one["path"]), at) or not _is_of(one["path"], group)
        ]
        self._started = [one for one in self._started if not _is_of(one["path"], group)]
        for mate in group - {path}:
            self._back[mate] = at
        self._falling.pop(path, None)
        names = ", ".join(display(one) for one in (last_part(path), *mates))
        said = f"restarted {names}   {measures.window(dict(data))}"
        return [*self._flush(), _entry(event, "●", "ok", parent, said)]

    def _gave_up(self, event: Event) -> list[EventEntry]:
        path, data = event["path"] or "", event["data"]
        self._falling[path] = event["at"]
        span = self.span_s(event)
        within = f" in {measures.fine_seconds(span)}" if span is not None else ""
        allowed = measures.plural(int(data.get("max_restarts") or 0), "restart")
        length = measures.window_length({"max_seconds": data.get("max_seconds", 0)})
        said = f"gave up: {data.get('used', '?')} crashes{within}, {allowed} allowed in {length}"
        return [*self._flush(), _entry(event, "×", "bad", path, said)]

    # -- what waits for the event that explains it

    def _flush(self) -> list[EventEntry]:
        asleep, self._asleep = self._asleep, []
        sleepers = _together(asleep, "■", "fade", "hibernated")
        return [*self._flush_stopped(), *sleepers, *self._flush_started()]

    def _flush_stopped(self) -> list[EventEntry]:
        stopped, self._stopped = self._stopped, []
        return _together(stopped, "■", "fade", "stopped")

    def _flush_started(self) -> list[EventEntry]:
        started, self._started = self._started, []
        return _together(started, "●", "ok", "started")

    def _has_fallen(self, path: str, at: float) -> bool:
        fell = self._falling.get(path)
        return fell is not None and at - fell < _TOGETHER_S


def _together(events: Sequence[Event], sign: str, role: str, verb: str) -> list[EventEntry]:
    """Return one entry for the events of each parent, in the order in which they came."""
    by_parent: dict[str, list[Event]] = {}
    for event in events:
        by_parent.setdefault(_parent(event["path"]), []).append(event)
    entries = []
    for parent, group in by_parent.items():
        if not parent:
            entries += [_entry(one, sign, role, one["path"], verb) for one in group]
            continue
        names = ", ".join(display(last_part(one["path"])) for one in group[:_MANY])
        said = f"{verb} {names}" if verb == "started" else f"{verb}: {names}"
        entries.append(_entry(group[-1], sign, role, parent, said))
    return entries


def _entry(event: Event, sign: str, role: str, path: str, said: str) -> EventEntry:
    return EventEntry(event["at"], event["seq"], sign, role, path, said, event["kind"])


def _parent(path: str | None) -> str:
    return (path or "").rpartition("/")[0]


def _is_of(path: str, heads: Iterable[str]) -> bool:
    return any(path == head or path.startswith(head + "/") for head in heads)
