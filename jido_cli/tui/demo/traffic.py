"""What goes on in the shop: orders come in, pages are fetched, now and then something breaks.

Everything follows from the time alone, so that two looks at the same moment see the same shop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from jido_cli.tui.demo.nodes import DemoNode
from jido_cli.tui.demo.supervision import CRASH, DemoTree

STEP_S: Final = 0.05
SIGNALS_A_STEP: Final = 60
ORDER_EVERY: Final = 6  # steps
BREAK_EVERY_S: Final = 47.0
BREAKS_AGAIN_S: Final = 1.6
_KEPT_ORDERS: Final = 412


@dataclass(frozen=True, slots=True)
class Asked:
    """A directive that is asked for: by whom, what, on which signal, with what outcome."""

    agent: str
    type: str
    summary: str
    cause: str
    ms: float = 0.3
    outcome: str = "done"
    detail: str | None = None


_ORDER: Final = (
    Asked("root/intake", "emit", "order.requested → bus", "webhook.order", 0.4),
    Asked("root/pipeline/orders", "emit", "order.created → bus", "order.requested", 0.4),
    Asked("root/pipeline/orders", "schedule", "order.timeout in 30s", "order.requested", 0.1),
    Asked("root/pipeline/inventory", "emit", "stock.reserved → bus", "order.created"),
    Asked("root/pipeline/inventory", "cron", "stock.recount */5 * * * *", "order.created", 0.2),
    Asked("root/pipeline/shipping", "emit", "label.requested → http", "stock.reserved", 41.2),
    Asked("root/pipeline/shipping", "emit", "order.shipped → bus", "label.ready"),
)
_SUPPORT: Final = (
    Asked("root/support/triage", "spawn_agent", "worker, tag w1", "ticket.opened", 1.1),
    Asked("root/support/billing", "reply", "invoice.total", "invoice.get", 0.2),
)
_LOST: Final = Asked(
    "root/pipeline/shipping",
    "error",
    "unrouted stock.lost",
    "stock.lost",
    0.1,
    "error",
    "no route takes it",
)
_DEAD: Final = Asked(
    "root/pipeline/shipping",
    "emit",
    "label.requested → http",
    "stock.reserved",
    3000.0,
    "dead_letter",
    "timeout after 3s",
)


class Traffic:
    """Moves the shop on, step by step.

    Args:
        tree: its nodes.
        record: told every directive, with its moment.
    """

    def __init__(self, tree: DemoTree, record: Callable[[Asked, float], None]) -> None:
        self._tree = tree
        self._record = record
        self._random = Random(1)  # noqa: S311 - for show
        self._orders = 1180
        self._steps = 0
        self.signals = 0

    def step(self, now: float) -> None:
        """Let one twentieth of a second pass."""
        self._steps += 1
        self.signals += SIGNALS_A_STEP + self._random.randrange(5)
        for _ in range(2):
            self._crawl(now)
        if self._steps % ORDER_EVERY == 0:
            self._order(now)
        if self._steps % 37 == 0:
            self._ask(self._random.choice(_SUPPORT), now)
        elapsed = self._steps * STEP_S
        for late in (0.0, BREAKS_AGAIN_S):
            if 0 <= (elapsed - late) % BREAK_EVERY_S < STEP_S and elapsed > BREAK_EVERY_S / 2:
                self._break(now + 0.02)  # after the order that it breaks over

    def _ask(self, asked: Asked, now: float) -> None:
        node = self._tree.nodes[asked.agent]
        if node.is_up:
            node.ok += 1
            self._record(asked, now)

    def _crawl(self, now: float) -> None:
        crawler = self._random.choice(("w1", "w2", "w3"))
        node = self._tree.nodes[f"root/crawlers/{crawler}"]
        number = self._random.randrange(100)
        asked = Asked(node.path, "emit", "page.fetched → bus", "crawl.next", 0.2 + number / 400)
        if number % 4 == 0:
            asked = Asked(node.path, "schedule", "crawl.next in 2s", "crawl.next", 0.1)
        self._ask(asked, now)
        if node.is_up:
            self._change(node, pages=lambda pages: pages + 1)

    def _order(self, now: float) -> None:
        self._orders += 1
        name = f"o-{self._orders}"
        cents = self._random.randrange(500, 20_000, 50)
        for at, asked in enumerate(_ORDER):
            self._ask(asked, now + at * 0.002)
        nodes = self._tree.nodes
        orders = nodes["root/pipeline/orders"]
        if orders.is_up and orders.state is not None:
            kept = orders.state["orders"]
            kept[name] = {"cents": cents, "status": "pending"}
            while len(kept) > _KEPT_ORDERS:
                del kept[next(iter(kept))]
            total = orders.state["total_cents"] + cents
            self._put(orders, {"last_order_id": name, "total_cents": total})
        self._change(nodes["root/pipeline/inventory"], reserved=lambda number: number + 1)
        self._change(nodes["root/intake"], accepted=lambda number: number + 1)
        label = f"L-{8811 + self._orders - 1180}"
        self._put(nodes["root/pipeline/shipping"], {"last_label": label})
        if self._orders % 9 == 0:
            self._ask(_LOST, now)
        if self._orders % 31 == 0:
            self._ask(_DEAD, now)

    def _break(self, now: float) -> None:
        inventory = self._tree.nodes["root/pipeline/inventory"]
        if inventory.is_up:
            inventory.failed += 1
            self._tree.exit(inventory.path, CRASH, now)

    # -- states

    def _change(self, node: DemoNode, **changes: Callable[[Any], Any]) -> None:
        if node.state is not None:
            self._put(node, {key: change(node.state[key]) for key, change in changes.items()})

    def _put(self, node: DemoNode, values: Mapping[str, Any]) -> None:
        if node.is_up and node.state is not None:
            node.state.update(values)
            node.seq += 1
