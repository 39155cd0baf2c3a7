"""Actions of two-siblings.yaml: plain functions, marked so that a topology may name them."""

from __future__ import annotations

from jido_cli import action

TITLES = {"T-1": "the printer is on fire", "B-1": "an invoice without a number"}


@action
def look_up(id: str) -> dict[str, str]:
    """Find the title of a ticket; an unknown one raises KeyError."""
    return {"title": TITLES[id]}
