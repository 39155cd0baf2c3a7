"""What plugins keep in the state of their agent is theirs: other actions leave it as it is.

Only the comparison of one state with the next; agents without plugins have no guard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.updates import with_items
from jido_cli.core.values import FrozenDict

if TYPE_CHECKING:
    from jido_cli.core.plugins.mounting import Mounted
    from jido_cli.core.schema_absorb import Absorb

SLICE: Final = "x-slice"
"""Keyword in the schema of a state: this member is what the plugin of that name keeps."""


class SliceGuard:
    """The slices of one kind of agent.

    Args:
        keys: where they stand.
        mounted: the plugins, whose own actions may change their slices.
    """

    __slots__ = ("_keys", "_own")

    def __init__(self, keys: Sequence[str], mounted: Iterable[Mounted]) -> None:
        self._keys = tuple(keys)
        self._own = frozenset(name for one in mounted for name in one.actions)

    def quick(self, absorb: Absorb) -> Absorb:
        """Return *absorb* for results of other actions: what names a slice is not taken quickly."""
        keys = self._keys

        def guarded(
            base: FrozenDict, result: Mapping[str, object]
        ) -> tuple[FrozenDict, FrozenDict]:
            for key in keys:
                if key in result:
                    raise SchemaError((key,), "it is what a plugin keeps")
            return absorb(base, result)

        return guarded

    def kept(self, before: FrozenDict, after: FrozenDict) -> FrozenDict:
        """Return *after* with the slices that it lacks: who replaces the state leaves them."""
        lost = {key: before[key] for key in self._keys if key in before and key not in after}
        return with_items(after, lost) if lost else after

    def broken(self, action: str, before: FrozenDict, after: FrozenDict) -> str | None:
        """Return which slice *action* changed that is not its own; None if it changed none."""
        if action in self._own:
            return None
        for key in self._keys:
            one, other = before.get(key), after.get(key)
            if one is not other and one != other:
                return key
        return None


def slice_keys(schema: Mapping[str, object]) -> list[str]:
    """Return the members of a state's full *schema* that plugins, or a strategy, keep."""
    found = schema.get("properties")
    members = found.items() if isinstance(found, Mapping) else ()
    return [name for name, one in members if isinstance(one, Mapping) and SLICE in one]
