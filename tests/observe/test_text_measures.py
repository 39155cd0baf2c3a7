"""Numbers, durations and times read as the voice says."""

from __future__ import annotations

from datetime import UTC

import pytest

from jido_cli.observe.text import measures
from tests.cli.shop import NOW

TIMES = measures.Times(NOW, UTC)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (99_999, "99,999"),
        (123_456, "123k"),
        (1_234_567, "1.2M"),
        (41_000_000, "41M"),
        (None, "?"),
    ],
)
def test_counts_are_exact_up_to_99999(number, text):
    assert measures.count(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4, "0.4s"),
        (1.2, "1.2s"),
        (9.96, "10s"),
        (5.0, "5s"),
        (59.9, "59s"),
        (61, "1m 1s"),
        (120, "2m"),
        (2463, "41m"),
        (8045, "2h 14m"),
        (7200, "2h"),
        (90_000, "1d 1h"),
        (None, "-"),
    ],
)
def test_durations_have_two_parts_at_most(value, text):
    assert measures.seconds(value) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0.04, "40us"), (0.4, "0.4ms"), (2, "2.0ms"), (41.2, "41ms"), (3001, "3,001ms")],
)
def test_measured_milliseconds_have_two_figures_under_ten(ms, text):
    assert measures.milliseconds(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (5000, "5s"),
        (500, "500ms"),
        (1500, "1.5s"),
        (60_000, "1m"),
        (90_000, "90s"),
        ("infinity", "infinity"),
        (None, "none"),
    ],
)
def test_settings_are_spelled_as_in_the_file(ms, text):
    assert measures.setting(ms) == text


def test_moments_of_another_day_and_year_say_so():
    assert TIMES.moment(NOW) == "14:02:11.204"
    assert TIMES.moment(NOW - 86_400) == "Nov 22 14:02:11"
    assert TIMES.moment(NOW - 400 * 86_400) == "2024-10-19"


def test_ages_under_a_minute_are_ages():
    assert TIMES.ago(NOW - 1.2) == "1.2s ago"
    assert TIMES.ago(NOW - 61) == "at 14:01:10"


def test_programs_read_utc():
    assert measures.rfc3339(NOW) == "2025-11-23T14:02:11.204Z"


def test_short_times_in_seconds_have_two_figures():
    assert [measures.fine_seconds(value) for value in (0.312, 1.27, 12.0)] == [
        "0.31s",
        "1.3s",
        "12s",
    ]
