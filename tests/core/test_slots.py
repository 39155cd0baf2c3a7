"""Which ticks are due: slots, misses and what is made up for, held to a slow model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.cron import CronSchedule
from jido_cli.core.slots import CATCH_UP_MAX, GRACE_NS, CatchUp, Due, Every, Rhythm, find_due
from jido_cli.errors import UsageError

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
NOON = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()) * SECOND
HOURLY = CronSchedule("0 * * * *", None)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
CRONS = ("30 2 * * *", "*/30 * * * *", "15 1,2,3 * * *", "0 */2 * * *", "@daily", "5 0 29 2 *")
AROUND_SHIFTS = st.sampled_from(
    [(2026, 3, 7), (2026, 3, 28), (2026, 4, 4), (2026, 10, 24), (2026, 10, 31), (2026, 7, 1)]
)


def every(seconds: int) -> Every:
    return Every(NOON, seconds * SECOND)


def test_nothing_is_due_before_the_first_slot() -> None:
    assert find_due(every(10), NOON, NOON + 9 * SECOND, "all") == Due((), None, 0, NOON)


def test_a_slot_that_comes_on_time_is_the_current_one() -> None:
    at = NOON + 10 * SECOND
    assert find_due(every(10), NOON, at, "skip") == Due((), at, 0, at)


@pytest.mark.parametrize(
    ("policy", "want"),
    [
        ("skip", Due((), NOON + 30 * SECOND, 2, NOON + 30 * SECOND)),
        ("once", Due((), NOON + 30 * SECOND, 2, NOON + 30 * SECOND)),
        (
            "all",
            Due(
                (NOON + 10 * SECOND, NOON + 20 * SECOND),
                NOON + 30 * SECOND,
                0,
                NOON + 30 * SECOND,
            ),
        ),
    ],
)
def test_of_several_slots_the_newest_is_current_and_the_others_were_missed(
    policy: CatchUp, want: Due
) -> None:
    assert find_due(every(10), NOON, NOON + 31 * SECOND, policy) == want


@pytest.mark.parametrize(
    ("policy", "made_up", "missed"), [("skip", 0, 3), ("once", 1, 2), ("all", 3, 0)]
)
def test_a_slot_that_comes_over_a_minute_late_was_missed(
    policy: CatchUp, made_up: int, missed: int
) -> None:
    last = NOON + 3 * 60 * MINUTE
    due = find_due(HOURLY, NOON, last + GRACE_NS + 1, policy)
    slots = tuple(NOON + hour * 60 * MINUTE for hour in (1, 2, 3))[3 - made_up :]
    assert due == Due(slots, None, missed, last)


def test_at_most_a_thousand_are_made_up_for_and_the_rest_is_counted() -> None:
    due = find_due(every(1), NOON, NOON + 5000 * SECOND, "all")
    assert (len(due.made_up), due.made_up[-1], due.current, due.missed) == (
        CATCH_UP_MAX,
        NOON + 4999 * SECOND,
        NOON + 5000 * SECOND,
        5000 - CATCH_UP_MAX - 1,
    )


def test_of_a_cron_that_missed_very_many_it_is_known_that_there_were_more() -> None:
    each_second = CronSchedule("* * * * * *", None)
    due = find_due(each_second, NOON, NOON + 10**7 * SECOND, "skip")
    assert (due.current, due.missed) == (NOON + 10**7 * SECOND, CATCH_UP_MAX + 1)


@given(
    period=st.integers(1, 40),
    steps=st.lists(st.integers(0, 300), min_size=1, max_size=30),
    policy=st.sampled_from(get_args(CatchUp)),
)
def test_every_slot_is_ticked_or_counted_once_whatever_the_pauses(
    period: int, steps: list[int], policy: CatchUp
) -> None:
    rhythm, last, now = every(period), NOON, NOON
    ticked: list[int] = []
    missed = 0
    for step in steps:
        now += step * SECOND
        due = find_due(rhythm, last, now, policy)
        ticked += [*due.made_up, *([] if due.current is None else [due.current])]
        missed, last = missed + due.missed, due.last
    slots = [NOON + n * period * SECOND for n in range(1, (now - NOON) // SECOND // period + 1)]
    assert len(ticked) + missed == len(slots)
    assert ticked == sorted(set(ticked))
    assert set(ticked) <= set(slots)
    if policy == "all":
        assert ticked == slots


@given(zone=st.sampled_from(ZONES), text=st.sampled_from(CRONS), day=AROUND_SHIFTS)
def test_the_slots_between_two_times_are_those_that_come_one_after_the_other(
    zone: str, text: str, day: tuple[int, int, int]
) -> None:
    rhythm: Rhythm = CronSchedule(text, zone)
    start = int(datetime(*day, tzinfo=UTC).timestamp()) * SECOND
    end = start + 2 * 24 * 60 * MINUTE
    one_by_one = []
    at = rhythm.next_after(start)
    while at <= end:
        one_by_one.append(at)
        at = rhythm.next_after(at)
    assert rhythm.between(start, end, 1000) == (len(one_by_one), one_by_one)


@given(zone=st.sampled_from(ZONES), text=st.sampled_from(CRONS), day=AROUND_SHIFTS)
def test_the_next_slot_always_lies_ahead_also_in_an_hour_that_comes_twice(
    zone: str, text: str, day: tuple[int, int, int]
) -> None:
    rhythm = CronSchedule(text, zone)
    start = int(datetime(*day, tzinfo=UTC).timestamp()) * SECOND
    for minutes in range(0, 2 * 24 * 60, 7):
        at = start + minutes * MINUTE
        assert rhythm.next_after(at) > at


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 0 30 2 *", "cron '0 0 30 2 *' is never due: no such month has a day 30"),
        ("0 0 31 2,4,6 *", "cron '0 0 31 2,4,6 *' is never due: no such month has a day 31"),
        ("0 0 */31 2 MON#5", "cron '0 0 */31 2 MON#5' is never due"),
        ("0 0 32 * *", "cron '0 0 32 * *': '32' is not a day of month"),
        ("61 * * * *", "cron '61 * * * *': '61' is not a minute"),
        ("0 0 0 1 13 *", "cron '0 0 0 1 13 *': '13' is not a month"),
        ("0 7 * * someday", "cron '0 7 * * someday': 'someday' is not a day of week"),
    ],
)
def test_what_is_never_due_or_no_time_at_all_is_told_in_words(text: str, why: str) -> None:
    with pytest.raises(UsageError) as told:
        CronSchedule(text, None)
    assert told.value.message == why


@pytest.mark.parametrize(
    ("text", "minutes"), [("*/5 * * * *", 5), ("0,7 * * * *", 7), ("@daily", 24 * 60)]
)
def test_the_shortest_time_between_two_slots_is_known(text: str, minutes: int) -> None:
    assert CronSchedule(text, None).shortest_ns() == minutes * MINUTE
