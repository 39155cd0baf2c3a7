from jido_cli import sensor


@sensor
async def stock(ctx, url: str, every: float = 1.0):
    await ctx.emit({"url": url})


async def plain(ctx):
    await ctx.emit({})
