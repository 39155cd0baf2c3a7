import asyncio

from jido_cli import action


@action
async def wait() -> dict:
    await asyncio.sleep(1)
    return {}
