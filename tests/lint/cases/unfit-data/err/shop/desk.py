from jido_cli import action


@action
def reserve(sku: str, many: int, state: dict, note: str = "") -> dict:
    return {"last": sku}
