"""The desk: all that the dashboard knows of one engine, put together from frames. No widget.

Models hold each their part; this module joins them, and knows what came last and when.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final, TypeAlias

from jido_cli.observe.text import measures
from jido_cli.observe.text.signs import disjoint_counts
from jido_cli.tui.feed.frames import Frame, LinkState, NodeNews
from jido_cli.tui.model.entries import Entry, directive_entry
from jido_cli.tui.model.log import LogModel
from jido_cli.tui.model.telling import Teller
from jido_cli.tui.model.tree import Node, TreeModel
from jido_cli.tui.model.trouble import Trouble, TroubleModel
from jido_cli.tui.model.watched import Watched
from jido_cli.tui.text import display
from jido_cli.tui.view.header import HeaderFace
from jido_cli.tui.view.state_parts import StateFace
from jido_cli.tui.view.tree_rows import TreeFace

BACK_SHOWN_S: Final = 10.0
SILENT_AFTER_S: Final = 3.0
MESSAGE_SHOWN_S: Final = 4.0
Boundaries: TypeAlias = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Message:
    """A short-lived sentence, and until when it is shown."""

    text: str
    role: str
    until: float


class Desk:
    """What is known of the engine.

    Args:
        now: wall time.
        zone: how moments are spelled.
    """

    def __init__(self, now: Callable[[], float], zone: tzinfo | None = None) -> None:
        self.now = now
        self._zone = zone
        self.tree = TreeModel()
        self.log = LogModel()
        self.trouble = TroubleModel()
        self.watched = Watched(None)
        self.link = LinkState("connecting", now())
        self.signal_rate: float | None = None
        self.directive_rate: float | None = None
        self.engine: Mapping[str, Any] = {}
        self.heard_at = 0.0  # when the engine last answered anything
        self._message: Message | None = None
        self._announcement: Message | None = None
        self._teller = Teller()
        self._answered_at = 0.0
        self._boundary: Boundaries = (frozenset(), frozenset())
        self._boundary_key: tuple[int, str, bool] | None = None

    # -- what comes in

    def take(self, frame: Frame) -> None:
        """Take a frame in."""
        for state in frame.link:
            self._take_link(state)
        if frame.tree is not None:
            answer, at = frame.tree
            self._answered_at = at
            self.heard_at = max(self.heard_at, at)
            self.engine = answer["engine"]
            self.tree.update(answer, at)
            self.watch(self.tree.selected)
        for news in frame.nodes:
            self._take_node(news)
        if frame.signal_rate is not None:
            self.signal_rate = frame.signal_rate
        if frame.directive_rate is not None:
            self.directive_rate = frame.directive_rate
        self._take_log(frame)

    def _take_link(self, state: LinkState) -> None:
        before, self.link = self.link, state
        if state.engine is not None:
            self.engine = state.engine
        if state.status != "up" or before.status == "up":
            return
        if not state.down_s:
            return
        pid = state.engine["pid"] if state.engine else "?"
        down = measures.age(state.down_s)
        if state.is_other:
            text = f"engine is back, pid {pid}, down {down}"
            self.trouble.forget()
            self._teller = Teller()
            self.watched = Watched(self.watched.path)
            began = float((state.engine or {}).get("started_at") or self.now())
            self.log.note(began, "-- engine restarted --")
        else:
            text = f"engine answers again, pid {pid}, silent for {down}"
        self._announcement = Message(f"● {text}", "ok", self.now() + BACK_SHOWN_S)

    def _take_node(self, news: NodeNews) -> None:
        if news.path != self.watched.path:
            return
        if news.problem is not None:
            self.watched.refuse(news.problem)
        if news.inspect is not None:
            self.watched.take(news.inspect, news.at)
        if news.state is not None:
            self.watched.take_state(news.state, news.at)

    def _take_log(self, frame: Frame) -> None:
        entries: list[Entry] = [directive_entry(one) for one in frame.directives]
        entries += self._teller.tell(frame.events)
        for event in frame.events:
            if event["kind"] == "gave_up":
                self.trouble.gave_up(event, self._teller.span_s(event))
            elif event["kind"] == "restarted":
                self.trouble.restarted(event)
        if entries or frame.missed:
            self.log.add(entries, frame.missed)
        if frame.events_missed:
            text = f"-- {frame.events_missed:,} supervision events missed here --"
            self.log.note(frame.events[0]["at"] if frame.events else self.now(), text)

    # -- what is selected

    def watch(self, path: str | None) -> bool:
        """Hold another node's state from now on; return whether it is another one."""
        if path == self.watched.path:
            return False
        self.watched = Watched(path)
        return True

    @property
    def node(self) -> Node | None:
        """The selected node."""
        selected = self.tree.selected
        return self.tree.nodes.get(selected) if selected is not None else None

    @property
    def takes_signals(self) -> bool:
        """Whether the selected node takes signals: an agent, or what hands them to agents."""
        node = self.node
        if node is None:
            return False
        return node["kind"] == "agent" or bool((self.watched.inspect or {}).get("routes"))

    # -- how it stands

    @property
    def is_lost(self) -> bool:
        """Whether what is shown was true once."""
        return self.link.status in ("lost", "ended")

    @property
    def times(self) -> measures.Times:
        """How moments are spelled now."""
        return measures.Times(self.now(), self._zone)

    @property
    def name(self) -> str:
        """The topology's name."""
        return str(self.engine.get("name") or "")

    def say(self, text: str, role: str) -> None:
        """Say what was just done, for a while."""
        self._message = Message(text, role, self.now() + MESSAGE_SHOWN_S)

    def current_message(self) -> Message | None:
        """Return what is being said."""
        if self._message is not None and self.now() >= self._message.until:
            self._message = None
        return self._message

    def announcement(self) -> Message | None:
        """Return what stands in the place of the attention line."""
        if self._announcement is not None and self.now() >= self._announcement.until:
            self._announcement = None
        return self._announcement

    def dismiss(self) -> bool:
        """Send the attention line away; return whether there was one."""
        troubles = self.troubles()
        was_there = bool(troubles) or self._announcement is not None
        self.trouble.dismiss(troubles)
        self._announcement = None
        return was_there

    def troubles(self) -> Sequence[Trouble]:
        """Return what is wrong, worst first."""
        return self.trouble.now(self.tree, self.now())

    def tree_face(self, *, is_ascii: bool) -> TreeFace:
        """Return what is drawn beside the nodes' own data."""
        near, outer = self._boundaries()
        return TreeFace(
            self.now(), self.is_lost, near, outer, stalled=self.tree.stalled, is_ascii=is_ascii
        )

    def _boundaries(self) -> Boundaries:
        """Return what falls with the selected node, and what if the supervisor above gives up."""
        selected, node = self.tree.selected, self.node
        if selected is None or node is None or self.is_lost:
            return frozenset(), frozenset()
        is_told = selected in self.trouble.given_up  # there its story is what matters
        wants_outer = (node["kind"] == "supervisor" and not is_told) or self.tree.shows_outer
        key = (self.tree.version, selected, wants_outer)
        if key != self._boundary_key:
            near = frozenset(self.tree.falls_with(selected))
            outer = self.tree.falls_if_given_up(selected) if wants_outer else ()
            self._boundary_key, self._boundary = key, (near, frozenset(outer))
        return self._boundary

    def state_face(self, width: int, *, is_wide: bool) -> StateFace:
        """Return what the state pane is drawn from."""
        return StateFace(
            self.tree,
            width,
            is_wide,
            self.times,
            inspect=self.watched.inspect,
            is_lost=self.is_lost,
            lost_at=self._answered_at,
            given_up=self.trouble.given_up,
        )

    def header_face(self) -> HeaderFace:
        """Return what the header shows."""
        answer = self.tree.answer
        uptime = float(self.engine.get("uptime_s") or 0.0)
        return HeaderFace(
            self.name,
            disjoint_counts(answer) if answer.get("stalled") else answer.get("counts") or {},
            uptime + max(0.0, self.now() - self._answered_at),
            self.signal_rate,
            int(answer.get("restarts") or 0),
            int(answer.get("revision") or 0),
            stalled=bool(answer.get("stalled")),
            lost=self._lost_words(),
        )

    def _lost_words(self) -> str:
        if not self.is_lost:
            return ""
        what = "lost" if self.link.status == "lost" else "ended"
        shown = f", showing {self.times.clock(self._answered_at)}" if self._answered_at else ""
        return f"× engine {what}{shown}"

    def silence_s(self) -> float | None:
        """Return for how long an engine that is not lost yet has not answered; None if it does."""
        if self.link.status != "up" or not self.heard_at:
            return None
        age = self.now() - self.heard_at
        return age if age > SILENT_AFTER_S else None

    def lost_line(self) -> str:
        """Return why nothing comes, since when, and when it is tried again."""
        age = max(0.0, self.now() - self.link.since)
        what = "lost" if self.link.status == "lost" else "ended"
        text = f"× engine {what} {measures.age(age)} ago: {display(self.link.why)}"
        if self.link.status == "lost":
            pause = measures.seconds(self.link.next_try_s)
            text += f". Trying again in {pause}"
        return text
