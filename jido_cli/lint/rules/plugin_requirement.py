"""What a plugin requires is there.

Why: a plugin says what it cannot do without: another plugin of its agent, a value of its
configuration, a module. Where that is missing the topology does not start.

FAIL:

    jido: v1
    name: desk
    agents:
      desk:
        plugins:
          notes: {run: "shop.desk:Notes"}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import Plugin

    class Notes(Plugin):
        name = "notes"
        requires = [("plugin", "thread")]

PASS:

    jido: v1
    name: desk
    agents:
      desk:
        plugins:
          notes: {run: "shop.desk:Notes"}
          thread: {use: jido.plugin.thread}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import Plugin

    class Notes(Plugin):
        name = "notes"
        requires = [("plugin", "thread")]

Fix: add the plugin that is required, or give the value under `with`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.plugins import PluginEntry, plugin_entries

RULE: Final = Rule("JD605", "plugin-requirement", "error")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for everything that a plugin in Python requires and that is not there."""
    for agent in picture.agents.values():
        entries = plugin_entries(raw.RawNode(agent.path, agent.value))
        sources = {entry.key: _constants(picture, entry) for entry in entries}
        names = {_name(entry, sources[entry.key]) for entry in entries}
        is_known = all(source is not None for source in sources.values())
        for entry in entries:
            source = sources[entry.key] or {}
            for what, name in _pairs(source.get("requires")):
                if what == "plugin" and is_known and not {name} & {*names, *sources}:
                    hint = f"add it under plugins: of {agent.name}"
                    fact = f"plugin {entry.key!r} requires plugin {name!r}"
                    yield RULE.found(picture, picture.key(entry.path), fact, hint=hint)
                elif what == "config" and not _is_given(entry, source, name):
                    fact = f"plugin {entry.key!r} requires a value for {name!r}"
                    hint = f"give it: with: {{{name}: ...}}"
                    yield RULE.found(picture, picture.key(entry.path), fact, hint=hint)


def _constants(picture: Picture, entry: PluginEntry) -> Mapping[str, object] | None:
    """Return what a plugin's class says of itself, None where nobody can tell."""
    if entry.run is None:
        return {"name": (entry.use or "").rpartition(".")[2]}
    found = picture.python.constants(entry.run)
    return found if isinstance(found, Mapping) else None


def _name(entry: PluginEntry, source: Mapping[str, object] | None) -> str:
    return str((source or {}).get("name", entry.key))


def _pairs(requires: object) -> Iterator[tuple[str, str]]:
    for one in requires if isinstance(requires, list | tuple) else ():
        if isinstance(one, list | tuple) and len(one) == 2 and all(isinstance(x, str) for x in one):
            yield one[0], one[1]


def _is_given(entry: PluginEntry, source: Mapping[str, object], name: str) -> bool:
    schema = source.get("config_schema", {})
    if not isinstance(schema, dict):
        return True
    default = schema.get(name)
    if isinstance(default, dict):
        default = default.get("default")
    return raw.mapping(entry.value.get("with")).get(name, default) is not None
