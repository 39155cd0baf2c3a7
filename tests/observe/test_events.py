"""The event stream: one numbering over two rings, pages, what a reader missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.observe.events import Event, EventLog
from jido_cli.observe.ring import Ring

ALL = frozenset({"command", "started", "exited"})


@dataclass(frozen=True)
class Node:
    path: str


ROOT = Node("root")


def log(*kinds: str, facts: int = 1 << 10, commands: int = 1 << 10, path: str = "root") -> EventLog:
    """Return a log with rings of these sizes; `c` writes a command, anything else a fact."""
    events = EventLog(lambda: 1_500_000_000)
    events.facts = Ring(facts)
    events.commands = Ring(commands)
    for kind in kinds:
        if kind == "c":
            events.command(2_000_000_000, Node(path), "x", True, 0.001, None)
        else:
            events.fact(kind, Node(path), f"{kind} it", n=1)
    return events


def seqs(page: tuple[list[Event], int, int]) -> tuple[list[int], int, int]:
    found, missed, following = page
    return [event.seq for event in found], missed, following


def test_a_fact_is_an_event_with_time_subject_text_and_data() -> None:
    events = log()
    event = events.fact("started", ROOT, "gen 1", generation=1)
    assert event == Event(1, 1.5, "started", "root", "gen 1", {"generation": 1})
    assert events.fact("ready", None).path is None
    assert events.after(0, 10) == ([event, Event(2, 1.5, "ready", None, "", {})], 0, 2)


def test_commands_and_facts_share_one_numbering() -> None:
    events = log("started", "c", "c", "exited", "c")
    assert events.head == 5
    page = events.after(0, 10, kinds=ALL)
    assert [(event.seq, event.kind) for event in page[0]] == [
        (1, "started"),
        (2, "command"),
        (3, "command"),
        (4, "exited"),
        (5, "command"),
    ]
    assert page[1:] == (0, 5)


def test_a_command_becomes_an_event_when_it_is_read() -> None:
    events = log()
    events.command(2_000_000_000, ROOT, "counter.add", True, 0.0015, None)
    events.command(2_000_000_000, ROOT, "counter.add", False, 0.0015, "add")
    found, _, _ = events.after(0, 10, kinds=frozenset({"command"}))
    assert found == [
        Event(
            1,
            2.0,
            "command",
            "root",
            "counter.add ok",
            {"type": "counter.add", "ok": True, "ms": 1.5},
        ),
        Event(
            2,
            2.0,
            "command",
            "root",
            "counter.add failed in add",
            {"type": "counter.add", "ok": False, "ms": 1.5},
        ),
    ]


def test_commands_are_left_out_unless_they_are_asked_for() -> None:
    events = log("started", "c", "exited", "c")
    assert seqs(events.after(0, 10)) == ([1, 3], 0, 4)
    assert seqs(events.after(0, 10, kinds=frozenset({"exited"}))) == ([3], 0, 4)


def test_pages_follow_each_other_without_gap_or_double() -> None:
    events = log(*("started", "c", "c") * 5)
    seen, got = 0, []
    for _ in range(6):
        found, missed, seen = seqs(events.after(seen, 4, kinds=ALL))
        assert missed == 0
        got += found
    assert got == list(range(1, 16))


def test_a_page_that_was_filtered_empty_still_goes_on() -> None:
    events = log(*["started"] * 10, "exited")
    found, missed, following = seqs(events.after(0, 4, kinds=frozenset({"exited"})))
    assert (found, missed, following) == ([], 0, 4)


def test_a_path_keeps_a_node_and_all_below_it() -> None:
    events = log()
    for path in ("root", "root/a", "root/a/b", "root/ab", "root/c"):
        events.fact("started", Node(path))
    events.fact("ready", None)
    found, _, _ = events.after(0, 10, path="root/a")
    assert [event.path for event in found] == ["root/a", "root/a/b"]


def test_a_reader_that_is_ahead_stays_where_it_is() -> None:
    events = log("started")
    assert seqs(events.after(7, 10)) == ([], 0, 7)


# -- what was overwritten


def test_facts_that_are_gone_were_missed_exactly_and_found_by_the_commands() -> None:
    events = log(*["started"] * 10, "c", facts=4)
    assert seqs(events.after(0, 10)) == ([7, 8, 9, 10], 6, 11)
    assert seqs(events.after(3, 10)) == ([7, 8, 9, 10], 3, 11)
    assert seqs(events.after(6, 10)) == ([7, 8, 9, 10], 0, 11)


def test_a_flood_of_commands_does_not_make_facts_missed() -> None:
    events = log("started", *["c"] * 20, "exited", commands=4)
    assert seqs(events.after(0, 50)) == ([1, 22], 0, 22)
    assert seqs(events.after(10, 50)) == ([22], 0, 22)


def test_commands_that_are_gone_were_missed_exactly() -> None:
    events = log("started", *["c"] * 20, "exited", commands=4)
    assert seqs(events.after(0, 50, kinds=ALL)) == ([1, 18, 19, 20, 21, 22], 16, 22)
    assert seqs(events.after(10, 50, kinds=ALL)) == ([18, 19, 20, 21, 22], 7, 22)


def test_where_both_rings_are_overwritten_the_sum_is_exact() -> None:
    events = log(*("started", "c") * 50, facts=4, commands=4)
    assert seqs(events.after(0, 50, kinds=ALL)) == (list(range(93, 101)), 92, 100)
    assert seqs(events.after(40, 50, kinds=ALL)) == (list(range(93, 101)), 52, 100)
    assert seqs(events.after(91, 50, kinds=ALL)) == (list(range(93, 101)), 1, 100)
    assert seqs(events.after(92, 50, kinds=ALL)) == (list(range(93, 101)), 0, 100)


def test_where_both_rings_are_overwritten_missed_facts_are_an_upper_bound() -> None:
    events = log(*("started", "c") * 50, facts=4, commands=4)
    found, missed, _ = seqs(events.after(40, 50))
    assert (found, missed) == ([93, 95, 97, 99], 46)  # it were 26: nobody can know any more
    assert seqs(events.after(91, 50))[1] == 1  # at most one event is gone after it
    assert seqs(events.after(92, 50))[1] == 0


WRITTEN = st.lists(st.sampled_from(["started", "c"]), max_size=60)


@given(
    kinds=WRITTEN,
    facts=st.sampled_from([1, 2, 8]),
    commands=st.sampled_from([1, 2, 8]),
    seq=st.integers(0, 60),
    limit=st.integers(1, 70),
)
def test_found_and_missed_are_all_events_up_to_the_next_page(
    kinds: list[str], facts: int, commands: int, seq: int, limit: int
) -> None:
    events = log(*kinds, facts=facts, commands=commands)
    start = min(seq, len(kinds))
    found, missed, following = seqs(events.after(start, limit, kinds=ALL))
    assert found == sorted(set(found))
    assert all(start < one <= len(kinds) for one in found)
    assert len(found) + missed == following - start


def test_a_page_without_room_says_where_it_was() -> None:
    events = log("started", "c")
    assert seqs(events.after(1, 0, kinds=ALL)) == ([], 0, 1)
    assert seqs(events.after(-3, 5, kinds=ALL)) == ([1, 2], 0, 2)


def test_what_is_gone_is_counted_on_the_page_that_passes_it() -> None:
    events = log(*["started"] * 3, *["c"] * 20, commands=4)
    assert seqs(events.after(0, 3, kinds=ALL)) == ([1, 2, 3], 0, 3)
    assert seqs(events.after(3, 3, kinds=ALL)) == ([20, 21, 22], 16, 22)


@given(kinds=WRITTEN, limit=st.integers(1, 9))
def test_a_reader_that_keeps_up_finds_everything_once(kinds: list[str], limit: int) -> None:
    events = log(facts=64, commands=64)
    got: list[int] = []
    seen = 0
    for kind in kinds:
        if kind == "c":
            events.command(0, ROOT, "x", True, 0.0, None)
        else:
            events.fact(kind, ROOT)
        found, missed, seen = seqs(events.after(seen, limit, kinds=ALL))
        assert missed == 0
        got += found
    assert got == list(range(1, len(kinds) + 1))


class Racing(Ring[Any]):
    """A ring whose writer comes between a reader's looks at it."""

    log: EventLog
    pending: int = 1

    def after(self, seq: int, limit: int) -> tuple[list[tuple[int, Any]], int]:
        while self.pending:
            self.pending -= 1
            self.log.fact("started", ROOT)
        return super().after(seq, limit)


def test_what_is_written_while_a_page_is_read_is_on_the_next_page() -> None:
    events = log()
    racing = Racing(8)
    events.facts, racing.log = racing, events
    assert seqs(events.after(0, 10)) == ([], 0, 0)
    assert seqs(events.after(0, 10)) == ([1], 0, 1)


# -- listeners


def test_listeners_hear_of_facts_until_they_stop() -> None:
    events = log()
    first: list[str] = []
    second: list[str] = []
    stop = events.listen(lambda event: first.append(event.kind))
    events.listen(lambda event: second.append(event.kind))
    events.fact("started", ROOT)
    events.command(0, ROOT, "x", True, 0.0, None)
    stop()
    stop()
    events.fact("exited", ROOT)
    assert (first, second) == (["started"], ["started", "exited"])
