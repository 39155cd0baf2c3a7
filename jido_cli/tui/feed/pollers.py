"""What is asked of an engine again and again: the tree, the log, the figures, the watched node.

Each has its own pace. A poll blocks; whose thread that is, is `feed`'s to say.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from jido_cli.control.handle import EngineHandle
from jido_cli.errors import ControlError
from jido_cli.tui.feed.frames import Frame, NodeNews
from jido_cli.tui.feed.inbox import Inbox
from jido_cli.tui.feed.link import is_unreachable
from jido_cli.tui.feed.pace import Pace
from jido_cli.tui.feed.readers import DirectiveReader, Rate, SignalCounter

TICK_S: Final = 0.1
RATE_S: Final = 2.0
_NEVER: Final = -1
_BEHIND_S: Final = 0.2


class Facts:
    """Asks for the tree, the directives and the figures, each at its own pace."""

    def __init__(self, handle: EngineHandle, inbox: Inbox, now: Callable[[], float]) -> None:
        self._handle = handle
        self._inbox = inbox
        self._now = now
        self.tree_pace = Pace(1.0, 1.0, share=20.0)
        self.log_pace = Pace(TICK_S, 0.4)
        self.figures_pace = Pace(1.0, 1.0)
        self.heard_at = now()
        self.forget()

    def forget(self) -> None:
        """Begin anew: another engine is there."""
        self._reader = DirectiveReader(self._handle, self._now)
        self._signals: SignalCounter | None = None
        self._signal_rate, self._directive_rate = Rate(RATE_S), Rate(RATE_S)
        self._told: dict[str, int | None] = {}

    def hurry(self) -> None:
        """Ask for everything at the next poll."""
        self.tree_pace.hurry()
        self.log_pace.hurry()
        self.figures_pace.hurry()

    def poll(self) -> None:
        """Ask for what is due."""
        for pace, ask in (
            (self.tree_pace, self._tree),
            (self.log_pace, self._log),
            (self.figures_pace, self._figures),
        ):
            begun = time.monotonic()
            if pace.is_due(begun):
                has_news = ask()
                self.heard_at = self._now()
                pace.asked(begun, time.monotonic(), has_news=has_news)

    def _tree(self) -> bool:
        answer, at = self._handle.tree(), self._now()

        def add(frame: Frame) -> None:
            frame.tree = (answer, at)

        self._inbox.put(add)
        return True

    def _log(self) -> bool:
        page = self._reader.read()
        if page.missed:
            self.log_pace.rest(_BEHIND_S)  # nobody reads this fast: half the frames do
        rate = self._directive_rate.at(self._now(), self._reader.position)

        def add(frame: Frame) -> None:
            frame.directives += page.records
            frame.missed += page.missed
            frame.directive_rate = rate

        if page.records or self._is_new("directives", rate):
            self._inbox.put(add)
        return bool(page.records)

    def _figures(self) -> bool:
        if self._signals is None:
            self._signals = SignalCounter(self._handle)
            self._signals.start()
        count = self._signals.count()
        rate = None if count is None else self._signal_rate.at(self._now(), count)

        def add(frame: Frame) -> None:
            frame.signal_rate = rate

        if self._is_new("signals", rate):
            self._inbox.put(add)
        return True

    def _is_new(self, what: str, rate: float | None) -> bool:
        """Return whether a rate differs from the one that was told last, as it is shown."""
        shown = None if rate is None else round(rate)
        is_new = self._told.get(what, _NEVER) != shown
        self._told[what] = shown
        return is_new


class WatchedNode:
    """Asks for the watched node: all of it now and then, its state more often."""

    def __init__(self, handle: EngineHandle, inbox: Inbox, now: Callable[[], float]) -> None:
        self._handle = handle
        self._inbox = inbox
        self._now = now
        self.node_pace = Pace(1.0, 2.0, share=20.0)
        self.state_pace = Pace(0.2, 0.5, share=20.0)
        self._path: str | None = None
        self._seq: int | None = None

    def watch(self, path: str | None) -> None:
        """Ask for another node from now on."""
        if path != self._path:
            self._path, self._seq = path, None
            self.hurry()

    def hurry(self) -> None:
        """Ask for everything at the next poll."""
        self.node_pace.hurry()
        self.state_pace.hurry()

    def forget(self) -> None:
        """Begin anew: another engine is there."""
        self._seq = None
        self.hurry()

    def poll(self) -> None:
        """Ask for what is due."""
        path = self._path
        if path is None:
            return
        begun = time.monotonic()
        try:
            if self.node_pace.is_due(begun):
                has_news = self._inspect(path)
                self.node_pace.asked(begun, time.monotonic(), has_news=has_news)
            elif self._seq is not None and self.state_pace.is_due(begun):
                has_news = self._state(path)
                self.state_pace.asked(begun, time.monotonic(), has_news=has_news)
        except ControlError as error:
            if is_unreachable(error):
                raise
            self.node_pace.asked(begun, time.monotonic(), has_news=True)
            self._put(NodeNews(path, self._now(), problem=error.message))

    def _inspect(self, path: str) -> bool:
        answer = self._handle.node(path)
        seq = answer.get("seq") if answer.get("kind") == "agent" else None
        has_news, self._seq = seq != self._seq, seq
        self._put(NodeNews(path, self._now(), inspect=answer))
        return has_news

    def _state(self, path: str) -> bool:
        answer = self._handle.state(path)
        if answer["seq"] == self._seq:
            return False
        self._seq = answer["seq"]
        self._put(NodeNews(path, self._now(), state=answer))
        return True

    def _put(self, news: NodeNews) -> None:
        self._inbox.put(lambda frame: frame.nodes.append(news))
