"""Keyed agents against a counter: whatever comes when, no update is lost (G11); memory comes back.

Calls, casts, idle expiry, forced sleep and a committer that answers late, at random.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.errors import ControlError
from jido_cli.observe.ring import Ring
from tests.helpers.committers import DelayingCommitter
from tests.helpers.topologies import world_of
from tests.helpers.worlds import World

TOPOLOGY = """
agents:
  counter:
    state: {n: 0}
    routes:
      add: {set: {n: "${{ state.n + 1 }}"}}
      forget: {replace: {}, directives: [{stop: {}}]}
    idle_timeout: 10s
    persist: checkpoint
    mailbox: {max: 100000}
supervisor:
  children:
    - id: counters
      strategy: dynamic
      keyed_by: signal.data.to
      max_children: LIMIT
      on_full: hibernate_oldest
      template: {agent: counter, restart: transient}
"""
KEYS = "abcde"
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("cast"), st.sampled_from(KEYS)),
        st.tuples(st.just("call"), st.sampled_from(KEYS)),
        st.tuples(st.just("stop"), st.sampled_from(KEYS)),
        st.tuples(st.just("advance"), st.sampled_from([0.5, 9.9, 10.0, 10.1, 25.0])),
        st.just(("settle", None)),
        st.just(("commit", None)),
    ),
    max_size=60,
)


def play(world: World, steps: list[tuple[str, Any]], committer: DelayingCommitter | None) -> Any:
    """Return how many updates of each key were taken, and the calls' futures by key."""
    taken: Counter[str] = Counter()
    calls: list[tuple[str, Any]] = []
    for what, value in steps:
        if what == "cast":
            try:
                taken[value] += world.cast(f"counters/{value}", "add") == "accepted"
            except ControlError as error:
                assert error.code == "too-many"
        elif what == "call":
            request = world.engine.call(f"counters/{value}", "add", timeout_s=3600.0)
            calls.append((value, world.loop.create_task(request)))
        elif what == "advance":
            world.advance(value)
        elif what == "settle":
            world.settle()
        elif what == "stop" and committer is None:
            world.settle()  # what waits at a stop is lost, and told: not in this model
            if f"root/counters/{value}" in world.paths():
                world.order("stop", id=f"counters/{value}")
        elif what == "commit" and committer is not None:
            committer.commit()
            world.settle()
    return taken, calls


def drain(world: World, committer: DelayingCommitter | None) -> None:
    """Let everything come to its end."""
    world.settle()
    while committer is not None and committer.open:
        committer.commit()
        world.settle()


def check(steps: list[tuple[str, Any]], limit: int, *, delays: bool) -> None:
    committer = DelayingCommitter() if delays else None
    world = world_of(TOPOLOGY.replace("LIMIT", str(limit)), committer=committer).boot()
    try:
        taken, calls = play(world, steps, committer)
        drain(world, committer)
        for key, task in calls:
            if task.exception() is None:
                assert task.result().ok
                taken[key] += 1
            else:
                assert getattr(task.exception(), "code", "") == "too-many"
        for key in KEYS:
            node = world.port.node(f"counters/{key}")
            found = node["state"]["n"] if node["state"] is not None else 0
            assert found == taken[key], key
        lost = [one for one in world.dead_letters() if one[2] != "did not start: no room"]
        assert lost == []
    finally:
        world.close()


@given(STEPS, st.sampled_from([1, 2, 5]))
@settings(max_examples=40, deadline=None)
def test_no_update_is_lost(steps: list[tuple[str, Any]], limit: int) -> None:
    check(steps, limit, delays=False)


@given(STEPS, st.sampled_from([2, 5]))
@settings(max_examples=40, deadline=None)
def test_no_update_is_lost_when_commits_are_late(steps: list[tuple[str, Any]], limit: int) -> None:
    check(steps, limit, delays=True)


@pytest.mark.parametrize(("ends", "bytes_each"), [("forget", 20), ("sleep", 400)])
def test_memory_is_back_at_the_base_line_when_all_have_come_and_gone(
    ends: str, bytes_each: int
) -> None:
    world = world_of(TOPOLOGY.replace("LIMIT", "1000000")).boot()
    kernel, count = world.kernel, 2000
    kernel.events.facts, kernel.events.commands = Ring(64), Ring(64)  # full from the beginning
    kernel.directives = Ring(64)

    def come_and_go(first: int) -> None:
        for number in range(first, first + count):
            world.cast(f"counters/key-{number}", "add")
            if ends == "forget":
                world.cast(f"counters/key-{number}", "forget")
        world.settle()
        world.advance(11)
        assert len(world.paths()) == 2

    def traced() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        come_and_go(0)
        before = traced()
        come_and_go(count)
        assert traced() - before < bytes_each * count
    finally:
        tracemalloc.stop()
        world.close()
    assert kernel.store.count("root/counters") == (0 if ends == "forget" else 2 * count)
