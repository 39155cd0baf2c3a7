"""Checks of signals that are addressed to one agent from outside: route, params, type.

A signal on the bus may carry what nobody asked for; one that a person or a program sends to a
certain agent is checked before it is sent, so that a typo is told where it was made
(runtime.md 13, 30).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jido_cli.core.agent import AgentDefinition
from jido_cli.core.catalogue import fault_of
from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import ControlError
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart

RESERVED: Final = "jido."
SHOWN: Final = 12


def require_agent(place: Place) -> AgentDefinition:
    """Return the definition of the agent at *place*.

    Raises:
        ControlError: `no-agent`, it is something else.
    """
    start = place.start
    if not isinstance(start, AgentStart):
        raise ControlError(
            f"{place.id} is a {start.kind}: it takes no signals",
            code="no-agent",
            where=place.path,
        )
    return start.program.definition


def check_type(signal_type: str) -> None:
    """Refuse types that only the engine itself sends.

    Raises:
        ControlError: `reserved-type`.
    """
    if signal_type.startswith(RESERVED):
        raise ControlError(
            f"signal type {signal_type!r}: types that begin with 'jido.' cannot come from outside",
            code="reserved-type",
        )


def check_route(place: Place, definition: AgentDefinition, signal_type: str) -> None:
    """Refuse a type that the agent has no route for.

    Raises:
        ControlError: `no-route`, with what is near and what it takes.
    """
    if definition.takes(signal_type):
        return
    patterns = definition.signal_patterns
    near = did_you_mean(signal_type, patterns)
    shown = ", ".join(patterns[:SHOWN]) or "nothing"
    raise ControlError(
        f"{place.id} has no route for {signal_type!r}" + (f"; {near}" if near else ""),
        code="no-route",
        where=f"{place.path} takes {shown}",
    )


def known_params(definition: AgentDefinition, signal_type: str) -> frozenset[str] | None:
    """Return the members of a signal's data that its senders may give; None: any.

    They are those that the agent's actions declare, and those that the catalogue has.
    """
    promised = definition.catalogue.get(signal_type)
    known: set[str] = set() if promised is None else set(promised.properties)
    for route in definition.plan(signal_type):
        for action, given in route.instructions:
            if given is None and action.params is not None:
                if action.params.is_open:
                    return None
                known.update(action.params.properties)
    return frozenset(known)


def check_data(definition: AgentDefinition, signal_type: str, data: object) -> None:
    """Refuse data that is not what the catalogue promises of a signal.

    Raises:
        ControlError: `invalid-signal`.
    """
    fault = fault_of(definition.catalogue, signal_type, data)
    if fault is not None:
        raise ControlError(fault, code="invalid-signal", where="the catalogue, signals:")


def no_such_param(signal_type: str, data: Mapping[str, object], known: frozenset[str]) -> str:
    """Say which member of *data* no action declares."""
    name = next(name for name in data if name not in known)
    near = did_you_mean(str(name), known)
    if near is None and len(known) == 1 and known.isdisjoint(data):
        near = f"did you mean {next(iter(known))!r}?"
    takes = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
    return f"{signal_type} has no param {name!r}; {near or takes}"


def unknown_params(definition: AgentDefinition, signal_type: str, data: object) -> str | None:
    """Return what is wrong with members of *data* that nobody declares."""
    if not isinstance(data, Mapping):
        return None
    known = known_params(definition, signal_type)
    if known is None or known.issuperset(data):
        return None
    return no_such_param(signal_type, data, known)
