"""The tree of a topology as it would start, with what falls with what.

Works on the model, which has its replicas expanded. What a supervisor does is OTP's rule, written
down in `supervision`; nothing is started here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from jido_cli.topology.model import AgentChild, ChildDecl, SensorDecl, SupervisorDecl, Topology


class Node(msgspec.Struct, eq=False):
    """One node of the tree.

    `number` is its place in the order of the start: `1` is the root, `3.1` the first child of the
    second child of the root. `sensors` are those of an agent, which stand below it.
    """

    id: str
    path: str
    number: str
    decl: ChildDecl
    parent: Node | None = None
    children: list[Node] = []
    sensors: tuple[SensorDecl, ...] = ()

    def below(self) -> Iterator[Node]:
        """Yield all nodes below this one, in the order of their start."""
        for child in self.children:
            yield child
            yield from child.below()

    @property
    def falls_with(self) -> tuple[Node, ...]:
        """What ends and starts again with this node, besides what is below it."""
        if self.parent is None or not isinstance(self.parent.decl, SupervisorDecl):
            return ()
        siblings = self.parent.children
        match self.parent.decl.strategy:
            case "one_for_all":
                group: Sequence[Node] = siblings
            case "rest_for_one":
                group = siblings[siblings.index(self) :]
            case _:
                group = ()
        return tuple(node for top in group if top is not self for node in (top, *top.below()))


def outline(topology: Topology) -> Node:
    """Return the root of the tree that would start."""
    root = Node(topology.root.id, topology.root.id, "1", topology.root)
    _grow(root, topology)
    return root


def _grow(node: Node, topology: Topology) -> None:
    if isinstance(node.decl, AgentChild):
        node.sensors = topology.agents[node.decl.agent].sensors
    if not isinstance(node.decl, SupervisorDecl):
        return
    if node.decl.mount is not None:
        topology = node.decl.mount.topology
    first = 2 if node.parent is None else 1
    for index, decl in enumerate(node.decl.children, first):
        number = str(index) if node.parent is None else f"{node.number}.{index}"
        child = Node(decl.id, f"{node.path}/{decl.id}", number, decl, node)
        node.children.append(child)
        _grow(child, topology)


def longest_stop_ms(decl: ChildDecl) -> int | None:
    """Return how long a node may take to stop, None where that has no bound.

    Children stop one after the other; those of a dynamic supervisor stop together.
    """
    if decl.shutdown == "brutal_kill":
        return 0
    own = None if decl.shutdown == "infinity" else decl.shutdown
    if isinstance(decl, AgentChild):
        return own
    below = [longest_stop_ms(child) for child in decl.children]
    if decl.template is not None:
        below = [longest_stop_ms(decl.template)]
    if any(each is None for each in below):
        return own
    total = sum(each for each in below if each is not None)
    return total if own is None else min(own, total)
