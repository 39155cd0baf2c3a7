"""Stands in for a provider of payments: it takes everything up to a limit."""

from __future__ import annotations

from typing import Any

from jido_cli import ActionError, action

LIMIT_CENTS = 100_000


@action
async def charge(payment_id: str, cents: int) -> dict[str, Any]:
    """Charge *cents*; a real one would send *payment_id* as the idempotency key."""
    if cents > LIMIT_CENTS:
        raise ActionError(f"{payment_id} is over the limit", code="over_limit", retryable=False)
    return {"receipt": f"receipt of {payment_id}"}
