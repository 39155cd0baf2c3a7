from jido_cli import directive


@directive
async def page(level: str) -> None:
    pass


def plain(level: str) -> None:
    pass
