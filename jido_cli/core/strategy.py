"""Strategies of one's own: what an agent runs for a signal, in which order, and how far it is.

The contract and its records only; `jido_cli.core.extension` asks strategies. All of a strategy is
pure: what it keeps is a slice of the agent's state, so it is committed and restored with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import ActionFailure
from jido_cli.core.signals import Signal
from jido_cli.core.snapshot import Snapshot, StrategyStatus
from jido_cli.core.steps import Step
from jido_cli.core.values import FrozenDict

STRATEGY_KEY = "__strategy__"
"""Where a strategy's slice stands in the state."""
TICK = "jido.strategy.tick"
"""The type of the signal that makes a strategy's `tick` decide, such as a schedule sends it."""
_STATUSES: tuple[StrategyStatus, ...] = ("idle", "running", "waiting", "success", "failure")


class Planned(msgspec.Struct, frozen=True, eq=False):
    """An instruction that the routes ask for; its params are read when its turn comes."""

    action: str
    step: Step


class Decision(msgspec.Struct, frozen=True):
    """What a strategy decides to do.

    Attributes:
        instructions: to run, in order: `Planned` ones, or any that `cmd` takes.
        changes: to its slice, merged deeply before the first of them.
        directives: asked for before those of the actions.
    """

    instructions: Sequence[object] = ()
    changes: Mapping[str, object] = {}
    directives: Sequence[Directive] = ()


class StrategyView(msgspec.Struct, frozen=True):
    """What a strategy may look at.

    Attributes:
        own: its slice.
        state: the whole state of the agent.
        signal: what is handled; None for a command that came without one.
        ctx: the command's time, ids and surroundings.
    """

    own: FrozenDict
    state: FrozenDict
    signal: Signal | None
    ctx: Context


class Strategy:
    """Base of strategies: subclass it and override what it decides.

    Attributes:
        config_schema: of what `with` may give, full or in short form.
        state_schema: of its slice, full or in short form. The members `status` and `result`, if
            it has them, are what a snapshot shows as such.
    """

    config_schema: ClassVar[Mapping[str, object]] = {}
    state_schema: ClassVar[Mapping[str, object]] = {}

    def __init__(self, config: FrozenDict) -> None:
        self.config = config

    def init(self, state: FrozenDict) -> Mapping[str, object] | None:  # noqa: ARG002
        """Return what to put into the slice of a new agent; the same state gives the same."""
        return None

    def plan(self, planned: Sequence[Planned], view: StrategyView) -> object:  # noqa: ARG002
        """Return what to run for a signal: a list of instructions, or a `Decision`.

        Args:
            planned: what the routes ask for, in router order.
        """
        return planned

    def conclude(
        self,
        error: ActionFailure | None,  # noqa: ARG002
        view: StrategyView,  # noqa: ARG002
    ) -> Mapping[str, object] | None:
        """Return changes to the slice at the end of a command, also of one that failed."""
        return None

    def tick(self, view: StrategyView) -> object:  # noqa: ARG002
        """Return what to run now, as `plan` does; None runs nothing."""
        return None

    def snapshot(self, own: Mapping[str, object]) -> Snapshot:
        """Return how far the strategy is, from its slice."""
        return snapshot_of(own)


def snapshot_of(own: Mapping[str, object]) -> Snapshot:
    """Return the snapshot that a slice with `status` and `result` stands for."""
    given = own.get("status", "idle")
    status: StrategyStatus = next((one for one in _STATUSES if one == given), "idle")
    details = {key: value for key, value in own.items() if key not in ("status", "result")}
    if status != given:
        details["status"] = given
    return Snapshot(status, status in ("success", "failure"), own.get("result"), details)
