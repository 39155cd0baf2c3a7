import time

from jido_cli import action


@action
def shared(id: str) -> dict:
    return {}


def unmarked() -> dict:
    return {}
