"""What is different between two states of an agent: the leaves that came, went or changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
MOST: Final = 500


class _Nothing:
    """Stands for a value that is not there."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a state, its value before and after; `NOTHING` where there is none."""

    path: Path
    before: Any
    after: Any


def changes(before: object, after: object) -> tuple[Change, ...]:
    """Return what changed, in the order of the new state, at most `MOST`."""
    found: list[Change] = []
    for change in _walk((), before, after):
        found.append(change)
        if len(found) == MOST:
            break
    return tuple(found)


def _walk(path: Path, before: Any, after: Any) -> Iterator[Change]:
    if _is_same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            yield from _walk((*path, key), before.get(key, NOTHING), value)
        for key in before.keys() - after.keys():
            yield Change((*path, key), before[key], NOTHING)
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else NOTHING
            new = after[index] if index < len(after) else NOTHING
            yield from _walk((*path, index), old, new)
    else:
        yield Change(path, before, after)


def _is_same(before: Any, after: Any) -> bool:
    """Return whether two values are equal; whole containers are compared in one step."""
    return type(before) is type(after) and bool(before == after)
