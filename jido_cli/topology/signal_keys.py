"""Where a file gives keys of signals by plain CEL: the texts, and the paths of what holds them.

Nothing is compiled or reported here.
"""

from __future__ import annotations

from collections.abc import Iterator

from jido_cli.topology import raw
from jido_cli.topology.raw import Raw, RawNode


def signal_keys(document: Raw) -> Iterator[tuple[RawNode, str]]:
    """Yield the mappings that hold such an expression, and under which key."""
    for _, agent in raw.entries(document, "agents"):
        if isinstance(agent.value.get("dedupe"), dict):
            yield RawNode((*agent.path, "dedupe"), raw.mapping(agent.value["dedupe"])), "by"
    for supervisor in raw.supervisors(document):
        yield supervisor, "keyed_by"
        for child in raw.specs(supervisor):
            delivery = child.value.get("delivery")
            if isinstance(delivery, dict):
                yield RawNode((*child.path, "delivery"), delivery), "hash"
