"""What an action puts into the state fits the state.

Why: after every command the state is held against its schema, and a command that breaks it fails
and changes nothing. A value that stands in the file and can never fit makes its action fail every
time it runs.

FAIL:

    jido: v1
    name: outside
    agents:
      desk:
        state: {status: {type: string, enum: [open, closed], default: open}}
        routes:
          desk.closed: {set: {status: shut}}
    supervisor:
      children: [{agent: desk}]

PASS:

    jido: v1
    name: inside
    agents:
      desk:
        state: {status: {type: string, enum: [open, closed], default: open}}
        routes:
          desk.closed: {set: {status: closed}}
    supervisor:
      children: [{agent: desk}]

Fix: set a value that the schema allows, or allow the value under the agent's `state`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from jido_cli.lint.fitting import Shape, is_constant, value_misfit
from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Action
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

RULE: Final = Rule("JD511", "state-value", "error")
_ELEMENT: Final = "[]"
_FEW: Final = 50  # of the agents that run the same action: what is wrong shows with the first


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every constant that an agent's state cannot hold."""
    for action in picture.all_actions:
        told: set[Path] = set()
        for agent in picture.users(action)[:_FEW]:
            schema = picture.shapes.state(agent)
            if schema is None:
                continue
            for above in ((), ("on_error",)):
                block = raw.mapping(action.value.get("on_error")) if above else action.value
                for finding, path in _misfits(picture, action, agent, schema, (block, above)):
                    if path not in told:
                        told.add(path)
                        yield finding


def _misfits(
    picture: Picture, action: Action, agent: str, schema: Shape, block: tuple[Raw, Path]
) -> Iterator[tuple[Diagnostic, Path]]:
    for below, names, value in _constants(block[0]):
        wanted = _part(schema.source, names)
        if wanted is None:
            continue
        for misfit in value_misfit(value, wanted, schema, {}):
            path = (*action.path, *block[1], *below, *misfit.path)
            label = ".".join(each for each in (*names, *map(str, misfit.path)) if each != _ELEMENT)
            notes = (f"the state of agent {agent!r} is declared at {_declared(picture, agent)}",)
            place = picture.key(path) if misfit.is_key else picture.value(path)
            fact = f"{label} of the state: {misfit.fact}"
            yield RULE.found(picture, place, fact, hint=misfit.hint, notes=notes), path


def _declared(picture: Picture, agent: str) -> str:
    return picture.line(("agents", agent, "state"))


def _constants(block: Raw) -> Iterator[tuple[Path, list[str], object]]:
    """Yield where a constant stands, the names of the path in the state, and the constant."""
    for key, value in raw.mapping(block.get("set")).items():
        if is_constant(key) and is_constant(value):
            yield ("set", key), key.split("."), value
    for key, value in raw.mapping(block.get("replace")).items():
        if is_constant(key) and is_constant(value):
            yield ("replace", key), [key], value
    for path, value in _leaves(raw.mapping(block.get("merge")), ()):
        yield ("merge", *path), [str(name) for name in path], value
    for word in ("append", "prepend"):
        for key, value in raw.mapping(block.get(word)).items():
            if is_constant(key) and is_constant(value):
                yield (word, key), [*key.split("."), _ELEMENT], value


def _leaves(value: Raw, above: Path) -> Iterator[tuple[Path, object]]:
    for key, below in value.items():
        if not is_constant(key):
            continue
        if isinstance(below, dict):
            yield from _leaves(below, (*above, key))
        elif is_constant(below):
            yield (*above, key), below


def _part(schema: object, names: list[str]) -> object:
    """Return the schema of what lies at a path of the state, None where that is not known."""
    for name in names:
        if not isinstance(schema, Mapping) or "$ref" in schema:
            return None
        properties = schema.get("properties")
        if name == _ELEMENT:
            schema = schema.get("items")
        elif isinstance(properties, Mapping) and name in properties:
            schema = properties[name]
        else:
            schema = schema.get("additionalProperties")
    return schema if isinstance(schema, Mapping) and "$ref" not in schema else None
