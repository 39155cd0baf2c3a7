"""`jido.plugin.identity`: who an agent is over its lives, and how old it has become.

The slice counts its revisions; nothing outside it is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jido_cli.core.action import ActionError, action
from jido_cli.core.context import Context
from jido_cli.core.plugins.contract import Function, Plugin
from jido_cli.core.plugins.shapes import BUILT_IN
from jido_cli.core.values import FrozenDict

DAYS_OF_A_YEAR = 365
_SHOWN = ("age", "generation", "origin")


@action
def evolve(state: Mapping[str, Any], ctx: Context, years: int = 0, days: int = 0) -> dict[str, Any]:
    """Let time pass: whole years add to the age, and days add up to years."""
    if years < 0 or days < 0:
        raise ActionError("time does not go back", code="invalid_time", retryable=False)
    profile = state["profile"]
    whole, rest = divmod(profile["days"] + days, DAYS_OF_A_YEAR)
    age = (profile["age"] or 0) + years + whole
    return _changed(state, ctx, {"age": age, "days": rest})


@action
def describe(
    state: Mapping[str, Any],
    ctx: Context,
    age: int | None = None,
    generation: int | None = None,
    origin: str | None = None,
) -> dict[str, Any]:
    """Change what is given of the profile."""
    given = {"age": age, "generation": generation, "origin": origin}
    return _changed(state, ctx, {name: one for name, one in given.items() if one is not None})


def snapshot(identity: Mapping[str, Any]) -> dict[str, object]:
    """Return what others may know of an identity: age, generation, origin."""
    return {name: identity["profile"][name] for name in _SHOWN}


def _changed(
    state: Mapping[str, Any], ctx: Context, profile: Mapping[str, object]
) -> dict[str, Any]:
    return {
        "rev": state["rev"] + 1,
        "profile": profile,
        "created_at": state["created_at"] or ctx.now,
        "updated_at": ctx.now,
    }


class Identity(Plugin):
    """Who an agent is; routes `evolve {years, days}` and `describe {age, generation, origin}`."""

    name = "identity"
    description = "Who an agent is over its lives."
    state_schema = BUILT_IN["jido.plugin.identity"].state
    config_schema = BUILT_IN["jido.plugin.identity"].config
    actions = (evolve, describe)
    signal_routes: ClassVar[Mapping[str, Function]] = {"evolve": evolve, "describe": describe}
    singleton = True

    def mount(self, state: FrozenDict) -> Mapping[str, object]:  # noqa: ARG002 - the same for all
        """Return the profile that the agent is born with."""
        return {"profile": {**{name: self.config[name] for name in _SHOWN}, "days": 0}}
