"""The built-in sensors, by the names under which a topology uses them.

Each is loaded when it is first asked for: a check of a file without sensors pays for none.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jido_cli.core.sensor import SensorDefinition

SENSORS: Final = (
    "jido.sensor.interval",
    "jido.sensor.heartbeat",
    "jido.sensor.bus",
    "jido.sensor.file_watch",
)


@cache
def built_in_sensor(name: str) -> SensorDefinition | None:
    """Return the built-in sensor *name*; None if there is none."""
    if name not in SENSORS:
        return None
    module = import_module(f"jido_cli.actions.sensors.{name.rpartition('.')[2]}")
    definition: SensorDefinition = module.DEFINITION
    return definition
