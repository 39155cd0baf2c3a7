"""A state that an action sets can be entered from where the action runs.

Why: a change along no transition fails the command, every time. Where an action sets a state that
no transition leads to from the states that its route is for, it can never succeed.

FAIL:

    jido: v1
    name: parcel
    agents:
      parcel:
        state: {status: packed}
        strategy:
          fsm: {field: status, transitions: {packed: [sent], sent: [lost], lost: [packed]}}
        routes:
          parcel.sent: {set: {status: sent}, in: packed}
          parcel.lost: {set: {status: lost}, in: packed}
          parcel.repacked: {set: {status: packed}, in: lost}
    supervisor:
      children: [{agent: parcel}]

PASS:

    jido: v1
    name: parcel
    agents:
      parcel:
        state: {status: packed}
        strategy:
          fsm: {field: status, transitions: {packed: [sent], sent: [lost], lost: [packed]}}
        routes:
          parcel.sent: {set: {status: sent}, in: packed}
          parcel.lost: {set: {status: lost}, in: sent}
          parcel.repacked: {set: {status: packed}, in: lost}
    supervisor:
      children: [{agent: parcel}]

Fix: add the transition, or let the route be taken (`in`) in a state that leads there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.fitting import is_constant
from jido_cli.lint.machines import Machine, machines
from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Action, Route
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw, strategies
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path

RULE: Final = Rule("JD525", "lost-transition", "error")
_CHANGES: Final = ("merge", "replace", "delete", "run", "use", "steps")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every constant state that can be entered from nowhere."""
    for machine in machines(picture):
        told: set[Path] = set()
        for route in machine.agent.routes:
            for path, state, origins in _lost(machine, route):
                if path in told or state not in machine.states:
                    continue  # what the schema does not allow is told already
                told.add(path)
                yield RULE.found(
                    picture,
                    picture.value(path),
                    f"no transition leads from {_listed(origins)} to {state!r}",
                    hint=_hint(machine, state),
                    notes=(f"route {route.pattern!r} of agent {route.agent!r} runs it",),
                )


def _lost(machine: Machine, route: Route) -> Iterator[tuple[Path, str, list[str]]]:
    """Yield the states that the actions of a route set in vain, and those they are in then."""
    here = strategies.route_states(route.value) or list(machine.states)
    for action in route.actions:
        path, state = _set(action, machine.field)
        if path is None:
            here = list(machine.states) if _may_change(action) else here
        elif state is None:
            here = list(machine.states)
        else:
            if state not in here and not any(state in machine.table.get(one, ()) for one in here):
                yield path, state, here
                return
            here = [state]


def _set(action: Action, field: str) -> tuple[Path | None, str | None]:
    value = raw.mapping(action.value.get("set"))
    if field not in value:
        return None, None
    given = value[field]
    is_known = isinstance(given, str) and is_constant(given)
    return (*action.path, "set", field), given if is_known else None  # type: ignore[return-value]


def _may_change(action: Action) -> bool:
    keys = raw.mapping(action.value.get("set"))
    return any(key in action.value for key in _CHANGES) or not all(map(is_constant, keys))


def _hint(machine: Machine, state: str) -> str:
    origins = [one for one, targets in machine.table.items() if state in targets]
    return f"it is entered from {_listed(origins)}" if origins else "nothing leads to it"


def _listed(states: list[str]) -> str:
    return ", ".join(repr(state) for state in states)
