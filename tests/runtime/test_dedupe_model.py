"""The window of handled signals against a model of it: a list of all that was ever handled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.dedupe import Window
from jido_cli.runtime.supervising.starts import DedupeStart
from jido_cli.store.checkpoints import Handled

SECOND = 10**9
KEEP_S, MOST = 10.0, 3
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("signal"), st.sampled_from("abcdef")),
        st.tuples(st.just("wait"), st.sampled_from([1, 4, 9, 10, 11])),
        st.tuples(st.just("refuse"), st.integers(0, 2)),
        st.just(("sleep", 0)),
    ),
    max_size=50,
)


def signal(ident: object) -> Signal:
    return Signal("x", "/tests", None, str(ident))


@given(STEPS)
def test_a_signal_is_known_within_the_window_and_new_beyond_it(
    steps: list[tuple[str, object]],
) -> None:
    window = Window(DedupeStart(None, KEEP_S, MOST))
    handled: list[tuple[str, int, int]] = []  # key, when, seq
    now = seq = 0
    for what, value in steps:
        if what == "wait":
            assert isinstance(value, int)
            now += value * SECOND
        elif what == "refuse":  # the newest commands are taken back
            assert isinstance(value, int)
            seq -= min(value, seq)
            window.forget_from(seq + 1)
            handled = [one for one in handled if one[2] <= seq]
        elif what == "sleep":  # what is kept comes back the same
            kept = window.entries(now, seq)
            window = Window(DedupeStart(None, KEEP_S, MOST))
            window.load(kept)
        else:
            key = window.key_of(signal(value))
            assert key is not None
            handled = [one for one in handled if one[1] > now - KEEP_S * SECOND]
            is_known = any(one[0] == key for one in handled)
            assert (window.find(key, now) is not None) is is_known
            if is_known:
                continue
            seq += 1
            is_full = len(handled) == MOST
            assert window.add(Handled(key, now, seq)) == is_full
            handled = [*handled, (key, now, seq)][-MOST:]
            assert window.key_at(seq) == key
        live = [one for one in handled if one[1] > now - KEEP_S * SECOND]
        assert [one.key for one in window.entries(now, seq)] == [one[0] for one in live]
    assert len(window) <= MOST


def test_long_keys_are_kept_as_their_hash_and_told_apart() -> None:
    window = Window(DedupeStart(lambda one: one.id * 100))
    keys = {window.key_of(signal(ident)) for ident in ("abc", "abd", "abc")}
    assert len(keys) == 2
    assert all(key is not None and len(key) <= 65 for key in keys)
