"""From a document without mistakes to who gets which signal: delivery, keys, what comes twice.

Everything here has been checked already. No findings are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from jido_cli.core.values import freeze
from jido_cli.topology import raw
from jido_cli.topology.durations import known_ms
from jido_cli.topology.model import DedupeDecl, DeliveryDecl, KeyedDecl, ReplicasDecl, Subscribe

Value = Mapping[str, Any]


def declared_delivery(value: Any) -> DeliveryDecl:
    """Return who of a group gets a signal."""
    if isinstance(value, str):
        return DeliveryDecl("all" if value == "all" else "one")
    return DeliveryDecl("hash", value["hash"])


def declared_replicas(declared: Value) -> ReplicasDecl:
    """Return what a group grows by, from a child as written."""
    fixed_by = (
        key for key, value in declared.items() if key != "state" and raw.reads_replica(value)
    )
    state = cast("Mapping[str, object]", freeze(declared.get("state", {})))
    return ReplicasDecl(state, next(fixed_by, None))


def declared_keyed(supervisor: Value) -> KeyedDecl | None:
    """Return what makes a supervisor a keyed one."""
    if "keyed_by" not in supervisor:
        return None
    return KeyedDecl(
        supervisor["keyed_by"],
        supervisor.get("on_full", "reject"),
        supervisor.get("on_missing", "start"),
    )


def declared_dedupe(value: Value | None) -> DedupeDecl | None:
    """Return how an agent knows signals again."""
    if value is None:
        return None
    return DedupeDecl(
        value.get("by"), known_ms(value.get("keep", "24h")), int(value.get("max", 100_000))
    )


def declared_subscribe(value: Any) -> Subscribe:
    """Return what an agent hears on the bus."""
    return tuple(value) if isinstance(value, list) else value
