"""Commands: how actions turn one agent into the next (runtime.md 1 to 5).

`begin`, `begin_signal` and `resume` decide everything about a command: params, the order of its
steps, merging, validation, atomicity, errors. What touches the world is not done here: an effectful
step comes back as `Suspended`, the runtime performs its `Call` and hands the outcome to `resume`.

`cmd`, which runs pure actions in one go, is beside it in `cmd`.

Nothing here raises for what an action does; a command that fails is a `Done` with its `error`. Only
what is no `Exception` (the watchdog's hang, an interrupt) passes through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from jido_cli.core.action import Action
from jido_cli.core.agent import Agent
from jido_cli.core.choosing import chosen_steps
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import ActionFailure, error_directive, failure_from, invalid_params
from jido_cli.core.instructions import BadInstructionError, resolve_instructions
from jido_cli.core.outcomes import Call, Done, Raised, Returned, Suspended, Unrouted
from jido_cli.core.results import Taken, take_result, take_usual
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.signals import Signal
from jido_cli.core.steps import Plan, Step, addressed_step, frozen_params
from jido_cli.core.values import FrozenDict, freeze_mapping, of_items
from jido_cli.errors import UsageError

_EMPTY = of_items({})


class Command(msgspec.Struct, eq=False):
    """A command that is under way; opaque to everyone but this module."""

    agent: Agent
    steps: Sequence[Step]
    signal: Signal | None
    ctx: Context
    state: FrozenDict
    index: int = 0
    directives: list[Directive] = []
    output: object = None
    succeeded: int = 0
    tolerated: ActionFailure | None = None
    params: Mapping[str, object] = _EMPTY
    prepared: object = None
    is_waiting: bool = False


def begin(
    agent: Agent, instructions: object, ctx: Context, *, continue_on_error: bool = False
) -> Done | Suspended:
    """Run *instructions* on *agent*, up to the first effectful one.

    Args:
        agent: whose command it is.
        instructions: an action's name, an `Action` or marked function, `(action, params)`, an
            `Instruction`, or a list of these, run in sequence.
        ctx: time, randomness and surroundings of the command.
        continue_on_error: whether a failing instruction leaves the others alone.
    """
    try:
        steps = [
            addressed_step(action, params, continue_on_error=continue_on_error)
            for action, params in resolve_instructions(agent, instructions)
        ]
    except BadInstructionError as error:
        return _failed(agent, error.failure)
    return _advance(Command(agent, steps, None, ctx, agent.state))


def begin_signal(agent: Agent, signal: Signal, ctx: Context) -> Done | Suspended | Unrouted:
    """Run the command that *signal* means to *agent*: all routes that match, in router order.

    Without `with`, params are the members of the signal's data that an action declares.
    """
    definition = agent.definition
    plan = definition.plans.get(signal.type) or definition.plan_for(signal.type)
    simple = plan.simple
    if simple is None:
        return _begin_plan(agent, plan, signal, ctx)
    # One pure step that reads only data: what _advance does, without its bookkeeping. Whatever
    # is not as usual is left to _advance and conclude.
    step, take, run = simple
    try:
        params = take(signal.data)
    except SchemaError:
        return _advance(Command(agent, (step,), signal, ctx, agent.state))
    try:
        result = run(agent.state, params, ctx)
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        failure = failure_from(step.action.name, error)
        return conclude(agent, step, failure, signal=signal, params=params, ctx=ctx)
    taken = take_usual(definition, agent.state, result)
    if taken is None:
        return conclude(agent, step, result, signal=signal, params=params, ctx=ctx)
    state, output, directives = taken
    if state is not agent.state:
        agent = Agent(definition, agent.id, state)
    return Done(agent, directives, output)


def run_steps(
    agent: Agent,
    steps: Sequence[Step],
    signal: Signal | None,
    ctx: Context,
    state: FrozenDict,
    directives: Sequence[Directive] = (),
) -> Done | Suspended:
    """Run *steps* that others have chosen as one command, up to the first effectful one.

    Args:
        agent: whose command it is; what fails returns it as it is.
        steps: in order.
        signal: what is handled.
        ctx: time, randomness and surroundings of the command.
        state: to begin on, the agent's or one that was made of it for this command.
        directives: asked for before those of the steps.
    """
    return _advance(Command(agent, steps, signal, ctx, state, 0, list(directives)))


def failed_command(agent: Agent, failure: ActionFailure) -> Done:
    """Return the command that failed before anything of it ran."""
    return _failed(agent, failure)


def conclude(
    agent: Agent,
    step: Step,
    result: object,
    *,
    signal: Signal | None,
    params: Mapping[str, object],
    ctx: Context,
) -> Done:
    """End a command of one step that came to *result*, a failure or what the action returned."""
    command = Command(agent, (step,), signal, ctx, agent.state, params=params)
    if isinstance(result, ActionFailure):
        done = _fail(command, step, result)
    else:
        done = _absorb(command, step, result)
    return _over(command) if done is None else done


def resume(command: Command, outcome: Returned | Raised) -> Done | Suspended:
    """Go on with *command* after its call came to *outcome*.

    Raises:
        UsageError: the command does not wait for one.
    """
    if not command.is_waiting:
        raise UsageError("the command does not wait for an outcome")
    command.is_waiting = False
    step = command.steps[command.index]
    if isinstance(outcome, Raised):
        done = _fail(command, step, outcome.error)
    elif step.action.finish is None:
        done = _absorb(command, step, outcome.value)
    else:
        done = _finish(command, step, outcome.value)
    if done is not None:
        return done
    command.index += 1
    return _advance(command)


def _begin_plan(
    agent: Agent, plan: Plan, signal: Signal, ctx: Context
) -> Done | Suspended | Unrouted:
    extension = agent.definition.extension
    if extension is not None:
        return extension.begin(agent, signal, ctx)
    steps: Sequence[Step] | None = plan.steps
    if steps is None:
        try:
            steps = chosen_steps(agent, plan.groups, signal)
        except BadInstructionError as error:
            return _failed(agent, error.failure)
    return (
        _advance(Command(agent, steps, signal, ctx, agent.state))
        if steps
        else Unrouted(signal.type)
    )


def _advance(command: Command) -> Done | Suspended:
    while command.index < len(command.steps):
        step = command.steps[command.index]
        command.ctx.step = command.index
        outcome = _run_step(command, step)
        if outcome is not None:
            return outcome
        command.index += 1
    return _over(command)


def _over(command: Command) -> Done:
    agent = command.agent
    if command.state is not agent.state:
        fsm = agent.definition.fsm
        if fsm is not None:
            command.directives.extend(fsm.entered(agent.id, agent.state, command.state))
        agent = Agent(agent.definition, agent.id, command.state)
    error = None
    if command.tolerated is not None and not command.succeeded:
        error = command.tolerated  # nothing is left that it could have left alone
    done = Done(agent, tuple(command.directives), command.output, error)
    return done if agent.definition.extension is None else _extended(command, done)


def _extended(command: Command, done: Done) -> Done:
    """Let the agent's plugins and strategy conclude a command that ran."""
    extension = command.agent.definition.extension
    if extension is None:
        return done
    return extension.ended(done, command.agent, command.signal, command.ctx)


def _run_step(command: Command, step: Step) -> Done | Suspended | None:
    """Run *step*; return what ends or suspends the command, None to go on with the next one."""
    action = step.action
    command.params = _EMPTY
    try:
        params = step.read(command.state, command.signal, command.ctx)
    except SchemaError as error:
        return _fail(command, step, invalid_params(action.name, error))
    except Exception as error:  # noqa: BLE001 - the edge where params' expressions run
        return _fail(command, step, failure_from(action.name, error))
    command.params = params
    if not action.is_pure:
        return _suspend(command, step, params)
    try:
        result = action.run(command.state, params, command.ctx)
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        failure = failure_from(action.name, error)
        return _fail(command, step, failure)
    return _absorb(command, step, result)


def _suspend(command: Command, step: Step, params: Mapping[str, object]) -> Done | Suspended | None:
    action = step.action
    if action.prepare is not None:
        try:
            command.prepared = action.prepare(command.state, params, command.ctx)
        except Exception as error:  # noqa: BLE001 - the edge where users' code runs
            return _fail(command, step, failure_from(action.name, error))
    command.is_waiting = True
    return Suspended(command, Call(action, frozen_params(params), command.state, command.ctx))


def _finish(command: Command, step: Step, value: object) -> Done | None:
    action = step.action
    try:
        result = action.finish(  # type: ignore[misc]
            command.state, command.params, command.ctx, command.prepared, value
        )
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        return _fail(command, step, failure_from(action.name, error))
    return _absorb(command, step, result)


def _absorb(command: Command, step: Step, result: object) -> Done | None:
    """Take over what an action returned: checked, merged, validated; or fail."""
    definition = command.agent.definition
    usual = take_usual(definition, command.state, result) if step.action.output is None else None
    taken = usual or take_result(definition, command.state, step.action, result)
    if isinstance(taken, ActionFailure):
        return _fail(command, step, taken)
    command.state, command.output, directives = taken
    command.directives.extend(directives)
    command.succeeded += 1
    return None


def _fail(command: Command, step: Step, failure: ActionFailure) -> Done | None:
    """End the command, or go on (None) where the route says so; `on_error` is applied first."""
    base = command.state if step.continue_on_error else command.agent.state
    state, directives, failure = _handle(command, step.action, base, failure)
    if not step.continue_on_error:
        return _extended(command, _failed(command.agent, failure, state, directives))
    command.state = state
    command.directives.extend((*directives, error_directive(failure)))
    command.tolerated = command.tolerated or failure
    return None


def _handle(
    command: Command, action: Action, base: FrozenDict, failure: ActionFailure
) -> tuple[FrozenDict, Sequence[Directive], ActionFailure]:
    """Apply the action's `on_error` to *base*; what is wrong with it is told with the failure."""
    if action.on_error is None:
        return base, [], failure
    try:
        result = action.on_error(base, command.params, command.ctx, failure)
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        taken: Taken | ActionFailure = failure_from(action.name, error)
    else:
        definition = command.agent.definition
        taken = take_result(definition, base, action, result, has_output=False)
    if isinstance(taken, ActionFailure):
        details = {**(failure.details or {}), "on_error": taken.message}
        return base, [], msgspec.structs.replace(failure, details=freeze_mapping(details))
    state, _, directives = taken
    return state, directives, failure


def _failed(
    agent: Agent,
    failure: ActionFailure,
    state: FrozenDict | None = None,
    directives: Sequence[Directive] = (),
) -> Done:
    if state is not None and state is not agent.state:
        fsm = agent.definition.fsm
        if fsm is not None:
            directives = (*directives, *fsm.entered(agent.id, agent.state, state))
        agent = Agent(agent.definition, agent.id, state)
    return Done(agent, (*directives, error_directive(failure)), None, failure)
