"""The feed: readers that keep up and count what they skip, pauses, frames, the way back."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.control.handle import Missed
from jido_cli.errors import ControlError
from jido_cli.tui.demo.engine import DemoEngine
from jido_cli.tui.feed.feed import ThreadFeed
from jido_cli.tui.feed.frames import Frame
from jido_cli.tui.feed.inbox import Inbox
from jido_cli.tui.feed.link import TRIES_S, Link
from jido_cli.tui.feed.pace import Pace
from jido_cli.tui.feed.readers import DIRECTIVES_PAGE, DirectiveReader, Rate, SignalCounter
from tests.tui.desks import NOW, Clock

# -- the directive log


class Log:
    """A directive log of a steady rate, of which the newest are kept."""

    def __init__(self, clock: Clock, rate: float, kept: int = 65_536) -> None:
        self._clock = clock
        self._rate = rate
        self._kept = kept
        self.asked = 0

    @property
    def head(self) -> int:
        return int((self._clock() - NOW) * self._rate)

    def directives(self, *, after: int, limit: int) -> dict[str, Any]:
        self.asked += 1
        first = max(after + 1, self.head - self._kept + 1, 1)
        found = [
            {"seq": seq, "at": NOW + seq / self._rate}
            for seq in range(first, min(self.head, first + limit - 1) + 1)
        ]
        return {"directives": found, "missed": first - after - 1 if found else 0}


@pytest.mark.parametrize("before_s", [0.0, 0.5, 60.0])
@pytest.mark.parametrize("rate", [10, 1_000, 10_000, 50_000])
def test_a_reader_stays_near_the_newest_record_and_counts_what_it_skips(rate, before_s):
    clock = Clock(NOW + before_s)
    log = Log(clock, rate)
    reader = DirectiveReader(log, clock)
    start = seen = missed = 0
    for step in range(50):
        clock.turn(0.1)
        asked = log.asked
        page = reader.read()
        if page.records and not seen:
            start = page.records[0]["seq"] - 1
        seen += len(page.records)
        missed += page.missed
        assert len(page.records) <= DIRECTIVES_PAGE
        if step:
            assert log.asked - asked <= 4
    assert start + seen + missed == reader.position
    assert log.head - reader.position <= max(2 * DIRECTIVES_PAGE, rate * 0.06)


def test_a_reader_begins_near_the_end_of_a_long_log():
    clock = Clock(NOW + 100)
    log = Log(clock, 5_000)
    reader = DirectiveReader(log, clock)
    page = reader.read()
    assert (page.missed, reader.position) == (0, log.head)
    assert log.asked < 45


def test_an_empty_log_is_read_without_a_word():
    reader = DirectiveReader(Log(Clock(NOW), 10), Clock(NOW))
    assert reader.read().records == ()


def test_a_log_that_becomes_quiet_is_asked_once_a_look():
    clock = Clock(NOW + 1)
    log = Log(clock, 10_000)
    reader = DirectiveReader(log, clock)
    for _ in range(5):
        clock.turn(0.1)
        reader.read()
    quiet = log.head
    log.directives = lambda **asked: counted(log, quiet, **asked)  # type: ignore[method-assign]
    clock.turn(60.0)
    while reader.read().records:
        pass
    asked = log.asked
    assert reader.read().records == () and log.asked == asked + 1
    assert reader.position == quiet


def counted(log: Log, head: int, *, after: int, limit: int) -> dict[str, Any]:
    log.asked += 1
    numbers = range(after + 1, min(head, after + limit) + 1)
    return {"directives": [{"seq": seq, "at": NOW + seq / 10_000} for seq in numbers]}


# -- signals


class Numbers:
    """An event log in which facts and commands share one numbering."""

    def __init__(self) -> None:
        self.numbers: list[bool] = []  # whether each event is a fact

    def add(self, facts: int = 0, commands: int = 0) -> None:
        self.numbers += [True] * facts + [False] * commands

    def events_page(self, *, after: int, limit: int, kinds: tuple[str, ...] = ()) -> dict[str, Any]:
        facts = [seq + 1 for seq, is_fact in enumerate(self.numbers) if is_fact and seq >= after]
        found = facts[:limit]
        following = found[-1] if len(found) >= limit else max(after, len(self.numbers))
        shown = [] if kinds else [{"seq": seq} for seq in found]
        return {"events": shown, "missed": 0, "next": following}


@given(st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 2500)), max_size=5))
def test_what_is_no_fact_is_a_signal(steps):
    log = Numbers()
    log.add(facts=1200, commands=10)
    counter = SignalCounter(log)
    counter.start()
    total = 0
    for facts, commands in steps:
        log.add(facts, commands)
        total += commands
        assert counter.count() == total
    assert counter.head == len(log.numbers)


def test_a_flood_of_facts_is_skipped_and_the_rate_is_not_known():
    log = Numbers()
    counter = SignalCounter(log)
    counter.start()
    log.add(facts=9_000)
    assert counter.count() is None
    assert counter.head == 9_000
    log.add(commands=5)
    assert counter.count() == 5


def test_a_rate_is_over_the_last_seconds():
    rate = Rate(2.0)
    assert rate.at(0.0, 0) is None
    assert rate.at(1.0, 100) == 100
    assert rate.at(2.0, 300) == 150
    assert rate.at(4.0, 300) == 0


# -- pauses


def test_quiet_makes_pauses_longer_and_news_make_them_short_again():
    pace = Pace(0.1, 0.4, share=5)
    dues = []
    for has_news in (False, False, False, True):
        pace.asked(10.0, 10.0, has_news=has_news)
        dues.append(round(pace.due - 10.0, 3))
    assert dues == [0.2, 0.4, 0.4, 0.1]


def test_what_is_slow_is_asked_for_less_often_also_when_something_happens():
    pace = Pace(0.1, 0.4, share=20)
    pace.asked(10.0, 10.5, has_news=True)
    assert not pace.is_due(20.4) and pace.is_due(20.5)
    pace.nudge()
    assert not pace.is_due(20.4)
    pace.hurry()
    assert pace.is_due(10.6)


def test_a_rest_makes_one_pause_longer():
    pace = Pace(0.1, 0.4)
    dues = []
    pace.rest(0.3)
    for _ in range(2):
        pace.asked(10.0, 10.0, has_news=True)
        dues.append(round(pace.due - 10.0, 3))
    assert dues == [0.3, 0.1]


# -- the inbox


async def test_news_of_a_tenth_of_a_second_come_as_one_frame():
    frames: list[Frame] = []
    inbox = Inbox(frames.append, frame_s=0.0)
    inbox.open(asyncio.get_running_loop())
    for missed in (1, 2, 3):
        inbox.put(lambda frame, missed=missed: setattr(frame, "missed", frame.missed + missed))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [frame.missed for frame in frames] == [6]


async def test_without_news_nobody_is_woken_and_after_the_end_nothing_comes():
    frames: list[Frame] = []
    inbox = Inbox(frames.append, frame_s=0.0)
    inbox.open(asyncio.get_running_loop())
    inbox.hand_over()
    inbox.close()
    inbox.put(lambda frame: setattr(frame, "missed", 1))
    await asyncio.sleep(0)
    inbox.hand_over()
    assert frames == []


# -- the link


class Engine:
    """Answers who it is, or fails."""

    def __init__(self) -> None:
        self.error: ControlError | None = None
        self.pid = 1

    def engine(self) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        return {"pid": self.pid, "started_at": float(self.pid)}


def test_the_link_tells_every_change_with_its_reason():
    clock, engine = Clock(NOW), Engine()
    states: list[Any] = []
    others: list[int] = []
    link = Link(engine, clock, states.append, lambda: others.append(1))  # type: ignore[arg-type]
    assert link.connect() and link.is_up
    engine.error = ControlError("gone", code="engine-gone")
    pauses = []
    for _ in range(7):
        clock.turn(1.0)
        assert not link.connect()
        pauses.append(link.state.next_try_s)
    assert pauses == [*TRIES_S, TRIES_S[-1]]
    assert (link.state.status, link.state.why) == ("lost", "socket closed, pid 1 is gone")
    engine.error, engine.pid = None, 2
    assert link.connect()
    assert (link.state.is_other, link.state.down_s, others) == (True, 6.0, [1])


def test_an_engine_that_said_how_it_ended_has_ended():
    engine = Engine()
    link = Link(engine, Clock(NOW), lambda state: None)  # type: ignore[arg-type]
    engine.error = ControlError("gone", code="engine-gone")
    engine.error.last_exit = {"reason": "stopped: jido down"}  # type: ignore[attr-defined]
    link.connect()
    assert (link.state.status, link.state.why) == ("ended", "stopped: jido down")


def test_waiting_ends_when_the_dashboard_closes():
    link = Link(Engine(), Clock(NOW), lambda state: None)  # type: ignore[arg-type]
    link.close()
    assert (link.wait_up(), link.wait_for_try()) == (False, False)


# -- the threads


async def collected(feed: ThreadFeed, is_enough) -> Frame:
    """Collect frames until they are enough."""
    done = asyncio.Event()
    total = Frame()

    def take(frame: Frame) -> None:
        total.link += frame.link
        total.tree = frame.tree or total.tree
        total.nodes += frame.nodes
        total.directives += frame.directives
        total.events += frame.events
        total.events_missed += frame.events_missed
        if is_enough(total):
            done.set()

    feed.start(take)
    try:
        async with asyncio.timeout(20):
            await done.wait()
    finally:
        feed.stop()
    return total


async def test_the_threads_ask_for_everything_and_end():
    import time

    engine = DemoEngine(time.time)
    feed = ThreadFeed(engine, time.time)

    def is_enough(frame: Frame) -> bool:
        if frame.tree is not None:
            feed.watch("root/pipeline/orders")
        if frame.nodes:
            feed.hurry()
            feed.reconnect()
        return bool(frame.tree and frame.nodes and frame.directives)

    total = await collected(feed, is_enough)
    assert total.link[0].status == "up"
    assert total.nodes[0].path == "root/pipeline/orders"
    assert not [one for one in threading.enumerate() if one.name == "jido-tui-order"]


async def test_events_and_gaps_come_from_the_stream():
    import time

    class Gappy(DemoEngine):
        def events(self, **asked: Any) -> Any:
            stream = super().events(**asked)
            told = [Missed(5, 9), {"seq": 9, "at": 0.0, "kind": "ready", "path": None, "text": ""}]
            stream.__class__ = type("S", (type(stream),), {"__iter__": lambda self: iter(told)})
            return stream

    total = await collected(ThreadFeed(Gappy(time.time)), lambda frame: bool(frame.events))
    assert (total.events[0]["kind"], total.events_missed >= 5) == ("ready", True)


async def test_a_fault_in_a_thread_is_handed_over():
    import time

    class Broken(DemoEngine):
        def tree(self) -> Any:
            raise KeyError("nodes")

    found = asyncio.get_running_loop().create_future()
    feed = ThreadFeed(Broken(time.time))
    feed.start(lambda frame: frame.fault and not found.done() and found.set_result(frame.fault))
    try:
        async with asyncio.timeout(20):
            assert repr(await found) == "KeyError('nodes')"
    finally:
        feed.stop()


async def test_a_lost_engine_is_tried_until_it_is_back():
    import time

    engine = DemoEngine(time.time)
    engine.lost = ControlError("gone", code="engine-gone")

    def is_enough(frame: Frame) -> bool:
        if frame.link:
            engine.lost = None
        return frame.tree is not None

    total = await collected(ThreadFeed(engine), is_enough)
    assert [state.status for state in total.link][:1] == ["lost"]
    assert total.link[-1].status == "up"
