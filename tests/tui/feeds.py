"""A feed without threads: news come when a test says so, all of them at once."""

from __future__ import annotations

from collections.abc import Callable

from jido_cli.control.handle import EngineHandle
from jido_cli.errors import ControlError
from jido_cli.tui.feed.frames import Frame, LinkState
from jido_cli.tui.feed.inbox import Inbox
from jido_cli.tui.feed.link import Link
from jido_cli.tui.feed.pollers import Facts, WatchedNode


class StepFeed:
    """Asks the engine for everything at each step, in the test's own thread."""

    def __init__(self, handle: EngineHandle, now: Callable[[], float]) -> None:
        self._handle = handle
        self._now = now
        self._last_event = 0
        self.asked: list[str] = []
        self.is_stopped = False
        self._inbox = Inbox(lambda frame: None)
        self._link = Link(handle, now, self._linked, self._begin_anew)
        self._facts = Facts(handle, self._inbox, now)
        self._node = WatchedNode(handle, self._inbox, now)

    @property
    def heard_at(self) -> float:
        return self._facts.heard_at

    def start(self, deliver: Callable[[Frame], None]) -> None:
        self._inbox = Inbox(deliver)
        self._facts = Facts(self._handle, self._inbox, self._now)
        self._node = WatchedNode(self._handle, self._inbox, self._now)

    def _linked(self, state: LinkState) -> None:
        self._inbox.put(lambda frame: frame.link.append(state))

    def watch(self, path: str | None) -> None:
        self._node.watch(path)

    def hurry(self) -> None:
        self.asked.append("hurry")

    def reconnect(self) -> None:
        self.asked.append("reconnect")

    def stop(self) -> None:
        self.is_stopped = True

    def step(self) -> None:
        """Ask for everything and hand it over; twice, so that what is selected is known too."""
        for _ in range(2):
            self._poll()
            self._inbox.hand_over()

    def _begin_anew(self) -> None:
        self._facts.forget()
        self._node.forget()
        self._last_event = 0

    def _poll(self) -> None:
        if not self._link.is_up and not self._link.connect():
            return
        self._facts.hurry()
        self._node.hurry()
        try:
            self._facts.poll()
            self._node.poll()
            page = self._handle.events_page(after=self._last_event, limit=1000)
        except ControlError as error:
            self._link.lose(error)
            return
        self._last_event = page["next"]
        self._inbox.put(lambda frame: frame.events.extend(page["events"]))
