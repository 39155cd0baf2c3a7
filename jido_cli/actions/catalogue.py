"""What is built in, for people and for programs: each with what it takes.

Only the description of what is there lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from jido_cli.actions.plugins import PLUGINS
from jido_cli.actions.sensors import SENSORS, built_in_sensor
from jido_cli.core.schema_short import expand_short_form, is_full_schema


class BuiltIn(NamedTuple):
    """One thing that a topology can `use`.

    Attributes:
        name: under which `use` knows it.
        kind: what it is.
        description: in words.
        config: JSON Schema of what `with` gives.
        signals: the types that it takes (a plugin) or sends (a sensor).
    """

    name: str
    kind: Literal["sensor", "plugin"]
    description: str
    config: Mapping[str, object]
    signals: tuple[str, ...]


def built_in() -> tuple[BuiltIn, ...]:
    """Return all that is built in, sensors first."""
    return (*_sensors(), *_plugins())


def _sensors() -> list[BuiltIn]:
    found = []
    for name in SENSORS:
        definition = built_in_sensor(name)
        assert definition is not None, name
        config = {} if definition.config is None else definition.config.source
        signals = () if definition.signal is None else (definition.signal,)
        found.append(BuiltIn(name, "sensor", definition.description, _full(config), signals))
    return found


def _plugins() -> list[BuiltIn]:
    return [
        BuiltIn(
            name,
            "plugin",
            plugin.description,
            _full(plugin.config_schema),
            tuple(f"{plugin.name}.{signal}" for signal in plugin.signal_routes),
        )
        for name, plugin in PLUGINS.items()
    ]


def _full(schema: Mapping[str, object]) -> Mapping[str, object]:
    return schema if is_full_schema(schema) else expand_short_form(schema)
