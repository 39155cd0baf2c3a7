"""`jido actions`: the catalogue as a table, and as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jido_cli.actions.catalogue import BuiltIn
from jido_cli.core.values import thaw
from jido_cli.lint.catalogue import Entry
from jido_cli.observe.text.columns import Column, table
from jido_cli.observe.text.display import cut, display
from jido_cli.observe.text.measures import plural

_COLUMNS: Final = (
    Column("ACTION", 17),
    Column("EFFECT", 8),
    Column("PARAMS", 20),
    Column("RUN BY", 0),
)
_WIDEST: Final = 60


def action_lines(entries: Sequence[Entry]) -> list[str]:
    """Return the table, and after it what each description says."""
    if not entries:
        return ["no actions"]
    rows = [
        [
            display(entry.name),
            entry.effect or "unknown",
            cut(_params(entry), _WIDEST),
            cut(_uses(entry), _WIDEST),
        ]
        for entry in entries
    ]
    lines = [line.rstrip() for line in table(_COLUMNS, rows)]
    told = [entry for entry in entries if entry.description]
    width = max((len(display(entry.name)) for entry in told), default=0)
    if told:
        lines.append("")
        lines += [
            f"{display(each.name).ljust(width)}  {display(each.description)}" for each in told
        ]
    return [*lines, "", plural(len(entries), "action")]


def action_objects(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "actions": [
            {
                "name": entry.name,
                "description": entry.description,
                "effect": entry.effect,
                "run": entry.run,
                "params": entry.params,
                "params_known": entry.is_known,
                "output": entry.output,
                "file": entry.file,
                "line": entry.line,
                "run_by": [{"agent": use.agent, "pattern": use.pattern} for use in entry.uses],
            }
            for entry in entries
        ]
    }


def built_in_lines(found: Sequence[BuiltIn]) -> list[str]:
    """Return a block for each thing that a topology can `use`."""
    lines = []
    for each in found:
        lines.append(f"{each.name}  {each.kind}  {display(each.description)}".rstrip())
        lines.append(f"  with     {_members(each.config) or 'nothing'}")
        verb = "sends" if each.kind == "sensor" else "takes"
        lines.append(f"  {verb}    {', '.join(each.signals) or 'nothing'}")
        lines.append("")
    return [*lines, f"{len(found):,} built in"]


def built_in_objects(found: Sequence[BuiltIn]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "built_in": [
            {
                "name": each.name,
                "kind": each.kind,
                "description": each.description,
                "config": each.config,
                "signals": list(each.signals),
            }
            for each in found
        ]
    }


def _params(entry: Entry) -> str:
    return _members(entry.params) if entry.is_known else "(see its source)"


def _members(schema: Mapping[str, object]) -> str:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return "any"
    needed = schema.get("required", ())
    return ", ".join(
        _param(name, schema, is_needed=isinstance(needed, Sequence) and name in needed)
        for name, schema in properties.items()
    )


def _param(name: str, schema: object, *, is_needed: bool) -> str:
    if is_needed or not isinstance(schema, Mapping):
        return display(name)
    if "default" in schema:
        return f"{display(name)}={_json(schema['default'])}"
    return f"[{display(name)}]"


def _json(value: object) -> str:
    """Return a default as it would stand in the file."""
    return display(json.dumps(thaw(value), ensure_ascii=False))


def _uses(entry: Entry) -> str:
    agents: dict[str, list[str]] = {}
    for use in entry.uses:
        agents.setdefault(use.agent, []).append(use.pattern)
    if not agents:
        return "nobody"
    return ", ".join(_use(entry, *each) for each in agents.items())


def _use(entry: Entry, agent: str, patterns: list[str]) -> str:
    """Name an agent, and the signals on which it runs an action that is not called like them."""
    if patterns == [entry.name]:
        return display(agent)
    return f"{display(agent)} ({display(' '.join(patterns))})"
