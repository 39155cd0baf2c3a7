"""What expressions over a running tree read: agents, supervisors and groups as plain values.

The names are those of `jido_cli.core.tree_expressions`. Nothing is compiled or judged here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.tree_expressions import Mention, UnknownNodeError
from jido_cli.errors import ControlError
from jido_cli.runtime.serving import view_places
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, SupervisorStart

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel


class TreeValues:
    """Looks up what an expression names in one engine, as it is now.

    Args:
        kernel: of the engine.
        count: returns how many signals of a type there were.
    """

    def __init__(self, kernel: Kernel, count: Callable[[str], int]) -> None:
        self._kernel = kernel
        self._count = count

    def look_up(self, mention: Mention) -> object:
        """Return what a mention stands for.

        Raises:
            UnknownNodeError: there is no such node now, or several.
        """
        match mention.kind:
            case "signals":
                return self._count(mention.name)
            case "group":
                return [self.agent(place) for place in self._group(mention.name)]
            case "agents":
                place = self._one(mention.name, "agent")
                return self.agent(place)
            case "supervisors":
                place = self._one(mention.name, "supervisor")
                return {
                    "status": view_places.status_of(place, self._kernel.monotonic()),
                    "restarts": place.log.made_restarts if place.has_log else 0,
                    "facts": view_places.facts_of(place, False),
                }

    def agent(self, place: Place) -> dict[str, object]:
        """Return what expressions see of one agent; null is the state of one that has none."""
        return {
            "id": place.id,
            "path": place.path,
            "status": view_places.status_of(place, self._kernel.monotonic()),
            "facts": view_places.facts_of(place, False),
            "restarts": place.restarts,
            "state": view_places.state_of(place),
        }

    def _one(self, ident: str, kind: str) -> Place:
        try:
            if kind == "agent" and self._kernel.keyed.split(ident) is not None:
                return self._kernel.keyed.resolve(ident)
        except ControlError as error:
            raise UnknownNodeError(error.message) from None
        matching = self._kernel.tree.matching(ident)
        found = [place for place in matching if place.start.kind == kind]
        if len(found) == 1:
            return found[0]
        if found:
            paths = ", ".join(place.path for place in found)
            raise UnknownNodeError(f"{ident!r} is several {kind}s: {paths}")
        if matching:
            raise UnknownNodeError(f"{ident!r} is a {matching[0].start.kind}, no {kind}")
        known = [place.id for place in self._kernel.tree.walk() if place.start.kind == kind]
        near = did_you_mean(ident, known)
        raise UnknownNodeError(f"there is no {kind} {ident!r}" + (f"; {near}" if near else ""))

    def _group(self, ident: str) -> list[Place]:
        """Return the agents of a group of replicas, or those right under a supervisor."""
        places = list(self._kernel.tree.walk())
        members = [place for place in places if self._is_member(place, ident)]
        if members:
            return members
        above = self._one(ident, "supervisor")
        return [one for one in (above.children or {}).values() if isinstance(one.start, AgentStart)]

    def _is_member(self, place: Place, ident: str) -> bool:
        start, above = place.start, place.parent
        if not isinstance(start, AgentStart) or start.group is None or above is None:
            return False
        if not isinstance(above.start, SupervisorStart):
            return False
        path = f"{above.path}/{start.group.name}"
        return path == ident or path.endswith(f"/{ident}")
