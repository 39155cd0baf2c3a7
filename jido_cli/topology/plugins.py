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
from jido_cli.topology.defaults import Defaults
from jido_cli.topology.load_time import synthetic
from jido_cli.topology.model import PluginDecl, Restart
from jido_cli.topology.positions import MapMark, Mark, Path, Pos, Positions, ScalarMark, span
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import BAD_PLUGIN, Findings
from jido_cli.topology.words import listed

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
    restart = cast("Restart", entry.value.get("restart", "transient"))
    return PluginDecl(entry.key, entry.prefix, pos, entry.use, entry.run, given, restart)


def with_defaults(
    document: Raw, mark: MapMark, defaults: Defaults, findings: Findings
) -> tuple[Raw, MapMark]:
    """Return the document with the plugins that `defaults` give in the agents that take them.

    An agent takes those of its file by name, unless it has one of that name, says `false`, or
    lists its plugins; `false` for one that is not given is a finding.
    """
    gives_any = defaults.gives_plugins
    for name, agent in raw.entries(document, "agents"):
        if not gives_any and "plugins" not in agent.value:
            continue
        positions = Positions(mark)
        given = defaults.agent(positions.key(agent.path).file).get("plugins", {})
        own = agent.value.get("plugins", {})
        if not isinstance(own, dict) or not isinstance(given, dict):
            continue
        _check_refused(RawNode((*agent.path, "plugins"), own), given, positions, findings)
        added = {key: one for key, one in given.items() if key not in own and isinstance(one, dict)}
        if not added and not any(one is False for one in own.values()):
            continue
        kept = {key: one for key, one in own.items() if one is not False}
        path = ("agents", name, "plugins")
        document, mark = _put(document, mark, path, {**added, **kept}, positions)
    return document, mark


def _check_refused(plugins: RawNode, given: Raw, positions: Positions, findings: Findings) -> None:
    for name, value in plugins.value.items():
        place = positions.value((*plugins.path, name))
        if value is True:
            hint = f"leave {name!r} out" if name in given else "write {use: ...} or {run: ...}"
            findings.add(BAD_PLUGIN, place, "true is no plugin", hint=hint)
        if value is False and name not in given:
            known = f"they give: {listed(given)}" if given else "they give none"
            fact = f"false stands for a plugin that defaults give, and {name!r} is none of them"
            findings.add(BAD_PLUGIN, place, fact, hint=known)


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
    value: Raw, mark: MapMark, path: tuple[str, ...], new: object, place: ScalarMark | Positions
) -> tuple[Raw, MapMark]:
    """Return a mapping with *new* at *path*; the mappings on the way are copied.

    Args:
        value: the mapping.
        mark: its places.
        path: of keys.
        new: what is to stand there.
        place: where all of it stands; or the places of the document, for plugins of which some
            are the agent's own and the others those of the defaults.
    """
    first, *rest = path
    inner, inner_mark = value.get(first), mark.values.get(first)
    if rest:
        base = inner_mark
        if not isinstance(base, MapMark):
            base = MapMark(mark.pos, {}, {})
        put: object
        below_mark: Mark
        put, below_mark = _put(raw.mapping(inner), base, tuple(rest), new, place)
    else:
        put = new
        below_mark = _mark_of(new, inner_mark, mark, place)
    keys = {**mark.keys, first: mark.keys.get(first, span(below_mark))}
    return {**value, first: put}, MapMark(mark.pos, keys, {**mark.values, first: below_mark})


def _mark_of(
    new: object, before: Mark | None, above: MapMark, place: ScalarMark | Positions
) -> Mark:
    if isinstance(place, ScalarMark):
        return synthetic(new, place)
    own = before if isinstance(before, MapMark) else MapMark(above.pos, {}, {})
    found = place.mark(("defaults", "agent", "plugins"))
    given = found if isinstance(found, MapMark) else MapMark(above.pos, {}, {})
    keys: dict[str, ScalarMark] = {}
    marks: dict[str, Mark] = {}
    for name, plugin in raw.mapping(new).items():
        # Those that the defaults of an included file give are told at the agent that takes them.
        keys[name] = own.keys.get(name) or given.keys.get(name) or own.pos
        mark = own.values.get(name) or given.values.get(name)
        marks[name] = synthetic(plugin, own.pos) if mark is None else mark
    return MapMark(own.pos, keys, marks)


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
