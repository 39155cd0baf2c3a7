"""The shop: its tree, its agents, what they take. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

WINDOW: Final = {"max_restarts": 3, "max_seconds": 5}


@dataclass(frozen=True, slots=True)
class Place:
    """One node of the shop."""

    path: str
    kind: str = "agent"
    strategy: str | None = None
    line: int = 0


PLACES: Final = (
    Place("root", "supervisor", "one_for_one", 28),
    Place("root/intake", line=34),
    Place("root/pipeline", "supervisor", "rest_for_one", 38),
    Place("root/pipeline/orders", line=43),
    Place("root/pipeline/inventory", line=44),
    Place("root/pipeline/inventory/stock_feed", "sensor", line=24),
    Place("root/pipeline/shipping", line=46),
    Place("root/support", "supervisor", "one_for_all", 48),
    Place("root/support/triage", line=51),
    Place("root/support/billing", line=52),
    Place("root/crawlers", "supervisor", "dynamic", 54),
    Place("root/crawlers/w1", line=57),
    Place("root/crawlers/w2", line=57),
    Place("root/crawlers/w3", line=57),
    Place("root/ledger", "process", line=60),
)

_SKU: Final = {"sku": {"type": "string", "minLength": 1}}
_QUANTITY: Final = {"quantity": {"type": "integer", "minimum": 1, "maximum": 99, "default": 1}}


def _params(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


_EXPRESS: Final = {"express": {"type": "boolean"}, "note": {"type": "string"}}
ROUTES: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "intake": (
        {
            "pattern": "webhook.order",
            "actions": ["accept"],
            "params": _params({**_SKU, **_QUANTITY}, "sku"),
        },
    ),
    "orders": (
        {
            "pattern": "order.requested",
            "actions": ["create_order"],
            "params": _params({**_SKU, **_QUANTITY, **_EXPRESS}, "sku"),
        },
        {
            "pattern": "order.status",
            "actions": ["set_status"],
            "params": _params({"status": {"type": "string", "enum": ["open", "closed"]}}, "status"),
        },
        {"pattern": "order.timeout", "actions": ["expire"], "params": None},
        {"pattern": "label.*", "actions": ["note_label"], "params": None},
    ),
    "inventory": (
        {
            "pattern": "order.created",
            "actions": ["reserve"],
            "params": _params({**_SKU, **_QUANTITY}, "sku"),
        },
        {
            "pattern": "stock.level",
            "actions": ["set_level"],
            "params": _params({**_SKU, "level": {"type": "integer", "minimum": 0}}, "sku", "level"),
        },
        {"pattern": "stock.recount", "actions": ["recount"], "params": None},
    ),
    "shipping": (
        {"pattern": "stock.reserved", "actions": ["request_label"], "params": None},
        {"pattern": "label.ready", "actions": ["notify"], "params": None},
    ),
    "triage": ({"pattern": "ticket.opened", "actions": ["sort"], "params": None},),
    "billing": ({"pattern": "invoice.get", "actions": ["total"], "params": None},),
    "crawler": ({"pattern": "crawl.next", "actions": ["fetch"], "params": None},),
}

STATES: Final[Mapping[str, dict[str, Any]]] = {
    "intake": {"accepted": 0, "refused": 0},
    "orders": {"status": "open", "last_order_id": "o-1180", "total_cents": 4_803_000, "orders": {}},
    "inventory": {"levels": {"A-100": 40, "B-7": 12, "C-31": 7}, "reserved": 0},
    "shipping": {"in_flight": 0, "last_label": "L-8811", "carrier": "dhl"},
    "triage": {"open": 3, "sorted": 0},
    "billing": {"invoices": 1_204},
    "crawler": {"pages": 0, "last": "https://example.org/"},
}


def agent_of(path: str) -> str:
    """Return the agent of a node."""
    return "crawler" if path.startswith("root/crawlers/") else path.rpartition("/")[2]
