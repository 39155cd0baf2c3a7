"""The tree of places: walking it, and finding a node by path or by any unique tail of it.

Names that the file declares come first: what is named at run time, by a key or a tag that may come
from outside, hides none of them.
Readable from other threads: a walk copies each list of children in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import ControlError
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, SupervisorStart

SHOWN: Final = 8
_REMEMBERED: Final = 4_096  # names that were looked up; those of misses may come from outside


class Tree:
    """All places under one root."""

    __slots__ = ("_found", "group_named", "root")

    def __init__(self, group_named: Callable[[str, Place | None], object] | None = None) -> None:
        self.root: Place | None = None
        self.group_named = group_named  # gives the group that the file declares by a name
        self._found: dict[str, Place | None] = {}

    def walk(self, place: Place | None = None) -> Iterator[Place]:
        """Yield *place* (default: the root) and all below it, in pre-order, in start order."""
        start = place or self.root
        if start is None:
            return
        stack = [start]
        while stack:
            one = stack.pop()
            yield one
            if one.children:
                stack.extend(reversed(list(one.children.values())))

    def walk_paths(self) -> Iterator[tuple[Place, str, str | None]]:
        """Yield each place with its path and its parent's, in pre-order, in start order."""
        if self.root is None:
            return
        stack: list[tuple[Place, str, str | None]] = [(self.root, self.root.id, None)]
        while stack:
            place, path, above = stack.pop()
            yield place, path, above
            if place.children:
                below = reversed(list(place.children.values()))
                stack.extend((child, f"{path}/{child.id}", path) for child in below)

    def changed(self) -> None:
        """A place was added or has ended: what was found before may not hold."""
        if self._found:
            self._found.clear()

    def find(self, ident: str, below: Place | None = None) -> Place | None:
        """Return the one place that *ident* (a path or a tail of one) names, or None.

        For the loop: the answer is remembered until the tree changes. With *below*, only that
        place and those under it have names.
        """
        key = ident if below is None else f"{id(below)} {ident}"
        place = self._found.get(key)
        if place is None and key not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            place = self._found[key] = self._find(ident, below)
        return place

    def _find(self, ident: str, below: Place | None) -> Place | None:
        matching = self.matching(ident, below)
        if len(matching) != 1:
            return None
        is_hidden = (
            self.group_named is not None
            and not is_declared(matching[0])
            and self.group_named(ident, below) is not None
        )
        return None if is_hidden else matching[0]

    def nobody(self, ident: str, below: Place | None = None, kind: str = "agent") -> str:
        """Return why `find` gave nothing for *ident*: there is none, or there are several."""
        several = self.matching(ident, below)
        if len(several) < 2:
            return f"no {kind} {ident!r}"
        kinds = {place.start.kind for place in several}
        what = f"{kinds.pop()}s" if len(kinds) == 1 else "nodes"
        paths = ", ".join(place.path for place in several[:SHOWN])
        more = f" and {len(several) - SHOWN} more" if len(several) > SHOWN else ""
        return f"{len(several)} {what} are named {ident!r}: {paths}{more}"

    def _matching_in(self, top: Place, ident: str) -> list[Place]:
        ids = ident.split("/")
        found = [place for place in self.walk(top) if place.id == ids[-1] and _has_tail(place, ids)]
        # A tail may reach above: then it is a name of the outer topology.
        depth = len(top.path.split("/"))
        return [one for one in found if len(one.path.split("/")) - len(ids) >= depth - 1]

    def matching(self, ident: str, below: Place | None = None) -> list[Place]:
        """Return every place that *ident* may mean: of several, those that the file declares."""
        found = self._named(ident) if below is None else self._matching_in(below, ident)
        if len(found) < 2:
            return found
        return [place for place in found if is_declared(place)] or found

    def _named(self, ident: str) -> list[Place]:
        """Return every place whose path is *ident* or ends with it, an exact path alone."""
        ids = ident.split("/")
        exact = self._walk_down(ids)
        if exact is not None:
            return [exact]
        return [place for place in self.walk() if place.id == ids[-1] and _has_tail(place, ids)]

    def resolve(self, ident: str) -> Place:
        """Return the one place that *ident* names.

        Raises:
            ControlError: `no-node` or `ambiguous-node`, with what is near or what matches.
        """
        matching = self.matching(ident)
        if len(matching) == 1:
            return matching[0]
        if matching:
            raise ControlError(
                f"{len(matching)} nodes are named {ident!r}, say which one",
                code="ambiguous-node",
                where=", ".join(place.path for place in matching[:SHOWN])
                + (f" and {len(matching) - SHOWN} more" if len(matching) > SHOWN else ""),
                hints=(f"use more of the path: {matching[0].path}",),
            )
        if (group := self.group_of_supervisors(ident)) is not None:
            raise group
        near = did_you_mean(ident.split("/")[-1], {place.id for place in self.walk()})
        raise ControlError(
            f"no node {ident!r}" + (f"; {near}" if near else ""),
            code="no-node",
            hints=("jido ps",),
        )

    def group_of_supervisors(self, ident: str) -> ControlError | None:
        """Return why *ident* is no node where it names several supervisors or mounts at once.

        `replicas` of an agent are a group with an address; those of a supervisor are not.
        """
        found = self.matching(f"{ident}-1")
        above = found[0].parent if found else None
        if above is None or found[0].start.kind != "supervisor":
            return None
        name, last = found[0].id.removesuffix("-1"), 1
        while above.child(f"{name}-{last + 1}") is not None:
            last += 1
        several = f"{name}-1" + (f" to {name}-{last}" if last > 1 else "")
        return ControlError(
            f"no node {ident!r}: several supervisors ({several}) have no address as one",
            code="no-node",
            where="only `replicas` of an agent can be called and scaled by their one name",
            hints=(f"say which one: {found[0].path}",),
        )

    def _walk_down(self, ids: list[str]) -> Place | None:
        place = self.root
        if place is None or place.id != ids[0]:
            return None
        for child_id in ids[1:]:
            place = place.child(child_id)
            if place is None:
                return None
        return place


def is_declared(place: Place) -> bool:
    """Whether the file names the node: no key, tag or number of a start at run time does."""
    one, above = place, place.parent
    while above is not None:
        start = above.start
        if isinstance(start, AgentStart):
            if not start.program.sensors:
                return False
        elif not isinstance(start, SupervisorStart) or not _names(start, one.id):
            return False
        one, above = above, above.parent
    return True


def _names(start: SupervisorStart, child_id: str) -> bool:
    if start.flags.strategy == "dynamic":
        return False
    return any(spec.id == child_id for spec in list(start.specs))


def _has_tail(place: Place, ids: list[str]) -> bool:
    one: Place | None = place
    for wanted in reversed(ids):
        if one is None or one.id != wanted:
            return False
        one = one.parent
    return True
