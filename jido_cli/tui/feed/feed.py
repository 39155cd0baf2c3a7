"""The feed: three threads that ask an engine, because a client's requests block.

*Facts* asks for tree, directives and figures, and tries again when the engine is lost; *node* asks
for the watched node; *events* follows the stream. They hand everything to the inbox and touch no
widget.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from jido_cli.control.handle import Answer, EngineHandle, EventStream, Missed
from jido_cli.errors import ControlError
from jido_cli.tui.feed.frames import Frame, LinkState
from jido_cli.tui.feed.inbox import Inbox
from jido_cli.tui.feed.link import Link
from jido_cli.tui.feed.pollers import TICK_S, Facts, WatchedNode
from jido_cli.tui.feed.readers import SignalCounter
from jido_cli.tui.model.telling import KINDS

EVENTS_BEFORE: Final = 3000
_EVENTS_A_TICK: Final = 250


class Feed(Protocol):
    """Where the dashboard's news come from."""

    @property
    def heard_at(self) -> float:
        """When the engine last answered."""

    def start(self, deliver: Callable[[Frame], None]) -> None:
        """Hand frames to *deliver* on the running loop from now on."""

    def watch(self, path: str | None) -> None:
        """Say which node's state is wanted."""

    def hurry(self) -> None:
        """Ask for everything now: something was done that will show."""

    def reconnect(self) -> None:
        """Try to reach a lost engine now."""

    def stop(self) -> None:
        """End, without waiting for anything."""


class ThreadFeed:
    """The feed of a real dashboard.

    Args:
        handle: the engine.
        now: wall time.
    """

    def __init__(self, handle: EngineHandle, now: Callable[[], float] = time.time) -> None:
        self._handle = handle
        self._now = now
        self._stream: EventStream | None = None
        self._last_event: int | None = None
        self._facts_bell, self._node_bell = threading.Event(), threading.Event()
        self._inbox: Inbox
        self._link: Link
        self._facts: Facts
        self._node: WatchedNode

    @property
    def heard_at(self) -> float:
        """When the engine last answered."""
        return self._facts.heard_at

    def start(self, deliver: Callable[[Frame], None]) -> None:
        """Start the threads; frames come on the loop that runs now."""
        self._inbox = Inbox(deliver)
        self._inbox.open(asyncio.get_running_loop())
        self._link = Link(self._handle, self._now, self._linked, self._begin_anew)
        self._facts = Facts(self._handle, self._inbox, self._now)
        self._node = WatchedNode(self._handle, self._inbox, self._now)
        for run in (self._run_facts, self._run_node, self._run_events):
            name = f"jido-tui{run.__name__}"
            threading.Thread(target=self._guard, args=(run,), name=name, daemon=True).start()

    def watch(self, path: str | None) -> None:
        """Ask for another node's state from now on."""
        self._node.watch(path)
        self._node_bell.set()

    def hurry(self) -> None:
        """Ask for everything now."""
        self._facts.hurry()
        self._node.hurry()
        self._facts_bell.set()
        self._node_bell.set()

    def reconnect(self) -> None:
        """Try to reach a lost engine now."""
        self._link.hurry()

    def stop(self) -> None:
        """End the threads; none of them is waited for."""
        self._inbox.close()
        self._link.close()
        self._facts_bell.set()
        self._node_bell.set()
        stream = self._stream
        if stream is not None:
            stream.close()

    def _guard(self, run: Callable[[], None]) -> None:
        """Run a thread's work; a fault of ours ends the dashboard instead of going unseen."""
        try:
            run()
        except Exception as fault:  # noqa: BLE001 - the edge of a thread of ours
            error = fault
            self._inbox.put(lambda frame: setattr(frame, "fault", error))

    def _linked(self, state: LinkState) -> None:
        self._inbox.put(lambda frame: frame.link.append(state))

    # -- facts

    def _run_facts(self) -> None:
        while not self._link.is_closed:
            if not self._link.is_up:
                if not self._link.connect() and not self._link.wait_for_try():
                    return
                continue
            try:
                self._facts.poll()
            except ControlError as error:
                self._link.lose(error)
                continue
            self._facts_bell.wait(TICK_S)
            self._facts_bell.clear()

    def _begin_anew(self) -> None:
        self._facts.forget()
        self._node.forget()
        self._last_event = None

    # -- the watched node

    def _run_node(self) -> None:
        while self._link.wait_up():
            with contextlib.suppress(ControlError):  # the facts thread finds out, and says so
                self._node.poll()
            self._node_bell.wait(TICK_S)
            self._node_bell.clear()

    # -- events

    def _run_events(self) -> None:
        while self._link.wait_up():
            try:
                self._follow()
            except ControlError as error:
                self._link.lose(error)
            if not self._link.is_closed:
                time.sleep(TICK_S)  # an engine that ends every stream is not asked without pause

    def _follow(self) -> None:
        """Read events until the stream ends; a flood is read at a bounded speed."""
        if self._last_event is None:
            counter = SignalCounter(self._handle)
            counter.start()
            self._last_event = max(0, counter.head - EVENTS_BEFORE)
        stream = self._stream = self._handle.events(after=self._last_event, kinds=KINDS)
        if self._link.is_closed:
            stream.close()
        began, number = time.monotonic(), 0
        for item in stream:
            self._last_event = stream.last_seq
            self._take(item)
            number += 1
            if number == _EVENTS_A_TICK:
                time.sleep(max(0.0, began + TICK_S - time.monotonic()))
                began, number = time.monotonic(), 0

    def _take(self, item: Answer | Missed) -> None:
        def add(frame: Frame) -> None:
            if isinstance(item, Missed):
                frame.events_missed += item.count
            else:
                frame.events.append(item)

        self._inbox.put(add)
        self._facts.tree_pace.nudge()
