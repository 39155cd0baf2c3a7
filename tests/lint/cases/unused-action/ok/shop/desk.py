from jido_cli import action


@action
def ask() -> dict:
    return {"next": "think"}
