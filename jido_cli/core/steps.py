"""What a command will run, prepared: one step per instruction, with the way its params come.

Built once per signal type of a definition (or once per call), so that the hot path only follows
references. Nothing is run here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from jido_cli.core.action import Action, Run
from jido_cli.core.context import Context
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.shown import show
from jido_cli.core.signals import Signal
from jido_cli.core.values import FrozenDict, freeze_mapping, of_items

if TYPE_CHECKING:
    from jido_cli.core.agent import Route, With

_EMPTY = of_items({})
Read = Callable[[FrozenDict, Signal | None, Context], Mapping[str, object]]
"""(state, signal, context) -> checked params, or SchemaError"""
Take = Callable[[object], Mapping[str, object]]
"""signal's data -> checked params, or SchemaError"""


class Step(msgspec.Struct, frozen=True, eq=False):
    """One instruction of a command.

    Attributes:
        action: what runs.
        read: makes its checked params.
        take: makes them from the signal's data alone, where that is all it needs; else None.
        continue_on_error: whether its failure leaves the other steps alone.
    """

    action: Action
    read: Read
    take: Take | None = None
    continue_on_error: bool = False


class Plan(msgspec.Struct, frozen=True, eq=False):
    """What one type of signal leads to.

    Attributes:
        groups: (route, its steps) in order.
        steps: all steps, when no route has a condition or states; else None.
        simple: (step, its take, its action's run) of the only step, when it is pure, reads only
            data and has no output to check.
    """

    groups: tuple[tuple[Route, tuple[Step, ...]], ...]
    steps: tuple[Step, ...] | None
    simple: tuple[Step, Take, Run] | None


def plan_routes(routes: Sequence[Route], *, is_plain: bool = True) -> Plan:
    """Return the plan of the matching *routes*, given in the order in which they run.

    Args:
        routes: those that match.
        is_plain: whether a command is over with its last step; else no step is `simple`.
    """
    groups = tuple(
        (
            route,
            tuple(
                routed_step(action, given, continue_on_error=route.continue_on_error)
                for action, given in route.instructions
            ),
        )
        for route in routes
    )
    if any(route.when is not None or route.states for route, _ in groups):
        return Plan(groups, None, None)
    steps = tuple(step for _, inner in groups for step in inner)
    return Plan(groups, steps, _simple(steps[0]) if is_plain and len(steps) == 1 else None)


def routed_step(action: Action, given: With | None, *, continue_on_error: bool = False) -> Step:
    """Return the step of a route: params from the signal's data, or those that the route gives."""
    if given is None:
        take = _take_nothing if action.params is None else action.params.take
        return Step(action, _from_data(take), take, continue_on_error)
    if isinstance(given, Mapping):
        return _fixed_step(action, given, continue_on_error=continue_on_error)

    def read(state: FrozenDict, signal: Signal | None, ctx: Context) -> Mapping[str, object]:
        assert signal is not None  # routes are for signals
        return checked_params(action, given(state, signal, ctx))

    return Step(action, read, None, continue_on_error)


def addressed_step(
    action: Action, params: Mapping[str, object], *, continue_on_error: bool = False
) -> Step:
    """Return the step of an instruction that gives *params* itself; unknown ones are refused."""

    def read(_state: FrozenDict, _signal: Signal | None, _ctx: Context) -> Mapping[str, object]:
        return checked_params(action, params)

    return Step(action, read, None, continue_on_error)


def _fixed_step(action: Action, given: Mapping[str, object], *, continue_on_error: bool) -> Step:
    """Check params that are always the same once, unless they are wrong."""
    try:
        fixed = checked_params(action, given)
    except SchemaError:
        return addressed_step(action, given, continue_on_error=continue_on_error)
    return Step(action, lambda _state, _signal, _ctx: fixed, lambda _data: fixed, continue_on_error)


def checked_params(action: Action, params: object) -> FrozenDict:
    """Return *params* checked strictly against what *action* declares.

    Raises:
        SchemaError: they do not fit, or there are unknown ones.
    """
    if not isinstance(params, Mapping):
        raise SchemaError((), f"{show(params)} is not a mapping")
    if action.params is not None:
        return action.params.check(params)
    for name in params:
        raise SchemaError((), f"unknown key {str(name)!r}", f"{action.name} takes no params")
    return _EMPTY


def frozen_params(params: Mapping[str, object]) -> FrozenDict:
    """Return checked *params* read-only, for work that runs outside the command."""
    return freeze_mapping(params)


def _from_data(take: Take) -> Read:
    def read(_state: FrozenDict, signal: Signal | None, _ctx: Context) -> Mapping[str, object]:
        return take(None if signal is None else signal.data)

    return read


def _take_nothing(_data: object) -> Mapping[str, object]:
    return _EMPTY


def _simple(step: Step) -> tuple[Step, Take, Run] | None:
    if step.take is None or not step.action.is_pure or step.action.output is not None:
        return None
    return step, step.take, step.action.run
