"""`jido.sensor.interval`: a signal again and again, as often as wanted.

What is to happen at set times, or must survive its sensor, is a schedule's matter.
"""

from __future__ import annotations

from typing import Any, Final

from jido_cli.actions.sensors.config import duration, seconds
from jido_cli.core.sensor import SensorContext, compiled_sensor, sensor


@sensor(
    name="jido.sensor.interval",
    signal="jido.sensor.interval",
    config={
        "every": duration("1s", "the time between two signals"),
        "max": {
            "type": "integer",
            "minimum": 0,
            "default": 0,
            "description": "so many signals, then it ends as normal; 0: without end",
        },
        "data": {
            "type": "object",
            "default": {},
            "description": "members of the data, beside `count`",
        },
    },
)
async def interval(ctx: SensorContext, every: str, max: int, data: dict[str, Any]) -> None:  # noqa: A002
    """Emit a signal at an interval, with a `count` that goes up from 1."""
    count = 0
    while not max or count < max:
        await ctx.sleep(seconds(every))
        count += 1
        await ctx.emit({"count": count, **data})


DEFINITION: Final = compiled_sensor(interval)
