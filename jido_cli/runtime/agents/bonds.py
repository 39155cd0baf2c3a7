"""Who is whose child: the table of logical parents and children of one engine (runtime.md 20).

A bond joins two *places*, so that it survives the restarts of either side. It is no supervision:
who restarts what is the tree's matter. Nothing is started, stopped or told here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place
    from jido_cli.runtime.supervising.starts import OnParentDeath


@dataclass(slots=True)
class Bond:
    """One parent and one child; `is_ending`: the parent has asked for the child's end."""

    parent: Place
    child: Place
    tag: str
    meta: Mapping[str, object]
    on_parent_death: OnParentDeath
    is_ending: bool = False


class Bonds:
    """All bonds of one engine. Single look-ups may be made from any thread."""

    __slots__ = ("_former", "_of_child", "_of_parent")

    def __init__(self) -> None:
        self._of_child: dict[Place, Bond] = {}
        self._of_parent: dict[Place, dict[str, Bond]] = {}
        self._former: dict[Place, Bond] = {}

    def bind(self, bond: Bond) -> None:
        """Enter a bond; tag and child must be free."""
        self._of_child[bond.child] = bond
        self._of_parent.setdefault(bond.parent, {})[bond.tag] = bond
        self._former.pop(bond.child, None)

    def of(self, child: Place) -> Bond | None:
        """Return the bond of *child* with its parent."""
        return self._of_child.get(child)

    def former(self, child: Place) -> Bond | None:
        """Return the bond that *child*, an orphan now, had."""
        return self._former.get(child)

    def child(self, parent: Place, tag: str) -> Place | None:
        """Return the child that *parent* knows as *tag*."""
        bond = self._of_parent.get(parent, {}).get(tag)
        return None if bond is None else bond.child

    def children(self, parent: Place) -> list[Bond]:
        """Return the bonds of *parent* with its children, oldest first."""
        bonds = self._of_parent.get(parent)
        return [] if bonds is None else [*bonds.values()]

    def has_children(self, parent: Place) -> bool:
        """Whether *parent* has any."""
        return parent in self._of_parent

    def is_ancestor(self, place: Place, of: Place) -> bool:
        """Whether *place* is the parent of *of*, or the parent of its parent, and so on."""
        bond = self._of_child.get(of)
        while bond is not None:
            if bond.parent is place:
                return True
            bond = self._of_child.get(bond.parent)
        return False

    def dissolve(self, child: Place, *, is_orphan: bool = False) -> None:
        """End the bond of *child*; of an orphan it is remembered whose child it was."""
        bond = self._of_child.pop(child, None)
        if bond is None:
            return
        bonds = self._of_parent[bond.parent]
        del bonds[bond.tag]
        if not bonds:
            del self._of_parent[bond.parent]
        if is_orphan:
            self._former[child] = bond

    def moved(self, parent: Place, to: Place) -> None:
        """The children of *parent* are those of the place *to*, which stands in its stead."""
        bonds = self._of_parent.pop(parent, None)
        if bonds is not None:
            self._of_parent[to] = bonds
            for bond in bonds.values():
                bond.parent = to

    def forget(self, place: Place) -> None:
        """*place* has left the tree: it is nobody's child any more."""
        self.dissolve(place)
        self._former.pop(place, None)
