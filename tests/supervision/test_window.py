"""The restart window: what is counted, and for how long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.supervision.window import RestartWindow


def test_a_restart_exactly_as_old_as_the_period_still_counts() -> None:
    window = RestartWindow(5.0)
    window.record(10.0)
    assert window.record(15.0) == 2


def test_a_restart_older_than_the_period_is_forgotten() -> None:
    window = RestartWindow(5.0)
    window.record(10.0)
    assert window.record(15.001) == 1


def test_asking_does_not_count() -> None:
    window = RestartWindow(5.0)
    assert (window.used(0.0), window.times()) == (0, ())
    window.record(1.0)
    window.record(2.0)
    assert [window.used(2.0), window.used(7.0), window.used(7.5)] == [2, 1, 0]


@given(st.lists(st.floats(0, 20), max_size=40), st.floats(0.1, 10))
def test_the_window_holds_exactly_the_recent_restarts(gaps: list[float], period_s: float) -> None:
    window = RestartWindow(period_s)
    now, times = 0.0, []
    for gap in gaps:
        now += gap
        times.append(now)
        got = window.record(now)
        want = [t for t in times if t >= now - period_s]
        assert (got, window.times()) == (len(want), tuple(want))
