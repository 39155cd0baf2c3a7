"""What an action returned, taken over: shape, output, directives, state operations, next state.

Everything that is wrong with a result is a value, `ActionFailure`; nothing raises. What becomes of
the command is decided in `jido_cli.core.command`.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence

from jido_cli.core.action import Action, Outcome
from jido_cli.core.agent import AgentDefinition
from jido_cli.core.catalogue import fault_among
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import ActionFailure, failure_from, invalid
from jido_cli.core.fsm import TransitionError
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.shown import show
from jido_cli.core.state_ops import StateOp, StateOpError, apply
from jido_cli.core.updates import merge
from jido_cli.core.values import (
    MAX_STATE_BYTES,
    FrozenDict,
    ValueDomainError,
    freeze,
    freeze_mapping,
)

_SHAPE = "an action returns a mapping, None, or (mapping, [directives])"


Taken = tuple[FrozenDict, object, Sequence[Directive]]
"""(next state, output, directives) that a result comes to, all of it checked."""


def take_usual(
    definition: AgentDefinition, state: FrozenDict, result: object
) -> tuple[FrozenDict, object, tuple[Directive, ...]] | None:
    """Return what *result* comes to, if it is of a usual kind and valid.

    None for anything else: `take_result` finds out what it is. For actions without output schema.
    """
    changes: object = result
    directives: tuple[Directive, ...] = ()
    if type(result) is tuple and len(result) == 2 and type(result[1]) is list:
        changes, extras = result
        for extra in extras:
            if not isinstance(extra, Directive):
                return None
        directives = tuple(extras)
        if directives and definition.catalogue:
            return None  # what is emitted has to be held to it
    if type(changes) is dict:
        try:
            new, output = definition.absorb(state, changes)
        except (SchemaError, ValueDomainError):
            return None
        return (new, output, directives) if new.size <= MAX_STATE_BYTES else None
    return (state, None, directives) if changes is None else None


def take_result(
    definition: AgentDefinition,
    state: FrozenDict,
    action: Action,
    result: object,
    *,
    has_output: bool = True,
) -> Taken | ActionFailure:
    """Return what *result*, which *action* returned on *state*, comes to.

    The mapping is merged deeply first, then state operations edit, in order.

    Args:
        definition: says what a valid state is.
        state: the valid state before the action.
        action: for its output schema and its name.
        result: a mapping, None, `(mapping, [directives])` or an `Outcome`.
        has_output: whether the mapping is the action's output, to be checked as such.
    """
    changes: object = result
    extras: object = ()
    next_state = state
    if isinstance(result, Outcome):
        changes, extras = result.output, result.directives
        next_state = state if result.state is None else result.state
    elif type(result) is tuple and len(result) == 2:
        changes, extras = result
    if not isinstance(extras, list | tuple):
        return _nonsense(action, result)
    if not isinstance(result, Outcome) and not (changes is None or isinstance(changes, dict)):
        changes = _as_dict(action, changes)
        if isinstance(changes, ActionFailure):
            return changes
    parted = _parted(action, extras)
    if isinstance(parted, ActionFailure):
        return parted
    ops, directives = parted
    try:
        output = _checked_output(action, changes) if has_output else _frozen_output(changes)
    except (SchemaError, ValueDomainError) as error:
        return invalid("invalid_output", action.name, f"output of {action.name}: {_at(error)}")
    if definition.catalogue:
        fault = fault_among(definition.catalogue, directives)
        if fault is not None:
            return invalid("invalid_signal", action.name, f"{action.name}: {fault}")
    delta = None if isinstance(result, Outcome) else output
    new = _next_state(definition, state, action, delta, next_state, ops)
    if isinstance(new, ActionFailure):
        return new
    if definition.guard is not None:
        key = definition.guard.broken(action.name, state, new)
        if key is not None:
            text = f"{action.name} would change state.{key}, which is the plugin's: send it signals"
            return invalid("invalid_state", action.name, text)
    return new, output, directives


def _parted(
    action: Action, extras: Sequence[object]
) -> tuple[list[StateOp], list[Directive]] | ActionFailure:
    """Return the state operations and the directives of what an action returned beside changes."""
    ops: list[StateOp] = []
    directives: list[Directive] = []
    for extra in extras:
        if isinstance(extra, Directive):
            directives.append(extra)
        elif isinstance(extra, StateOp):
            ops.append(extra)
        else:
            text = f"{action.name} returned {show(extra)} among its directives; it is none"
            return invalid("invalid_result", action.name, text)
    return ops, directives


def _next_state(
    definition: AgentDefinition,
    state: FrozenDict,
    action: Action,
    delta: object,
    next_state: FrozenDict,
    ops: Sequence[StateOp],
) -> FrozenDict | ActionFailure:
    try:
        if isinstance(delta, FrozenDict):
            if not ops:
                return definition.merge(next_state, delta)
            next_state = merge(next_state, delta)
        # Only what comes out at the end has to be valid, not what the steps lead through.
        following = apply(next_state, ops)
        if definition.guard is not None:
            following = definition.guard.kept(state, following)
        return definition.recheck(state, following)
    except TransitionError as error:
        return invalid("illegal_transition", action.name, str(error))
    except (SchemaError, ValueDomainError) as error:
        text = f"{action.name} would make the state invalid: {error}"
        return invalid("invalid_state", action.name, text)
    except StateOpError as error:
        return invalid("invalid_result", action.name, f"{action.name}: {error}")


def _checked_output(action: Action, output: object) -> object:
    if action.output is None:
        return _frozen_output(output)
    if output is not None and not isinstance(output, dict):
        raise SchemaError((), f"{show(output)} is not a mapping")
    return action.output.check(output or {})


def _frozen_output(output: object) -> object:
    if isinstance(output, dict):
        return freeze_mapping(output, where="output")
    return freeze(output, where="output")


def _as_dict(action: Action, changes: object) -> dict[str, object] | ActionFailure:
    """Return another kind of mapping as a dict; to read it is to run its author's code."""
    if not isinstance(changes, Mapping):
        return _nonsense(action, changes)
    try:
        return dict(changes)
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        return failure_from(action.name, error)


def _at(error: SchemaError | ValueDomainError) -> str:
    if isinstance(error, SchemaError):
        return str(error)
    return str(SchemaError(error.path, error.reason))


def _nonsense(action: Action, result: object) -> ActionFailure:
    if isinstance(result, Coroutine):
        result.close()  # or Python warns that nobody awaited it
        text = f"{action.name} returned a coroutine; declare it with async def"
        return invalid("invalid_result", action.name, text)
    return invalid(
        "invalid_result", action.name, f"{action.name} returned {show(result)}; {_SHAPE}"
    )
