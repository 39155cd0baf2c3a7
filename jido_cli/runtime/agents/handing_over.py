"""What an agent that is restarted by order hands over: its parent, and its children.

A dynamic child gets a new place then, and bonds join places (`bonds`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jido_cli.runtime.agents.parting import find_out
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import ChildArgs

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer


def args_for_successor(server: AgentServer) -> ChildArgs | None:
    """Return what the next incarnation is started with: its parent is the one it has now."""
    args, bond = server.args, server.kernel.bonds.of(server.place)
    if args is None:
        return None
    if bond is None:
        return replace(args, parent=None)
    return replace(
        args,
        tag=bond.tag,
        meta=bond.meta,
        parent=bond.parent,
        parent_generation=bond.parent.generation,
        on_parent_death=bond.on_parent_death,
    )


def hand_over_children(place: Place) -> None:
    """Give the children of *place* to whoever stands there now, if anybody does."""
    bonds = place.kernel.bonds
    if not bonds.has_children(place):
        return
    successor = place.kernel.tree.find(place.path) if place.has_ended else None
    if successor is not None:
        bonds.moved(place, successor)
        place = successor
    find_out(place, "it did not come back")
