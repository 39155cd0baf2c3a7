"""A plugin's actions, made to see and change their plugin's slice of the state only.

What an action returns is put where its slice stands; that the whole state is valid then is
checked where all results are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

import msgspec

from jido_cli.core.action import Action, Outcome
from jido_cli.core.context import Context
from jido_cli.core.state_ops import StateOp, apply
from jido_cli.core.updates import merge, with_items
from jido_cli.core.values import FrozenDict, freeze_mapping, of_items

_EMPTY = of_items({})


def slice_of(state: Mapping[str, object], key: str) -> FrozenDict:
    """Return the slice that stands under *key*; an empty one where there is none yet."""
    found = state.get(key)
    return found if isinstance(found, FrozenDict) else _EMPTY


def sliced(action: Action, key: str, name: str) -> Action:
    """Return *action* under *name*, for the slice under *key*."""

    def placed(state: FrozenDict, result: object) -> object:
        return _placed(state, key, result)

    def run(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        return placed(state, action.run(slice_of(state, key), params, ctx))

    async def run_later(state: FrozenDict, params: Mapping[str, object], ctx: Context) -> object:
        work = action.run(slice_of(state, key), params, ctx)
        assert isinstance(work, Awaitable), "an async action gives something to await"
        return placed(state, await work)

    is_async = action.kind == "async"
    return msgspec.structs.replace(action, name=name, run=run_later if is_async else run)


def _placed(state: FrozenDict, key: str, result: object) -> object:
    """Return the outcome for the whole state; what is no result is left to those who check."""
    changes = result
    extras: list[object] = []
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], list):
        changes, extras = result
    if changes is None:
        changes = {}
    if not isinstance(changes, Mapping):
        return result
    here = slice_of(state, key)
    delta = freeze_mapping(changes, where="output")
    there = merge(here, delta)
    ops = [one for one in extras if isinstance(one, StateOp)]
    there = apply(there, ops)
    others = tuple(one for one in extras if not isinstance(one, StateOp))
    is_same = there is here and key in state
    return Outcome(
        state=state if is_same else with_items(state, {key: there}),
        directives=others,
        output=delta if result is not None else None,
    )
