"""What the built-in plugins look like from outside: their names, slices and configuration.

Data only, so that a file that uses them can be checked without them; what they do is in
`jido_cli.actions.plugins`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

_TIME: Final[Mapping[str, object]] = {"type": ["string", "null"], "default": None}
_BOUND: Final[Mapping[str, object]] = {"type": ["integer", "null"], "default": None, "minimum": 1}
_FREE: Final[Mapping[str, object]] = {"type": "object", "default": {}}


class PluginShape(msgspec.Struct, frozen=True):
    """A built-in plugin from outside; both schemas are in short form."""

    state: Mapping[str, object]
    config: Mapping[str, object] = {}


BUILT_IN: Final[Mapping[str, PluginShape]] = {
    "jido.plugin.identity": PluginShape(
        {
            "rev": 0,
            "profile": {
                "type": "object",
                "properties": {
                    "age": {"type": ["integer", "null"]},
                    "days": {"type": "integer"},
                    "generation": {"type": ["integer", "null"]},
                    "origin": {"type": ["string", "null"]},
                },
                "default": {"age": None, "days": 0, "generation": None, "origin": None},
            },
            "created_at": _TIME,
            "updated_at": _TIME,
        },
        {
            "age": {"type": ["integer", "null"], "default": None, "minimum": 0},
            "generation": {"type": ["integer", "null"], "default": None},
            "origin": {"type": ["string", "null"], "default": None},
        },
    ),
    "jido.plugin.memory": PluginShape(
        {
            "rev": 0,
            "spaces": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "rev": {"type": "integer"},
                        "kind": {"type": "string", "enum": ["map", "list"]},
                        "data": {"type": "object"},
                        "items": {"type": "array"},
                    },
                    "required": ["rev", "kind"],
                    "additionalProperties": False,
                },
                "default": {
                    "world": {"rev": 0, "kind": "map", "data": {}},
                    "tasks": {"rev": 0, "kind": "list", "items": []},
                },
            },
            "created_at": _TIME,
            "updated_at": _TIME,
        }
    ),
    "jido.plugin.thread": PluginShape(
        {
            "id": "",
            "rev": 0,
            "entries": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        "seq": {"type": "integer"},
                        "at": {"type": "string"},
                        "kind": {"type": "string"},
                        "payload": {"type": "object"},
                        "refs": {"type": "object"},
                    },
                    "required": ["id", "seq", "at", "kind", "payload", "refs"],
                    "additionalProperties": False,
                },
                "default": [],
            },
            "metadata": _FREE,
            "max_entries": _BOUND,
            "stats": {
                "type": "object",
                "properties": {
                    "entry_count": {"type": "integer"},
                    "dropped": {"type": "integer"},
                },
                "default": {"entry_count": 0},
            },
            "created_at": _TIME,
            "updated_at": _TIME,
        },
        {"metadata": _FREE, "max_entries": _BOUND},
    ),
}
