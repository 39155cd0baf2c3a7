"""Stands in for a language model: it needs no key, and says the same thing every time."""

from __future__ import annotations

from typing import Any

from jido_cli import ActionError, action

STYLES = {"planner": "first, {}", "researcher": "known of {}", "writer": "{}, in words"}


@action
async def think(goal: str, role: str) -> dict[str, Any]:
    """Say what the role says of the goal; a real one would ask its provider here."""
    if role not in STYLES:
        raise ActionError(f"nobody is {role}", code="no-role", retryable=False)
    return {"text": STYLES[role].format(goal)}
