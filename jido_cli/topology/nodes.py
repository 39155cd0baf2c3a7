"""The nodes of a document's tree by their paths, and which of them a name may mean.

A name is a path or any tail of it. Children that are started at run time have no name yet: a
template stands for all of them. Nothing is reported here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from jido_cli.topology import raw
from jido_cli.topology.raw import Raw, RawNode

ROOT: Final = "root"
ANY: Final = "*"


class Node(NamedTuple):
    """A node: `agent` is the agent that it runs, None for all others; `group` its replicas'.

    `is_keyed`: a supervisor that passes signals on to the child of their key.
    """

    path: str
    agent: str | None = None
    group: str | None = None
    is_keyed: bool = False

    @property
    def is_template(self) -> bool:
        """Whether it stands for children that are started later."""
        return self.path.endswith(f"/{ANY}")


class Nodes:
    """All nodes of one document; with mounts (`topology:`) there are others below these."""

    def __init__(self, document: Raw) -> None:
        tree = RawNode(("supervisor",), raw.mapping(document.get("supervisor")))
        declared = [Node(ROOT, is_keyed="keyed_by" in tree.value), *_below(tree, ROOT)]
        self.all = [*declared, *_sensors(document, declared)]
        self.has_mounts = any(
            "topology" in child.value
            for supervisor in raw.supervisors(document)
            for child in raw.specs(supervisor)
        )

    def find(self, ident: str) -> list[Node]:
        """Return the nodes that a name may mean: declared ones, else those of templates."""
        declared = [node for node in self.all if _is_tail(ident, node.path)]
        if declared:
            return declared
        parts = ident.split("/")
        return [node for node in self.all if node.is_template and _may_be(parts, node.path)]

    def agents_of(self, ident: str) -> set[str]:
        """Return the agents that the nodes of a name run; more than one: nobody knows which.

        A keyed supervisor takes signals for the agents of its keys.
        """
        found = self.find(ident)
        served = {f"{node.path}/{ANY}" for node in found if node.is_keyed}
        found += [node for node in self.all if node.path in served]
        return {node.agent for node in found if node.agent is not None}

    def group(self, ident: str) -> list[Node]:
        """Return the agents of a group: members of `replicas`, or what is under a supervisor."""
        found = [
            node
            for node in self.all
            if node.group is not None
            and _is_tail(ident, f"{node.path.rpartition('/')[0]}/{node.group}")
        ]
        if found:
            return found
        above = [
            node.path for node in self.all if node.agent is None and _is_tail(ident, node.path)
        ]
        return [
            node
            for node in self.all
            if node.agent is not None and node.path.rpartition("/")[0] in above
        ]


def _below(supervisor: RawNode, path: str) -> Iterator[Node]:
    for child in raw.specs(supervisor):
        is_template = child.path[-1] == "template"
        child_id = ANY if is_template else raw.child_id(child.value)
        if child_id is None:
            continue
        below = f"{path}/{child_id}"
        group = child.value.group if isinstance(child.value, raw.Member) else None
        if raw.is_supervisor(child.value):
            yield Node(below, None, group, "keyed_by" in child.value)
            yield from _below(child, below)
        else:
            yield Node(below, raw.text(child.value.get("agent")), group)


def _sensors(document: Raw, declared: list[Node]) -> Iterator[Node]:
    """Yield what stands below agents: their sensors, and the supervisor of these."""
    agents = raw.mapping(document.get("agents"))
    for node in declared:
        tags = raw.mapping(raw.mapping(agents.get(node.agent or "")).get("sensors"))
        if tags and not node.is_template:
            yield Node(f"{node.path}/sensors")
            yield from (Node(f"{node.path}/sensors/{tag}") for tag in tags)


def _is_tail(ident: str, path: str) -> bool:
    return path == ident or path.endswith(f"/{ident}")


def _may_be(parts: list[str], path: str) -> bool:
    pattern = path.split("/")
    pairs = zip(reversed(parts), reversed(pattern), strict=False)
    return len(parts) <= len(pattern) and all(
        one in (other, ANY) or other == ANY for one, other in pairs
    )
