"""Plugins of agents as the file declares them: by name or in a list, and what they add to a state.

Only the reading: what is wrong with them is `plugin_checks`' business. Python is never looked at,
so the slice of a plugin that is written in it may hold anything here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

import msgspec

from jido_cli.core.plugins.shapes import BUILT_IN
from jido_cli.core.schema_short import expand_short_form, is_full_schema
from jido_cli.core.values import freeze
from jido_cli.topology import raw
from jido_cli.topology.load_time import synthetic
from jido_cli.topology.model import PluginDecl
from jido_cli.topology.positions import MapMark, Mark, Path, Pos, Positions, ScalarMark, span
from jido_cli.topology.raw import Raw, RawNode

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ANY_STATE: Final = {"type": "object", "properties": {}, "additionalProperties": True}
# What a slice may be whose schema is in Python: it is known when the topology starts.
_ANY_SLICE: Final[Mapping[str, object]] = {"type": "object", "default": {}}


class PluginEntry(msgspec.Struct, frozen=True, eq=False):
    """One plugin of an agent: its names, and where and how it is written."""

    key: str
    prefix: str
    path: Path
    value: Raw

    @property
    def use(self) -> str | None:
        """The built-in plugin that is named."""
        return raw.text(self.value.get("use"))

    @property
    def run(self) -> str | None:
        """The class that is named, as `module:Class`."""
        return raw.text(self.value.get("run"))


def plugin_entries(agent: RawNode) -> list[PluginEntry]:
    """Return the plugins of an agent, in order; one that is no mapping has its name at most."""
    declared, path = agent.value.get("plugins"), (*agent.path, "plugins")
    if isinstance(declared, dict):
        return [
            PluginEntry(
                name,
                raw.text(raw.mapping(value).get("signal")) or name,
                (*path, name),
                raw.mapping(value),
            )
            for name, value in declared.items()
        ]
    return [
        _listed(RawNode((*path, index), value))
        for index, value in enumerate(raw.items(declared))
        if isinstance(value, dict)
    ]


def declared_plugin(entry: PluginEntry, pos: Pos) -> PluginDecl:
    """Return the declaration of a plugin in which nothing is wrong."""
    given = cast("Mapping[str, object]", freeze(entry.value.get("with", {})))
    return PluginDecl(entry.key, entry.prefix, pos, entry.use, entry.run, given)


def with_slices(document: Raw, mark: MapMark) -> tuple[Raw, MapMark]:
    """Return the document with the slices of plugins in the states that agents declare.

    So whatever looks at a state knows them. A name that the state has already is left to it.
    """
    for name, agent in raw.entries(document, "agents"):
        slices = {entry.key: entry for entry in plugin_entries(agent)}
        if slices:
            document, mark = _extended(document, mark, name, slices)
    return document, mark


def _extended(
    document: Raw, mark: MapMark, agent: str, slices: Mapping[str, PluginEntry]
) -> tuple[Raw, MapMark]:
    value = raw.mapping(raw.mapping(document["agents"])[agent])
    state = value.get("state", _ANY_STATE)
    if not isinstance(state, dict):
        return document, mark
    below: tuple[str, ...] = ("properties",) if is_full_schema(state) else ()
    members = raw.mapping(state.get("properties")) if below else state
    if below and "properties" not in state:
        return document, mark  # a reference: what it leads to is not the agent's alone
    positions = Positions(mark)
    for key, entry in slices.items():
        if key not in members:
            place = span(positions.mark(entry.path))
            if "state" not in value:
                value = {**value, "state": state}
                document, mark = _put(document, mark, ("agents", agent, "state"), state, place)
            path = ("agents", agent, "state", *below, key)
            document, mark = _put(document, mark, path, _slice_schema(entry), place)
    return document, mark


def _slice_schema(entry: PluginEntry) -> Mapping[str, object]:
    shape = BUILT_IN.get(entry.use or "")
    if shape is None:
        return _ANY_SLICE
    schema = expand_short_form(shape.state)
    members = raw.mapping(schema["properties"])
    default = {name: raw.mapping(one).get("default") for name, one in members.items()}
    return {**schema, "default": default}


def _put(
    value: Raw, mark: Mark | None, path: tuple[str, ...], new: object, place: ScalarMark
) -> tuple[Raw, MapMark]:
    """Return a mapping with *new* at *path*, all of which stands at *place*."""
    first, *rest = path
    base = mark if isinstance(mark, MapMark) else MapMark(place, {}, {})
    below, below_mark = new, synthetic(new, place)
    if rest:
        inner = raw.mapping(value.get(first))
        below, below_mark = _put(inner, base.values.get(first), tuple(rest), new, place)
    keys = {**base.keys, first: base.keys.get(first, place)}
    return {**value, first: below}, MapMark(base.pos, keys, {**base.values, first: below_mark})


def _listed(node: RawNode) -> PluginEntry:
    use, run = raw.text(node.value.get("use")), raw.text(node.value.get("run"))
    if use is not None:
        name = use.rpartition(".")[2]
    else:
        name = _HUMP.sub("_", (run or "").rpartition(":")[2]).lower()
    prefix = raw.text(node.value.get("signal")) or name
    alias = raw.text(node.value.get("as"))
    if alias:
        return PluginEntry(f"{name}_{alias}", f"{alias}.{prefix}", node.path, node.value)
    return PluginEntry(name, prefix, node.path, node.value)
