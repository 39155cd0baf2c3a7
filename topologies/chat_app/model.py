"""Stands in for a language model: it needs no key, and says the same thing every time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jido_cli import action


@action
async def answer(messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Answer the newest message; a real one would ask its provider here."""
    words = str(messages[-1]["text"]).split()
    if not words:
        raise ValueError("there is nothing to answer")
    return {"text": f"{len(messages)}: {words[-1]}?", "tokens": len(words)}
