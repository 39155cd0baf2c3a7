"""`jido.sensor.bus`: what is said on the bus, under a type of the agent's own.

What an agent wants to hear as it is, its routes hear by themselves.
"""

from __future__ import annotations

from typing import Final

from jido_cli.core.sensor import SensorContext, compiled_sensor, sensor


@sensor(
    name="jido.sensor.bus",
    signal="jido.sensor.bus",
    config={
        "type": "object",
        "additionalProperties": False,
        "required": ["patterns"],
        "properties": {
            "patterns": {
                "description": "which signals: patterns as in routes",
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "minLength": 1},
                "examples": [["order.*"]],
            },
        },
    },
)
async def bus(ctx: SensorContext, patterns: list[str]) -> None:
    """Emit `{type, source, data}` for each signal on the bus that matches, its subject kept.

    It stands for the signal that it heard, so that a circle is still found (`bus.max_hops`).
    """
    async for heard in ctx.hear(*patterns):
        data = {"type": heard.type, "source": heard.source, "data": heard.data}
        await ctx.emit(data, subject=heard.subject, cause=heard)


DEFINITION: Final = compiled_sensor(bus)
