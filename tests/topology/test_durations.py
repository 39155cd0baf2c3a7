"""Durations as the format writes them."""

from __future__ import annotations

import pytest

from jido_cli.topology import durations


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("0s", 0),
        ("250ms", 250),
        ("5s", 5000),
        ("2m", 120_000),
        ("1h", 3_600_000),
        ("1d", 86_400_000),
        ("36500d", 36500 * 86_400_000),
        ("36501d", None),
        ("5", None),
        ("5 s", None),
        ("1.5s", None),
        ("-5s", None),
        ("5S", None),
        ("٥s", None),
        ("5s\n", None),
        ("", None),
        ("9" * 40 + "d", None),
    ],
)
def test_a_duration_is_a_whole_number_and_a_unit(text: str, want: int | None) -> None:
    assert durations.milliseconds(text) == want


@pytest.mark.parametrize(
    ("value", "want"),
    [
        ("5s", None),
        (5, ("5 is not a duration: it has no unit", "write 5s or 5ms")),
        (5000, ("5000 is not a duration: it has no unit", "write 5000ms or 5000s")),
        (1.5, ("1.5 is not a duration: it has no unit", None)),
        ("5", ("'5' is not a duration: it has no unit", "write 5s or 5ms")),
        ("1.5s", ("'1.5s' is not a duration: it is no whole number", "write 1500ms")),
        ("10 seconds", ("'10 seconds' is not a duration", "write 10s")),
        ("3 Min", ("'3 Min' is not a duration", "write 3m")),
        (True, ("true is not a duration", "write a number and a unit: 250ms, 5s, 2m, 1h, 1d")),
        (
            None,
            ("is null, not a duration", "write a number and a unit: 250ms, 5s, 2m, 1h, 1d"),
        ),
    ],
)
def test_what_is_no_duration_is_told_what_to_write(
    value: object, want: tuple[str, str | None] | None
) -> None:
    assert durations.problem(value) == want
