"""A Python action takes what the file gives it.

Why: params reach a function by the names of its parameters. A param without a parameter stops the
engine from starting; a parameter that no param fills makes every call fail. The same goes for the
`with:` of a route, and for functions that no params can be given to: with `*args` or `**kwargs`,
generators, and `async def` with `effect: thread`.

FAIL:

    jido: v1
    name: misnamed
    agents:
      desk:
        routes:
          ticket.opened: {run: "shop.desk:open", params: {ident: {type: string}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import action

    @action
    def open(id: str) -> dict:
        return {"last": id}

PASS:

    jido: v1
    name: named
    agents:
      desk:
        routes:
          ticket.opened: {run: "shop.desk:open", params: {id: {type: string}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import action

    @action
    def open(id: str) -> dict:
        return {"last": id}

Fix: give params and parameters the same names, and every parameter without a param a default. Leave
`params` out, and the function's own hints are the schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.schema_short import is_full_schema
from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.fitting import Shape, clash, value_misfit
from jido_cli.lint.picture import Picture
from jido_cli.lint.python_function import PythonFunction
from jido_cli.lint.records import Action, Route
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

RULE: Final = Rule("JD603", "python-signature", "error")
_BARE: Final = Shape({}, {}, (), is_open=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for everything that keeps a function from being called."""
    for action, run in picture.python_actions:
        function = picture.python.function(run)
        if not isinstance(function, PythonFunction) or not function.is_known:
            continue
        flaws = list(_flaws(picture, action, function))
        yield from flaws
        if not flaws:
            yield from _params(picture, action, function)
    for agent in picture.agents.values():
        for route in agent.routes:
            yield from _with(picture, route)
    for path, item, run in picture.python_sensors:
        found = picture.python.function(run)
        if isinstance(found, PythonFunction) and found.is_sensor and found.is_plain:
            yield from _given(picture, path, raw.mapping(item.get("with")), found)
    for path, item, run in picture.python_directives:
        found = picture.python.function(run)
        if isinstance(found, PythonFunction) and found.is_directive and found.is_plain:
            yield from _given(picture, path, raw.mapping(item.get("with")), found)


def _given(
    picture: Picture, path: Path, given: Raw, function: PythonFunction
) -> Iterator[Diagnostic]:
    """Compare what a directive or sensor of one's own gives with what its function takes."""
    if function.has_own_params:
        return
    known = {each.name: each for each in function.params}
    for name, value in given.items():
        if name not in known:
            fact = f"{function.name} at {function.place} has no parameter {name!r}"
            hint = did_you_mean(name, known)
            yield RULE.found(picture, picture.key((*path, "with", name)), fact, hint=hint)
        else:
            for misfit in value_misfit(value, known[name].schema, _BARE, {}):
                fact = f"{name!r} of {function.name} at {function.place}: {misfit.fact}"
                yield RULE.found(picture, picture.value((*path, "with", name)), fact)
    lacking = [name for name, each in known.items() if not each.has_default and name not in given]
    if lacking and set(given) <= set(known):
        place = picture.key((*path, "with")) if given else picture.value((*path, "run"))
        fact = f"{function.name} at {function.place} needs {', '.join(map(repr, lacking))}"
        yield RULE.found(picture, place, fact)


def _flaws(picture: Picture, action: Action, function: PythonFunction) -> Iterator[Diagnostic]:
    place = picture.value((*action.path, "run"))
    label = f"{function.name} at {function.place}"
    flawed = [parameter for parameter in function.parameters if parameter.flaw is not None]
    for parameter in flawed[:1]:
        fact = f"{label} cannot be an action: {parameter.name} {parameter.flaw}"
        yield RULE.found(picture, place, fact)
    if function.is_generator:
        fact = f"{label} is a generator: an action returns a mapping, None, or both and directives"
        yield RULE.found(picture, place, fact)
    if not function.is_async:
        return
    if function.effect == "thread":
        fact = f"{label} is async def, which runs in the loop: effect='thread' is not for it"
        yield RULE.found(picture, place, fact)
    elif action.value.get("effect") == "thread":
        fact = f"{label} is async def, which runs in the loop: effect 'thread' is not for it"
        place = picture.value((*action.path, "effect"))
        yield RULE.found(picture, place, fact, hint="leave effect out, or write a plain def")


def _params(picture: Picture, action: Action, function: PythonFunction) -> Iterator[Diagnostic]:
    declared = action.value.get("params")
    if not isinstance(declared, dict):
        return
    is_full = is_full_schema(declared)
    members = raw.mapping(declared.get("properties")) if is_full else declared
    path = (*action.path, "params", "properties") if is_full else (*action.path, "params")
    known = {each.name: each for each in function.params}
    for name, schema in members.items():
        parameter = known.get(name)
        if parameter is None:
            fact = f"{function.name} at {function.place} has no parameter {name!r}"
            hint = did_you_mean(name, set(known) - set(members))
            yield RULE.found(picture, picture.key((*path, name)), fact, hint=hint)
        elif words := clash(schema, parameter.schema):
            fact = f"{name!r} is {words[0]} here, and {words[1]} in {function.place}"
            yield RULE.found(picture, picture.value((*path, name)), fact)
    if set(members) <= set(known):
        lacking = [p.name for p in function.params if not p.has_default and p.name not in members]
        if lacking:
            named = ", ".join(map(repr, lacking))
            fact = f"{function.name} at {function.place} needs {named}, which is no param"
            yield RULE.found(picture, picture.key((*action.path, "params")), fact)


def _with(picture: Picture, route: Route) -> Iterator[Diagnostic]:
    """Compare what a route gives; where params are declared the loader has done it."""
    given = route.with_
    for action in route.actions:
        if not isinstance(given, dict) or action.run is None or "params" in action.value:
            continue
        schema = picture.shapes.params(action)
        if schema is None:
            continue
        for name in given:
            if name not in schema.properties:
                place = picture.key((*route.path, "with", name))
                hint = did_you_mean(name, schema.properties)
                yield RULE.found(
                    picture, place, f"{action.run} has no parameter {name!r}", hint=hint
                )
        lacking = [name for name in schema.required if name not in given]
        if lacking and set(given) <= set(schema.properties):
            place = picture.key((*route.path, "with"))
            yield RULE.found(picture, place, f"{action.run} needs {', '.join(map(repr, lacking))}")
