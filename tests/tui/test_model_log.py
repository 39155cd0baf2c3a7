"""The log: a ring that counts what leaves it, a pause that counts what it holds, a filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.tui.model.entries import DirectiveEntry, EventEntry, NoteEntry
from jido_cli.tui.model.filters import FilterError, parse_filter
from jido_cli.tui.model.log import LogModel


def asked(seq: int, *, agent: str = "root/a", at: float | None = None, **more) -> DirectiveEntry:
    when = float(seq) if at is None else at
    entry = DirectiveEntry(when, seq, agent, "emit", f"s{seq} → bus", "cause", "done", 0.3, None)
    return entry._replace(**more)


def happened(at: float, role: str = "ok", path: str = "root") -> EventEntry:
    return EventEntry(at, 0, "●", role, path, "restarted a", "restarted")


def seqs(log: LogModel) -> list[int | str]:
    return [one.text if isinstance(one, NoteEntry) else one.seq for one in log.rows]


def test_entries_of_two_streams_stand_in_the_order_of_time():
    log = LogModel()
    log.add([asked(1), asked(5)])
    log.add([happened(3.0)])
    assert [one.at for one in log.rows] == [1.0, 3.0, 5.0]


def test_what_is_missing_has_a_row_where_it_would_stand():
    log = LogModel()
    log.add([asked(1)])
    log.add([asked(98), asked(99)], missed=96)
    assert seqs(log) == [1, "-- 96 missed here --", 98, 99]


def test_the_ring_is_bounded_and_rows_keep_their_numbers():
    log = LogModel(kept=100)
    for start in range(0, 5000, 50):
        log.add([asked(start + number) for number in range(50)])
        assert len(log.entries) < 1100 and log.rows is log.entries
        assert log.rows[-1].seq == start + 49
        assert log.first_row + len(log.rows) == start + 50


def test_a_pause_holds_back_and_counts_and_shows_all_at_its_end():
    log = LogModel()
    log.add([asked(1)])
    log.pause()
    log.add([asked(2), happened(2.5)])
    log.add([asked(9)], missed=6)
    assert (seqs(log), log.new, log.missed) == ([1], 2, 6)
    log.resume()
    assert seqs(log) == [1, 2, 0, "-- 6 missed here --", 9]
    assert (log.new, log.missed, log.is_paused) == (0, 0, False)


def test_what_a_long_pause_cannot_hold_is_counted_as_missed():
    log = LogModel(kept=10)
    log.pause()
    log.add([asked(number) for number in range(25)])
    assert (log.new, log.missed) == (10, 15)
    log.resume()
    assert seqs(log) == ["-- 15 missed here --", *range(15, 25)]


@given(
    batches=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5), st.booleans()), max_size=30)
)
def test_nothing_is_lost_without_being_counted(batches):
    log = LogModel(kept=7)
    seq = total = 0
    for size, missed, toggles in batches:
        if toggles:
            log.resume() if log.is_paused else log.pause()
        seq += missed
        log.add([asked(seq + number) for number in range(size)], missed=missed if size else 0)
        total += size + (missed if size else 0)
        seq += size
    if log.is_paused:
        log.resume()
    told = sum(one.missed for one in log.entries if isinstance(one, NoteEntry))
    here = sum(1 for one in log.entries if isinstance(one, DirectiveEntry))
    assert told + here <= total
    if len(log.entries) < 1000:  # before the ring itself begins to forget
        assert told + here == total


def test_a_filter_is_applied_to_what_is_there_and_to_what_comes():
    log = LogModel()
    log.add([asked(1), asked(2, agent="root/b")])
    log.set_filter(parse_filter("agent:b"))
    log.add([asked(3), asked(4, agent="root/b"), happened(4.5, path="root/b")])
    assert seqs(log) == [2, 4, 0]
    assert (log.shown_count(), log.kept_count()) == (2, 4)
    log.set_filter(parse_filter(""))
    assert seqs(log) == [1, 2, 3, 4, 0]


def test_scope_trouble_and_events_narrow_the_rows():
    log = LogModel()
    log.add([asked(1), asked(2, agent="root/b/c", outcome="error"), happened(3.0, "bad")])
    log.set_scope("root/b")
    assert seqs(log) == [2]
    log.set_scope(None)
    log.show_only_trouble(only=True)
    assert seqs(log) == [2, 0]
    log.show_events(shown=False)
    assert seqs(log) == [2]


def test_an_error_that_is_told_counts_as_an_error_and_not_as_fine():
    log = LogModel()
    log.add([asked(1), asked(2, type="error")])
    log.set_filter(parse_filter("-outcome:ok"))
    assert seqs(log) == [2]
    log.set_filter(parse_filter("outcome:error"))
    assert seqs(log) == [2]


@given(
    ops=st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.integers(1, 40)),
            st.tuples(st.just("filter"), st.sampled_from(["", "agent:b", "outcome:error"])),
            st.tuples(st.just("late"), st.integers(1, 5)),
            st.tuples(st.just("pause"), st.just(0)),
        ),
        max_size=40,
    )
)
def test_rows_are_always_the_entries_that_pass(ops):
    log = LogModel(kept=30)
    seq = 0
    for kind, number in ops:
        if kind == "add":
            batch = [
                asked(
                    seq + n, agent=f"root/{'ab'[n % 2]}", outcome="error" if n % 3 == 0 else "done"
                )
                for n in range(number)
            ]
            seq += number
            log.add(batch)
        elif kind == "late":
            log.add([happened(max(0.0, seq - number - 0.5), path="root/b")])
        elif kind == "filter":
            log.set_filter(parse_filter(number))
        else:
            log.resume() if log.is_paused else log.pause()
        assert log.rows == [one for one in log.entries if log.is_shown(one)]


# -- the grammar of filters


ROW = {
    "agent": "root/pipeline/shipping",
    "type": "emit",
    "kind": "directive",
    "outcome": "dead_letter",
    "cause": "stock.reserved",
    "text": "label.requested → http timeout",
    "ms": "3000.0",
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("label", True),
        ("LABEL http", True),
        ("label nothing", False),
        ("agent:shipping", True),
        ("agent:pipeline/shipping", True),
        ("agent:root/pipeline/shipping", True),
        ("agent:ship*", True),
        ("agent:pipeline", False),
        ("agent:orders,shipping", True),
        ("-agent:shipping", False),
        ("-agent:orders", True),
        ("outcome:dead", True),
        ("outcome:dead_letter", True),
        ("outcome:ok,dead", True),
        ("-outcome:ok", True),
        ("type:emit ms>100", True),
        ("ms>3000", False),
        ("ms>=3000 ms<=3000 ms=3000", True),
        ("ms<3", False),
        ("text:*timeout*", True),
        ("level:info", False),
        ("agent:", True),
        ("-", False),
        ("a:b:c", None),
        ("->", True),
    ],
)
def test_a_filter_lets_through_what_it_says(text, fits):
    if fits is None:
        with pytest.raises(FilterError):
            parse_filter(text)
    else:
        assert parse_filter(text).matches(ROW) is fits


def test_a_wrong_key_is_told_with_the_keys_there_are():
    with pytest.raises(FilterError, match="did you mean 'outcome'\\? known: agent type kind"):
        parse_filter("outcom:ok")


@given(st.text(max_size=30))
def test_every_text_is_a_filter_or_names_its_mistake(text):
    try:
        assert parse_filter(text).matches(ROW) in (True, False)
    except FilterError as error:
        assert "known:" in str(error)
