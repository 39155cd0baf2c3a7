"""`cmd`: a command of pure actions in one go, for tests and for whoever has no engine.

The usual case, one pure action, is written out here; everything else is left to `command`. What
is effectful cannot be run here: nobody would perform it.
"""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.core.action import compiled_action
from jido_cli.core.agent import Agent
from jido_cli.core.command import conclude, failed_command, run_steps
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import failure_from
from jido_cli.core.instructions import BadInstructionError, resolve_instructions
from jido_cli.core.outcomes import Done
from jido_cli.core.results import take_usual
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.steps import addressed_step
from jido_cli.core.values import of_items
from jido_cli.errors import UsageError

_EMPTY = of_items({})


def cmd(
    agent: Agent, action: object, *, ctx: Context | None = None
) -> tuple[Agent, list[Directive]]:
    """Run pure actions on *agent* and return the next one, with the directives.

    Args:
        agent: whose command it is; it stays as it is.
        action: as for `begin`.
        ctx: None is a fixed one (1970, seed 0), so that the same call always gives the same.

    Raises:
        UsageError: an action among them is effectful. Whatever an action does is no reason: a
            failed command returns the agent as it was (or as `on_error` leaves it), and an
            `Error` as the last directive.
    """
    ctx = ctx or Context()
    done = _run_plain(agent, action, ctx)
    if done is not None:
        return done.agent, list(done.directives)
    try:
        resolved = resolve_instructions(agent, action)
    except BadInstructionError as error:
        failed = failed_command(agent, error.failure)
        return failed.agent, list(failed.directives)
    for single, _ in resolved:
        if single.kind != "pure":
            raise UsageError(
                f"action {single.name!r} is effectful ({single.kind}): cmd runs pure actions only",
                hints=("run it in an engine, or use begin and resume",),
            )
    steps = [addressed_step(single, params) for single, params in resolved]
    ended = run_steps(agent, steps, None, ctx, agent.state)
    assert isinstance(ended, Done)  # nothing suspends: all actions are pure
    return ended.agent, list(ended.directives)


def _run_plain(agent: Agent, what: object, ctx: Context) -> Done | None:
    """Run one pure action, the usual case of `cmd`; None, and nothing ran, if it is not that."""
    params: object = _EMPTY
    action_or_name = what
    if agent.definition.extension is not None:
        return None
    if type(what) is tuple and len(what) == 2:
        action_or_name, params = what
    if type(action_or_name) is str:
        action = agent.definition.actions.get(action_or_name)
    else:
        action = compiled_action(action_or_name)
    if action is None or action.kind != "pure" or not isinstance(params, dict):
        return None
    checked: Mapping[str, object] = params
    if action.params is not None:
        try:
            checked = action.params.take_strict(params)
        except SchemaError:
            return None
    elif params:
        return None
    try:
        result = action.run(agent.state, checked, ctx)
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        result = failure_from(action.name, error)
    if action.output is None:
        taken = take_usual(agent.definition, agent.state, result)
        if taken is not None:
            state, output, directives = taken
            if state is not agent.state:
                agent = Agent(agent.definition, agent.id, state)
            return Done(agent, directives, output)
    step = addressed_step(action, params)
    return conclude(agent, step, result, signal=None, params=checked, ctx=ctx)
