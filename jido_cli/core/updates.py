"""How a frozen mapping changes: a new one, which shares with the old one what stays the same.

Here live the merge of two mappings, the replacing and the leaving out of items. What a value is,
and how it becomes frozen, is `jido_cli.core.values`' business; what an action may ask to have
changed is that of `jido_cli.core.state_ops`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from jido_cli.core.values import (
    MAX_DEPTH,
    FrozenDict,
    FrozenList,
    check_depth,
    freeze,
    freeze_mapping,
    of_items,
    size_of,
)


def merge(base: FrozenDict, delta: Mapping[str, object]) -> FrozenDict:
    """Return *base* with *delta* laid over it, deeply.

    Where both hold mappings these are merged; everything else in *delta* replaces. What does not
    change is shared, and *base* itself is returned when nothing does.

    Raises:
        ValueDomainError: something in *delta* is not JSON.
    """
    frozen = freeze_mapping(delta)
    changed: dict[str, object] = {}
    for key, value in frozen.items():
        if key not in base:
            changed[key] = value
            continue
        old = base[key]
        if type(value) is FrozenDict and type(old) is FrozenDict:
            value = merge(old, value)
        if not is_same(old, value):
            changed[key] = value
    return with_items(base, changed) if changed else base


def with_items(base: FrozenDict, changed: Mapping[str, object]) -> FrozenDict:
    """Return a copy of *base* whose items in *changed*, all frozen, replace those of the base.

    Raises:
        ValueDomainError: that nests too deep.
    """
    depth, size = base.depth, base.size
    for key, value in changed.items():
        kind = type(value)
        if (kind is FrozenDict or kind is FrozenList) and value.depth >= depth:  # type: ignore[attr-defined]
            depth = value.depth + 1  # type: ignore[attr-defined]
        size += (
            size_of(value) - size_of(base[key])
            if key in base
            else size_of(value) + size_of(key) + 2
        )
    new = FrozenDict({**base, **changed})
    new.depth = depth
    new.size = size
    if depth > MAX_DEPTH:
        check_depth(new)
    return new


def without(base: FrozenDict, keys: Iterable[str]) -> FrozenDict:
    """Return a copy of *base* without *keys*; itself if it has none of them."""
    gone = set(keys)
    if gone.isdisjoint(base):
        return base
    return of_items({key: value for key, value in base.items() if key not in gone})


def extended(base: FrozenList, more: Sequence[object], *, most: int | None = None) -> FrozenList:
    """Return *base* with the elements of *more* behind it, frozen; of all, the newest *most*.

    Costs what is added and what is dropped, but for the copy of the references.

    Raises:
        ValueDomainError: something in *more* is not JSON, or that nests too deep.
    """
    added = freeze(list(more))
    assert isinstance(added, FrozenList)
    new = FrozenList([*base, *added])
    new.size = base.size + added.size - 2
    new.depth = max(base.depth, added.depth)
    gone = 0 if most is None else max(0, len(new) - most)
    if gone:
        kept = FrozenList(new[gone:])
        kept.size = new.size - sum(size_of(one) + 1 for one in new[:gone])
        kept.depth = new.depth
        new = kept
    if new.depth > MAX_DEPTH:
        check_depth(new)
    return new


def is_same(one: object, other: object) -> bool:
    """Return whether the frozen values are one object or equal scalars of one type.

    Equal containers that are not one object count as different: to compare them costs as much as
    to store them, and Python holds 1, 1.0 and True for equal in there.
    """
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other) or kind is FrozenDict or kind is FrozenList:
        return False
    return one == other
