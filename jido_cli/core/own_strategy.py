"""The slice of a strategy of one's own: its schema, and how it begins.

What a strategy decides is asked by `jido_cli.core.extension`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from jido_cli.core.extension import SNAPSHOT, has_own_snapshot
from jido_cli.core.plugins.mounting import PluginError
from jido_cli.core.plugins.slices import slice_of
from jido_cli.core.schema import SchemaError, compile_schema
from jido_cli.core.strategy import STRATEGY_KEY, Strategy
from jido_cli.core.updates import with_items
from jido_cli.core.values import FrozenDict, freeze_mapping


def strategy_schema(strategy: Strategy) -> Mapping[str, object]:
    """Return the full schema of what *strategy* keeps.

    Raises:
        PluginError: what it says of its slice is no schema.
    """
    try:
        compiled = compile_schema(strategy.state_schema)
    except SchemaError as error:
        text = f"state_schema of the strategy: {error}"
        raise PluginError(text, code="bad-strategy", hints=error.hints) from None
    found = compiled.source.get("properties")
    members = dict(found) if isinstance(found, Mapping) else {}
    if has_own_snapshot(strategy):
        members[SNAPSHOT] = {"type": "object"}
    return {**compiled.source, "properties": members, "default": compiled.defaults()}


def begin_strategy(strategy: Strategy) -> Callable[[FrozenDict], FrozenDict]:
    """Return what puts the slice of *strategy* into the state of a new agent.

    What it returns raises `PluginError` where the strategy does not begin.
    """

    def begin(state: FrozenDict) -> FrozenDict:
        try:
            given = strategy.init(state) or {}
            own = with_items(
                slice_of(state, STRATEGY_KEY), freeze_mapping(given, where=STRATEGY_KEY)
            )
            if has_own_snapshot(strategy):
                shown = msgspec.to_builtins(strategy.snapshot(own))
                own = with_items(own, freeze_mapping({SNAPSHOT: shown}))
        except Exception as error:  # the edge where users' code runs
            text = f"the strategy failed in init: {type(error).__name__}: {error}"
            raise PluginError(text, code="init-failed") from error
        return with_items(state, {STRATEGY_KEY: own})

    return begin
