"""From a document without mistakes to what is done when something stops, fails or is full.

Shutdown, backoff, mailboxes and errors. Everything here has been checked already. No findings are
made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jido_cli.topology.durations import known_ms
from jido_cli.topology.model import BackoffDecl, MailboxDecl, OnErrorDecl, Shutdown

Value = Mapping[str, Any]


def declared_shutdown(value: str) -> Shutdown:
    """Return how long a child may take to stop."""
    match value:
        case "infinity" | "brutal_kill":
            return value
        case _:
            return known_ms(value)


def declared_backoff(value: Value) -> BackoffDecl:
    """Return how long a supervisor waits before it starts a child again."""
    reset_after = value.get("reset_after")
    return BackoffDecl(
        initial_ms=known_ms(value.get("initial", "100ms")),
        max_ms=known_ms(value.get("max", "30s")),
        factor=float(value.get("factor", 2)),
        jitter=float(value.get("jitter", 0)),
        reset_after_ms=None if reset_after is None else known_ms(reset_after),
        give_up_after=declared_whole(value.get("give_up_after")),
    )


def declared_mailbox(value: Value, base: MailboxDecl) -> MailboxDecl:
    """Return a mailbox; what is left out is as in *base*."""
    timeout = value.get("block_timeout")
    return MailboxDecl(
        max=int(value.get("max", base.max)),
        overflow=value.get("overflow", base.overflow),
        block_timeout_ms=base.block_timeout_ms if timeout is None else known_ms(timeout),
    )


def declared_on_error(value: Any) -> OnErrorDecl:
    """Return what an agent does about an error."""
    if isinstance(value, str):
        return OnErrorDecl("stop" if value == "stop" else "log")
    if "emit" in value:
        return OnErrorDecl("emit", emit=value["emit"])
    if "declared" in value or "bug" in value:
        declared, bug = (declared_on_error(value.get(half, "log")) for half in ("declared", "bug"))
        return OnErrorDecl("split", declared=declared, bug=bug)
    return OnErrorDecl(
        "max_errors", max_errors=int(value["max_errors"]), within_ms=known_ms(value["within"])
    )


def declared_whole(value: float | None) -> int | None:
    """Return a whole number that may be left out."""
    return None if value is None else int(value)


def declared_ms(text: str | None) -> int | None:
    """Return the milliseconds of a duration that may be left out."""
    return None if text is None else known_ms(text)
