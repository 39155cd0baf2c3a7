"""The store in memory: the newest checkpoint of each lineage, as it was given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.values import freeze_mapping
from jido_cli.store.checkpoints import Checkpoint, Lineage
from jido_cli.store.memory import MemoryStore

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
)
ANN = Lineage("root/sessions", "ann")


def saved(store: MemoryStore, lineage: Lineage, checkpoint: Checkpoint) -> list[bool]:
    told: list[bool] = []
    store.save(lineage, checkpoint, told.append)
    return told


@given(st.dictionaries(st.text("abc"), JSON))
def test_what_was_kept_comes_back_the_same(state: dict[str, object]) -> None:
    store = MemoryStore()
    checkpoint = Checkpoint(7, 2, 0.5, freeze_mapping(state, where="state"), {"accepted": 3})
    assert saved(store, ANN, checkpoint) == [True]
    found = store.load(ANN)
    assert found == checkpoint
    assert found is not None
    assert repr(found.state) == repr(state)  # 1 and 1.0 are told apart


def test_the_newest_checkpoint_takes_the_place_of_the_one_before() -> None:
    store = MemoryStore()
    for seq in (1, 2):
        saved(store, ANN, Checkpoint(seq, 1, 0.0, {}))
    assert store.load(ANN) == Checkpoint(2, 1, 0.0, {})
    assert store.count("root/sessions") == 1


def test_what_is_discarded_is_gone_and_may_be_discarded_again() -> None:
    store = MemoryStore()
    saved(store, ANN, Checkpoint(1, 1, 0.0, {}))
    saved(store, Lineage("root/other", "ann"), Checkpoint(5, 1, 0.0, {}))
    assert (store.holds(ANN), ANN.path) == (True, "root/sessions/ann")
    store.discard(ANN)
    store.discard(ANN)
    assert (store.load(ANN), store.holds(ANN), store.count("root/sessions")) == (None, False, 0)
    assert store.count("root/other") == 1


def test_beyond_the_limit_nothing_new_is_kept_and_that_is_told() -> None:
    store = MemoryStore(limit=1)
    assert saved(store, ANN, Checkpoint(1, 1, 0.0, {})) == [True]
    assert saved(store, Lineage("root/sessions", "bob"), Checkpoint(1, 1, 0.0, {})) == [False]
    assert saved(store, ANN, Checkpoint(2, 1, 0.0, {})) == [True]
    store.discard(ANN)
    assert saved(store, Lineage("root/sessions", "bob"), Checkpoint(1, 1, 0.0, {})) == [True]
