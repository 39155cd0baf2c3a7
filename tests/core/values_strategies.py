"""Values of the JSON domain for tests: how they are made, and when two are the same."""

from __future__ import annotations

import json

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from("abcd")
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS | st.lists(SCALARS, max_size=2),
        lambda inner: st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def same_types(one: object, other: object) -> bool:
    """Compare as JSON does: 1, 1.0 and True are three different values."""
    return json.dumps(one) == json.dumps(other)
