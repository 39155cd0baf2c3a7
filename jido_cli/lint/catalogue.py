"""The catalogue of a topology: every action with its params, what it does, and who runs it.

Read from the file and, for Python, from its source; nothing is imported. How it is shown is
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from jido_cli.core.schema_short import expand_short_form
from jido_cli.core.values import thaw
from jido_cli.lint.picture import Picture
from jido_cli.lint.python_function import PythonFunction
from jido_cli.lint.records import Action

Effect = Literal["pure", "async", "thread"]

ANYTHING: Mapping[str, object] = {"type": "object"}
NOTHING: Mapping[str, object] = {
    "type": "object",
    "properties": {},
    "additionalProperties": False,
}


class Use(msgspec.Struct, frozen=True):
    """A route that runs an action: the agent, and the pattern of its signals."""

    agent: str
    pattern: str


class Entry(msgspec.Struct, frozen=True):
    """One action.

    Attributes:
        name: as the topology knows it; of one written in place the pattern of its route.
        description: in words, empty where nobody gave one.
        effect: `pure` is decided in the loop; `async` and `thread` touch the world. None where
            the source of the Python could not be read.
        run: `module:function` for Python, None for a declared one.
        params: JSON Schema of the params.
        is_known: whether that is all: of Python whose source does not say, anything is allowed.
        output: JSON Schema of the output, None where it is not declared.
        file: name of the file.
        line: where in it the action begins.
        uses: the routes that run it.
    """

    name: str
    description: str
    effect: Effect | None
    run: str | None
    params: Mapping[str, object]
    is_known: bool
    output: Mapping[str, object] | None
    file: str
    line: int
    uses: tuple[Use, ...]


def catalogue(picture: Picture) -> tuple[Entry, ...]:
    """Return every action of a topology without a mistake, in the order of the file.

    Those of mounted topologies come last.
    """
    found = list(_entries(picture))
    for mount in picture.mounts:
        found += [_below(mount.id, entry) for entry in catalogue(mount.picture)]
    return tuple(found)


def _below(mount: str, entry: Entry) -> Entry:
    """Return an action of a mounted topology, its agents named as the outer one names them."""
    uses = tuple(Use(f"{mount}/{use.agent}", use.pattern) for use in entry.uses)
    return msgspec.structs.replace(entry, uses=uses)


def _entries(picture: Picture) -> Iterator[Entry]:
    uses: dict[object, list[Use]] = {}
    for agent in picture.agents.values():
        for route in agent.routes:
            for action in route.actions:
                uses.setdefault(action.path, []).append(Use(agent.name, route.pattern))
    for action in picture.all_actions:
        is_named = action.path[0] == "actions"
        pos = picture.key(action.path) if is_named else picture.value(action.path)
        params = _params(picture, action)
        output = action.value.get("output")
        yield Entry(
            name=action.name,
            description=str(action.value.get("description", "")),
            effect=_effect(picture, action),
            run=action.run,
            params=ANYTHING if params is None else params,
            is_known=params is not None,
            output=expand_short_form(output) if isinstance(output, dict) else None,
            file=picture.file_of(pos),
            line=pos.line,
            uses=tuple(uses.get(action.path, ())),
        )


def _effect(picture: Picture, action: Action) -> Effect | None:
    if action.run is None:
        return "pure"
    if action.value.get("effect") == "thread":
        return "thread"
    function = picture.python.function(action.run)
    if not isinstance(function, PythonFunction) or not function.is_known:
        return None
    if function.is_async:
        return "async"
    return "thread" if function.effect == "thread" else "pure"


def _params(picture: Picture, action: Action) -> Mapping[str, object] | None:
    """Return the schema of the params; None where only the running Python knows it."""
    declared = action.value.get("params")
    if isinstance(declared, dict):
        return expand_short_form(declared)
    if action.run is None:
        return NOTHING
    shape = picture.shapes.params(action)
    if shape is None:
        return None
    found = thaw(dict(shape.source))
    assert isinstance(found, dict)
    return found


def label(name: str) -> str | None:
    """Return a name as programs write one: letters, digits, `_` and `-`; None if none is left."""
    return re.sub("[^A-Za-z0-9_-]", "_", name).strip("_")[:64] or None


def tools(entries: tuple[Entry, ...]) -> list[dict[str, object]]:
    """Return the actions as tools for language models: name, description, input schema.

    Names are made of `[A-Za-z0-9_-]`, at most 64 of them, each once, as the interfaces of the
    models ask for.
    """
    found: dict[str, dict[str, object]] = {}
    for entry in entries:
        base = label(entry.name) or "action"
        name, number = base, 2
        while name in found:
            name, number = f"{base[:60]}_{number}", number + 1
        found[name] = {
            "name": name,
            "description": entry.description or f"Runs {entry.name}.",
            "input_schema": entry.params,
        }
    return list(found.values())
