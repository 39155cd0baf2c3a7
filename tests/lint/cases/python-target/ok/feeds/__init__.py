from jido_cli import Sensor, sensor


@sensor
async def stock(ctx, url: str, every: float = 1.0):
    await ctx.emit({"url": url})


@sensor
class Feed(Sensor):
    async def run(self, url: str):
        await self.ctx.emit({"url": url})
