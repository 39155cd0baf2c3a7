"""Instructions: the ways to say which actions run with which params, made uniform.

What runs is only looked up here; params are checked when their turn comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jido_cli.core.action import Action, is_action
from jido_cli.core.agent import Agent, as_action
from jido_cli.core.failures import ActionFailure, invalid
from jido_cli.core.shown import show
from jido_cli.core.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Instruction:
    """An action, or the name of one, with its params."""

    action: Action | str
    params: Mapping[str, object] = field(default_factory=dict)


class BadInstructionError(Exception):
    """Carries the failure of what cannot even begin."""

    def __init__(self, failure: ActionFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def resolve_instructions(agent: Agent, what: object) -> list[tuple[Action, Mapping[str, object]]]:
    """Return the actions with their params that *what* stands for, in order.

    Args:
        agent: whose actions are known by name.
        what: an action's name, an `Action` or marked function, `(action, params)`, an
            `Instruction`, or a list of these.

    Raises:
        BadInstructionError: something in it is none of these, or a name that is not known.
    """
    items = what if isinstance(what, list) else [what]
    return [_resolved_one(agent, item) for item in items]


def _resolved_one(agent: Agent, item: object) -> tuple[Action, Mapping[str, object]]:
    action: object = item
    params: object = {}
    if isinstance(item, Instruction):
        action, params = item.action, item.params
    elif isinstance(item, tuple) and len(item) == 2:
        action, params = item
    if not isinstance(params, Mapping):
        raise BadInstructionError(
            invalid("invalid_instruction", "instruction", f"params {show(params)} are no mapping")
        )
    if isinstance(action, str):
        return _named(agent, action), params
    if isinstance(action, Action) or is_action(action):
        return as_action(action), params  # type: ignore[arg-type]
    text = f"{show(action)} is not an action, (action, params), an Instruction, or a list of these"
    raise BadInstructionError(invalid("invalid_instruction", "instruction", text))


def _named(agent: Agent, name: str) -> Action:
    found = agent.definition.actions.get(name)
    if found is not None:
        return found
    known = agent.definition.actions
    hint = did_you_mean(name, known) or f"it has: {', '.join(known) or 'none'}"
    text = f"agent {agent.definition.name!r} has no action {name!r}; {hint}"
    raise BadInstructionError(invalid("unknown_action", name, text))
