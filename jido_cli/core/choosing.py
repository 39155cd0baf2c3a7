"""Which of the routes that match a signal count in an agent's present state: `in` and `when`.

Only the choice is made here; what the chosen steps come to is the command's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from jido_cli.core.agent import Agent, Route
from jido_cli.core.failures import ActionFailure, failure_from, invalid
from jido_cli.core.fsm import Fsm
from jido_cli.core.instructions import BadInstructionError
from jido_cli.core.signals import Signal
from jido_cli.core.steps import Step

LIFECYCLE = "jido."
"""Start of the types that tell of an agent's surroundings; ignored where no route takes them."""


def chosen_steps(
    agent: Agent, groups: Sequence[tuple[Route, Sequence[Step]]], signal: Signal
) -> list[Step]:
    """Return the steps of the routes that count in the state before the command.

    Args:
        agent: whose state it is.
        groups: the routes that match, with their steps, in order.
        signal: which they match.

    Raises:
        BadInstructionError: a condition failed; or there are routes for the signal, but all are
            for other states of the agent's machine.
    """
    steps: list[Step] = []
    barred: list[Route] = []
    fsm = agent.definition.fsm
    for route, inner in groups:
        if fsm is not None and route.states and fsm.state_of(agent.state) not in route.states:
            barred.append(route)
        elif route.when is None or _holds(agent, route, signal):
            steps.extend(inner)
    if barred and not steps and fsm is not None and not signal.type.startswith(LIFECYCLE):
        raise BadInstructionError(_not_allowed(agent, fsm, barred, signal))
    return steps


def _holds(agent: Agent, route: Route, signal: Signal) -> bool:
    assert route.when is not None
    try:
        return route.when(agent.state, signal) is True
    except Exception as error:  # noqa: BLE001 - the edge where expressions run
        failure = failure_from(f"when of {route.pattern}", error)
        raise BadInstructionError(failure) from None


def _not_allowed(agent: Agent, fsm: Fsm, barred: Sequence[Route], signal: Signal) -> ActionFailure:
    allowed = {state for route in barred for state in route.states}
    states = ", ".join(repr(state) for state in fsm.states if state in allowed)
    text = f"{signal.type} is not allowed in {fsm.state_of(agent.state)!r}; it is in {states}"
    return invalid("not_allowed", signal.type, text)
