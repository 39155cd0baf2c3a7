"""`jido.sensor.heartbeat`: says again and again that its agent's side of the engine lives."""

from __future__ import annotations

from typing import Final

from jido_cli.actions.sensors.config import duration, seconds
from jido_cli.core.sensor import SensorContext, compiled_sensor, sensor
from jido_cli.core.timestamps import format_time


@sensor(
    name="jido.sensor.heartbeat",
    signal="jido.sensor.heartbeat",
    config={
        "every": duration("5s", "the time between two beats"),
        "message": {
            "type": "string",
            "default": "heartbeat",
            "description": "goes along in the data",
        },
    },
)
async def heartbeat(ctx: SensorContext, every: str, message: str) -> None:
    """Emit `{message, timestamp}` at an interval."""
    while True:
        await ctx.sleep(seconds(every))
        await ctx.emit({"message": message, "timestamp": format_time(ctx.now_ns())})


DEFINITION: Final = compiled_sensor(heartbeat)
