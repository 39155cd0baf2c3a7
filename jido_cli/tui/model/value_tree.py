"""A state as rows: containers that fold, their members, and where the newest changes are.

Of a long container the newest members are shown until it is opened by hand; nothing is copied,
and what is too long even then is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from jido_cli.tui.model.changes import Path
from jido_cli.tui.model.watched import Watched

MANY: Final = 10
NEWEST_SHOWN: Final = 3
MEMBERS_SHOWN: Final = 1000
ROWS_SHOWN: Final = 5000


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One row of a state. *hidden*: it stands for so many members that are not shown."""

    path: Path
    key: str
    value: Any = None
    is_container: bool = False
    is_folded: bool = False
    is_changed: bool = False
    hidden: int = 0

    @property
    def depth(self) -> int:
        """How deep it lies; 1 for the members of the state itself."""
        return len(self.path)


def value_rows(watched: Watched, newest: int = NEWEST_SHOWN) -> list[ValueRow]:
    """Return the rows below the head of the state, folded parts left out.

    Args:
        watched: whose state.
        newest: how many members of a long container are shown that was not opened by hand.
    """
    changed = {change.path for change in watched.changes}
    changed |= {path[:end] for path in changed for end in range(1, len(path))}
    return list(islice(_rows((), watched.state, watched, changed, newest), ROWS_SHOWN))


def _rows(
    path: Path, value: Any, watched: Watched, changed: set[Path], newest: int
) -> Iterator[ValueRow]:
    members, hidden = _members(path, value, watched, changed, newest)
    if hidden:
        yield ValueRow((*path, ""), "", hidden=hidden)
    for key, member in members:
        below = (*path, key)
        is_container = isinstance(member, dict | list) and bool(member)
        is_folded = is_container and watched.is_folded(below)
        yield ValueRow(
            below,
            str(key),
            member,
            is_container=is_container,
            is_folded=is_folded,
            is_changed=_is_marked(below, changed, is_container=is_container, is_folded=is_folded),
        )
        if is_container and not is_folded:
            yield from _rows(below, member, watched, changed, newest)


def _is_marked(path: Path, changed: set[Path], *, is_container: bool, is_folded: bool) -> bool:
    """Return whether a row has the mark: a changed leaf, or the member that holds one."""
    if path not in changed:
        return False
    return not is_container or is_folded or len(path) > 1


def _members(
    path: Path, value: Any, watched: Watched, changed: set[Path], newest: int
) -> tuple[Sequence[tuple[str | int, Any]], int]:
    """Return the members to show, and how many are left out before them."""
    if isinstance(value, dict):
        items: Sequence[tuple[str | int, Any]] = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return (), 0
    is_whole = not path or len(items) < MANY or watched.is_opened_by_hand(path)
    shown = MEMBERS_SHOWN if is_whole else newest
    kept = items[-shown:]
    if len(kept) == len(items):
        return kept, 0
    others = [item for item in items[:-shown] if (*path, item[0]) in changed][:newest]
    kept = [*others, *kept]
    return kept, len(items) - len(kept) if is_whole else 0
