"""What a signal carries is what the action that takes it needs.

Why: an action checks its params before it runs. Where a signal never carries a param that is
required, or carries it with another type, every delivery fails, and nobody sees it before the
first signal comes. What the catalogue says about a type counts for whoever sends it.

FAIL:

    jido: v1
    name: misfit
    agents:
      orders:
        state: {n: 0}
        routes:
          order.placed: {set: {n: "${{ state.n + 1 }}"}, emit: {type: stock.wanted, data: {n: 1}}}
      stock:
        state: {last: ""}
        routes:
          stock.wanted: {params: {sku: {type: string}}, set: {last: "${{ params.sku }}"}}
    supervisor:
      children: [{agent: stock}, {agent: orders}]

PASS:

    jido: v1
    name: fit
    agents:
      orders:
        state: {n: 0}
        routes:
          order.placed:
            params: {sku: {type: string}}
            set: {n: "${{ state.n + 1 }}"}
            emit: {type: stock.wanted, data: {sku: "${{ params.sku }}"}}
      stock:
        state: {last: ""}
        routes:
          stock.wanted: {params: {sku: {type: string}}, set: {last: "${{ params.sku }}"}}
    supervisor:
      children: [{agent: stock}, {agent: orders}]

Fix: send what the action needs, give the param a default, or fill it with `with:` in the route.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.fitting import Misfit, Shape, clash, members_misfit, shape_of
from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Action, Route
from jido_cli.lint.rule import Rule
from jido_cli.lint.sendings import ABSENT, UNKNOWN, Sending
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path, Pos

RULE: Final = Rule("JD414", "unfit-data", "error")
_FEW: Final = 50  # of the agents that send or take the same: what is wrong shows with the first


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every signal that an action which takes it cannot take."""
    for sending in picture.flow.sendings:
        if sending.type is None or "data" in picture.signals.get(sending.type, {}):
            continue  # what the catalogue says is compared below
        told: set[tuple[Path, tuple[str | int, ...]]] = set()
        for agent in sending.agents[:_FEW]:
            for route in (picture.flow.takers(sending, agent) or ())[:_FEW]:
                for action, schema in _takers(picture, route):
                    for misfit in _misfits(picture, sending, agent, schema):
                        if (action.path, misfit.path) not in told:
                            told.add((action.path, misfit.path))
                            yield _finding(picture, sending, route, action, misfit)
    for agent_ in picture.agents.values():
        for route in agent_.routes if agent_.name in picture.instances else ():
            yield from _against_catalogue(picture, route)


def _takers(picture: Picture, route: Route) -> Iterator[tuple[Action, Shape]]:
    """Yield the actions that take their params from the signal, with the schema of these."""
    if route.with_ is not None or route.is_conditional:
        return
    for action in route.actions:
        schema = picture.shapes.params(action)
        if schema is not None:
            yield action, schema


def _misfits(picture: Picture, sending: Sending, agent: str, schema: Shape) -> Iterator[Misfit]:
    data = sending.data
    if data is UNKNOWN or (isinstance(data, str) and "${{" in data):
        return
    if data is ABSENT or not isinstance(data, dict):
        data = {}
    yield from members_misfit(data, schema, picture.shapes.scope(agent, sending.action))


def _finding(
    picture: Picture, sending: Sending, route: Route, action: Action, misfit: Misfit
) -> Diagnostic:
    who = f"action {action.name!r} of agent {route.agent!r}"
    if action.path[0] == "agents":
        who = f"agent {route.agent!r}"
    notes = (f"it takes the signal at {picture.line(route.path)}",)
    if misfit.missing:
        fact = f"signal {sending.type!r} carries no {misfit.lacking}, which {who} needs"
        place = _data_place(picture, sending)
        return RULE.found(picture, place, fact, hint=misfit.hint, notes=notes)
    place = picture.value((*sending.data_place, *misfit.path))
    fact = f"{who} cannot take {_dotted(misfit.path)}: {misfit.fact}"
    return RULE.found(picture, place, fact, hint=misfit.hint, notes=notes)


def _data_place(picture: Picture, sending: Sending) -> Pos:
    if sending.data_place == sending.place:
        return picture.value(sending.place)
    return picture.key(sending.data_place)


def _against_catalogue(picture: Picture, route: Route) -> Iterator[Diagnostic]:
    declared = picture.signals.get(route.pattern, {})
    data = shape_of(declared.get("data"))
    if data is None:
        return
    for action, schema in _takers(picture, route):
        lacking = [
            name for name in schema.required if name not in data.properties and not data.is_open
        ]
        notes = (f"the catalogue has it at {picture.line(('signals', route.pattern))}",)
        if lacking and not data.is_open:
            named = ", ".join(map(repr, lacking))
            fact = f"{route.pattern!r} has no {named} in the catalogue, which {route.agent} needs"
            yield RULE.found(picture, picture.key(route.path), fact, notes=notes)
        for name, inner in schema.properties.items():
            words = clash(data.properties.get(name), inner)
            if words is not None:
                fact = f"{name!r} of {route.pattern!r} is {words[0]} in the catalogue,"
                fact += f" and {words[1]} in the params"
                yield RULE.found(
                    picture, picture.value((*action.path, "params", name)), fact, notes=notes
                )


def _dotted(path: tuple[str | int, ...]) -> str:
    return repr(".".join(map(str, path)))
