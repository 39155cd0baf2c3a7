"""The virtual loop: it jumps, never waits, and says when it would wait for ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from jido_cli.testing.virtual_time import EPOCH_NS, VirtualLoop, run_virtual


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def test_sleeping_jumps_over_the_time() -> None:
    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(3600)
        return before, loop.time()

    assert run_virtual(main) == (0.0, 3600.0)


def test_timers_fire_in_order_at_their_times(loop: VirtualLoop) -> None:
    fired: list[tuple[str, float]] = []
    for name, delay in (("c", 3.0), ("a", 1.0), ("b", 2.0)):
        loop.call_later(delay, lambda name=name: fired.append((name, loop.time())))
    loop.run_until_idle()
    assert fired == [("a", 1.0), ("b", 2.0), ("c", 3.0)]


def test_advance_fires_what_is_due_and_stands_at_its_end(loop: VirtualLoop) -> None:
    fired: list[float] = []
    for delay in (1.0, 2.0, 3.0):
        loop.call_later(delay, lambda: fired.append(loop.time()))
    loop.advance(2.0)
    assert (fired, loop.time()) == ([1.0, 2.0], 2.0)
    loop.advance(0.5)
    assert (fired, loop.time()) == ([1.0, 2.0], 2.5)


def test_settle_runs_what_is_ready_and_leaves_the_clock(loop: VirtualLoop) -> None:
    ran: list[str] = []
    loop.call_soon(ran.append, "ready")
    loop.call_later(0.1, ran.append, "later")
    loop.settle()
    assert (ran, loop.time()) == (["ready"], 0.0)


def test_both_clocks_move_together(loop: VirtualLoop) -> None:
    assert (loop.time(), loop.wall_ns()) == (0.0, EPOCH_NS)
    loop.advance(1.5)
    assert (loop.time(), loop.wall_ns()) == (1.5, EPOCH_NS + 1_500_000_000)


def test_a_callback_may_take_time_and_delays_the_timers(loop: VirtualLoop) -> None:
    fired: list[float] = []
    loop.call_later(1.0, lambda: fired.append(loop.time()))
    loop.call_soon(loop.spend, 5.0)
    loop.advance(2.0)
    assert (fired, loop.time()) == ([5.0], 5.0)
    loop.advance(1.0)
    assert loop.time() == 6.0


def test_waiting_for_what_never_comes_is_an_error(loop: VirtualLoop) -> None:
    with pytest.raises(RuntimeError, match="will never come"):
        loop.run_until_complete(loop.create_future())


def test_a_thread_is_waited_for_while_it_is_announced(loop: VirtualLoop) -> None:
    async def main() -> str:
        future: asyncio.Future[str] = loop.create_future()
        thread = threading.Thread(
            target=lambda: loop.call_soon_threadsafe(future.set_result, "from a thread")
        )
        with loop.hold():
            thread.start()
            answer = await future
        thread.join()
        return answer

    assert loop.run_until_complete(main()) == "from a thread"
    assert (loop.time(), loop.holds) == (0.0, 0)


def test_the_loop_is_closed_behind_the_coroutine() -> None:
    async def main() -> VirtualLoop:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return loop

    assert run_virtual(main).is_closed()


def test_run_next_stands_at_the_timer_that_fired_though_a_later_one_is_beyond_the_limit():
    loop = VirtualLoop()
    fired: list[float] = []
    loop.call_later(2.0, lambda: fired.append(loop.time()))
    loop.call_later(9.0, lambda: fired.append(loop.time()))
    assert (loop.run_next(3.0), loop.time(), fired) == (True, 2.0, [2.0])
    assert (loop.run_next(3.0), loop.time(), fired) == (False, 3.0, [2.0])
    loop.close()
