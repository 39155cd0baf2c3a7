from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.timestamps import format_time, parse_time

YEAR_9999 = 253_402_300_799_999_999_999


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (1_500_000, "1970-01-01T00:00:00.001500Z"),
        (1_767_319_445_678_000_000, "2026-01-02T02:04:05.678Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (-62_135_596_800_000_000_000, "0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_is_written_with_the_digits_that_it_needs(time_ns, text):
    assert (format_time(time_ns), parse_time(text)) == (text, time_ns)


@given(st.integers(0, YEAR_9999))
def test_parsing_what_was_written_gives_the_time_back(time_ns):
    assert parse_time(format_time(time_ns)) == time_ns


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("2026-01-02T03:04:05.678901+01:00", "2026-01-02T02:04:05.678901Z"),
        ("2026-01-02t03:04:05z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T00:30:00-23:30", "2026-01-03T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2026-01-02T03:04:05.1234567891234Z", "2026-01-02T03:04:05.123456789Z"),
    ],
)
def test_other_writings_of_a_time_are_read(text, same_as):
    assert format_time(parse_time(text)) == same_as


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not-a-time",
        "2026-01-02",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05",
        "2026-13-02T03:04:05Z",
        "2026-02-30T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+01:60",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05Z\n",
        "٢٠٢٦-01-02T03:04:05Z",
    ],
)
def test_what_is_no_rfc_3339_is_refused(text):
    with pytest.raises(ValueError, match="is not an RFC 3339 timestamp"):
        parse_time(text)
