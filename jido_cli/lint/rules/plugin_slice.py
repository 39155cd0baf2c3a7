"""What a plugin keeps in the state, its own actions change.

Why: a plugin promises something of what it keeps: that entries of a thread are only ever added,
that `rev` counts them. An action of the agent that changes a slice fails every time it runs.

FAIL:

    jido: v1
    name: desk
    agents:
      desk:
        plugins:
          thread: {use: jido.plugin.thread}
        routes:
          desk.cleared: {set: {thread.rev: 0}}
    supervisor:
      children: [{agent: desk}]

PASS:

    jido: v1
    name: desk
    agents:
      desk:
        plugins:
          thread: {use: jido.plugin.thread}
        routes:
          desk.cleared: {emit: {type: thread.append, to: self, data: {kind: cleared}}}
    supervisor:
      children: [{agent: desk}]

Fix: send the plugin a signal that it takes, or keep your own in another member of the state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.fitting import is_constant
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.plugins import PluginEntry, plugin_entries
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

RULE: Final = Rule("JD606", "plugin-slice", "error")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every key of an action that changes what a plugin keeps."""
    slices = {
        agent.name: {one.key: one for one in plugin_entries(raw.RawNode(agent.path, agent.value))}
        for agent in picture.agents.values()
    }
    if not any(slices.values()):
        return
    for action in picture.all_actions:
        kept: dict[str, PluginEntry] = {}
        for agent in picture.users(action):
            kept |= slices.get(agent, {})
        for above in ((), ("on_error",)):
            block = raw.mapping(action.value.get("on_error")) if above else action.value
            for below, name in _members(block):
                if name in kept:
                    path = (*action.path, *above, *below)
                    place = picture.value(path) if below[0] == "delete" else picture.key(path)
                    fact = f"state.{name} is what plugin {name!r} keeps: only its actions change it"
                    notes = (f"the plugin stands at {picture.line(kept[name].path)}",)
                    yield RULE.found(picture, place, fact, hint="send it signals", notes=notes)


def _members(block: Raw) -> Iterator[tuple[Path, str]]:
    """Yield where a state key stands, and which member of the state it changes."""
    for verb in ("set", "append", "prepend", "keep"):
        for key in raw.mapping(block.get(verb)):
            if is_constant(key):
                yield (verb, key), str(key).split(".")[0]
    for verb in ("merge", "replace"):
        for key in raw.mapping(block.get(verb)):
            if is_constant(key):
                yield (verb, key), str(key)
    deleted = block.get("delete")
    for number, key in enumerate(deleted if isinstance(deleted, list) else ()):
        if isinstance(key, str) and is_constant(key):
            yield ("delete", number), key.split(".")[0]
