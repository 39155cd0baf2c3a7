"""Work that takes as long as it is told to, and says how far it is."""

from __future__ import annotations

import asyncio
from typing import Any

from jido_cli import action

STEPS = 4


@action
async def toil(seconds: float, ctx: Any) -> dict[str, int]:
    """Move stones, with an event for each."""
    for stone in range(1, STEPS + 1):
        await asyncio.sleep(seconds / STEPS)
        ctx.progress({"stones": stone, "of": STEPS})
    return {"stones": STEPS}
