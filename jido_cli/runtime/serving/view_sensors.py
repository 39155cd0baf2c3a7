"""Sensors as plain data: what they are, and how much came from them."""

from __future__ import annotations

from typing import Any

from jido_cli.core.values import thaw
from jido_cli.runtime.agents.sensors import PLACE
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.sensor import SensorProcess
from jido_cli.runtime.supervising.starts import SensorStart

Data = dict[str, Any]


def sensors_of(agent: Place) -> list[tuple[Place, SensorStart]]:
    """Return the sensors of an agent, in the order of their start."""
    own = agent.child(PLACE)
    places = [] if own is None else list((own.children or {}).values())
    return [(place, place.start) for place in places if isinstance(place.start, SensorStart)]


def sensor_of(start: SensorStart, process: object) -> Data:
    """Return what there is to say of one sensor; counts are of the incarnation that runs."""
    running = process if isinstance(process, SensorProcess) else None
    last_ns = None if running is None else running.last_ns
    return {
        "name": start.definition.name,
        "description": start.definition.description,
        "signal": start.signal or start.definition.signal,
        "config": thaw(start.config),
        "by": start.by,
        "emitted": 0 if running is None else running.emitted,
        "last_at": None if last_ns is None else last_ns / 1e9,
    }
