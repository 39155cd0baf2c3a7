"""The built-in sensors, by the names under which a topology uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from jido_cli.actions.sensors.bus import bus
from jido_cli.actions.sensors.file_watch import file_watch
from jido_cli.actions.sensors.heartbeat import heartbeat
from jido_cli.actions.sensors.interval import interval
from jido_cli.core.sensor import SensorDefinition, compiled_sensor

SENSORS: Final[Mapping[str, Callable[..., object]]] = {
    "jido.sensor.interval": interval,
    "jido.sensor.heartbeat": heartbeat,
    "jido.sensor.bus": bus,
    "jido.sensor.file_watch": file_watch,
}


def built_in_sensor(name: str) -> SensorDefinition | None:
    """Return the built-in sensor *name*, compiled when first asked for; None if there is none."""
    found = SENSORS.get(name)
    return None if found is None else compiled_sensor(found)
