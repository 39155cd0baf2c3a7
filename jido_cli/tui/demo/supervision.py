"""What restarts with what in the demo: a small picture of the real machine, not the machine.

Restarts are immediate; backoff, shutdown times and significant children are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from jido_cli.tui.demo.nodes import DemoNode
from jido_cli.tui.demo.shop import PLACES, WINDOW

Tell = Callable[..., None]
Exit: TypeAlias = dict[str, Any]
CRASH: Exit = {
    "reason": "crash(KeyError: 'sku')",
    "kind": "crash",
    "signal": "order.created",
    "frame": "shop/stock.py:48 in reserve",
    "trace": [
        "KeyError: 'sku'",
        "  shop/stock.py:48 in reserve",
        '    return state["levels"][params["sku"]]',
        "  ... 6 frames of jido left out",
    ],
}
KILLED: Exit = {"reason": "killed", "kind": "killed", "signal": None, "frame": None, "trace": []}
SHUTDOWN: Exit = {
    "reason": "shutdown",
    "kind": "shutdown",
    "signal": None,
    "frame": None,
    "trace": [],
}


class DemoTree:
    """The nodes, and what happens to them.

    Args:
        now: when the shop opened.
        tell: told every event: kind, path, text, data.
    """

    def __init__(self, now: float, tell: Tell) -> None:
        self.nodes = {place.path: DemoNode(place, now) for place in PLACES}
        self.restarts = 0
        self.revision = 31
        self.has_given_up = False
        self._tell = tell

    def children(self, path: str) -> list[DemoNode]:
        """Return a node's children in start order."""
        return [node for node in self.nodes.values() if node.parent == path]

    def below(self, path: str) -> list[DemoNode]:
        """Return a node and all below it."""
        return [n for n in self.nodes.values() if n.path == path or n.path.startswith(path + "/")]

    def boundary(self, node: DemoNode) -> list[str]:
        """Return what restarts with a node, itself left out."""
        if node.parent is None:
            return []
        siblings = [one.path for one in self.children(node.parent)]
        match self.nodes[node.parent].place.strategy:
            case "one_for_all":
                group = siblings
            case "rest_for_one":
                group = siblings[siblings.index(node.path) :]
            case _:
                group = []
        return [path for path in group if path != node.path]

    # -- what happens

    def exit(self, path: str, how: dict[str, Any], now: float) -> None:
        """A node has crashed or was killed: its supervisor decides."""
        node = self.nodes[path]
        self._end(node, how, now, "failed")
        for one in reversed(self.below(path)[1:]):
            self._end(one, SHUTDOWN, now, "stopped")
        if node.parent is None:
            self.has_given_up = True
            return
        above = self.nodes[node.parent]
        if above.place.kind == "agent":  # a sensor of an agent: it alone comes back
            self._bring_back(node, [], above, now)
            return
        if above.used(now) >= WINDOW["max_restarts"]:
            self._give_up(above, node, now)
            return
        self._bring_back(node, self.boundary(node), above, now)

    def _bring_back(self, node: DemoNode, mates: list[str], above: DemoNode, now: float) -> None:
        above.window.append(now)
        node.own.append(now)
        self.restarts += 1
        self.revision += 1
        for mate in reversed(mates):
            for one in reversed(self.below(mate)):
                if one.is_up:
                    self._end(one, SHUTDOWN, now, "stopped")
        for head in (node.path, *mates):
            for one in self.below(head):
                one.begin(now)
                one.restarts += 1
        names = [mate.rpartition("/")[2] for mate in mates]
        self._tell(
            "restarted",
            node.path,
            f"gen {node.generation}",
            now,
            group=names,
            used=above.used(now),
            generation=node.generation,
            **WINDOW,
        )

    def _give_up(self, supervisor: DemoNode, child: DemoNode, now: float) -> None:
        used = supervisor.used(now) + 1
        self._tell(
            "gave_up",
            supervisor.path,
            f"{child.id} exited {used} times",
            now,
            child=child.id,
            used=used,
            **WINDOW,
        )
        supervisor.window = []
        for one in reversed(self.below(supervisor.path)[1:]):
            if one.is_up:
                self._end(one, SHUTDOWN, now, "stopped")
        self.exit(supervisor.path, SHUTDOWN | {"kind": "crash", "reason": "gave up"}, now)

    def _end(self, node: DemoNode, how: dict[str, Any], now: float, status: str) -> None:
        node.status, node.since, node.mailbox = status, now, 0
        node.exits.insert(0, how | {"at": now, "generation": node.generation})
        del node.exits[20:]
        self.revision += 1
        data = {key: how[key] for key in ("reason", "signal", "frame")}
        self._tell("exited", node.path, how["reason"], now, how=how["kind"], **data)

    # -- by hand

    def stop(self, path: str, now: float) -> None:
        """Stop a node and all below it."""
        for one in reversed(self.below(path)):
            if one.is_up:
                self._end(one, SHUTDOWN, now, "stopped")

    def start(self, path: str, now: float) -> None:
        """Start a node and all below it."""
        for one in self.below(path):
            one.begin(now)
            self._tell("started", one.path, f"gen {one.generation}", now)
        self.revision += 1
