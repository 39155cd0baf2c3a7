"""Actions of python-actions.yaml: one pure, one on a thread, one coroutine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jido_cli import ActionError, action


@action
def score(text: str) -> dict[str, float]:
    """Say how varied a text is: different words by all words."""
    words = text.lower().split()
    if not words:
        raise ActionError("the text is empty", code="empty_text")
    return {"score": len(set(words)) / len(words)}


@action(effect="thread")
def count_words(path: str) -> dict[str, int]:
    """Count the words of a file."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ActionError(f"{path} cannot be read: {error.strerror}", code="unreadable") from error
    return {"words": len(text.split())}


@action
async def wait_for_file(path: str, every_ms: int = 100) -> None:
    """Wait until a file is there; the action's timeout ends the wait."""
    while not Path(path).exists():
        await asyncio.sleep(every_ms / 1000)
