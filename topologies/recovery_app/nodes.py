"""The work of the nodes: nothing, or a failure that was asked for."""

from __future__ import annotations

from jido_cli import ActionError, action


@action
async def perform(node: str, is_to_fail: bool) -> None:
    """Do the work of *node*; a real one would do something here."""
    if is_to_fail:
        raise ActionError(f"{node} failed, as it was told to", code="injected")
