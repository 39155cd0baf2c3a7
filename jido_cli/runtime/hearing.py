"""Who of the tree hears the bus: single agents, and groups that are one subscriber.

The children of a dynamic supervisor are one subscriber, and so are the members of `replicas`
(runtime.md 12). Whom a signal then goes to is decided in `bus.subscriptions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.bus.subscriptions import Group, Subscriptions
from jido_cli.runtime.supervising.starts import AgentProgram, AgentStart, SupervisorStart

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place

Key = tuple[int, str]  # the supervisor's place, and the group's name


class Hearing:
    """Keeps the bus in step with the tree."""

    __slots__ = ("_groups", "bus")

    def __init__(self) -> None:
        self.bus: Subscriptions[Place] = Subscriptions()
        self._groups: dict[Key, Group[Place]] = {}

    def added(self, place: Place) -> None:
        """A place came into the tree."""
        start = place.start
        if type(start) is not AgentStart:
            return
        patterns = patterns_of(start.program)
        name = _group_of(place)
        if name is None:
            if patterns:
                self.bus.add(place, patterns)
            return
        key = (id(place.parent), name)
        group = self._groups.get(key)
        if group is not None:
            group.changed()
        elif patterns:
            above = place.parent
            group = self._groups[key] = Group(lambda: _members(above, name))
            self.bus.add_group(group, patterns)

    def ended(self, place: Place) -> None:
        """A place left the tree."""
        start = place.start
        if type(start) is AgentStart:
            name = _group_of(place)
            if name is None:
                self.bus.discard(place)
            elif (group := self._groups.get((id(place.parent), name))) is not None:
                group.changed()
        elif type(start) is SupervisorStart:
            for key in [key for key in self._groups if key[0] == id(place)]:
                self.bus.discard_group(self._groups.pop(key))


def _group_of(place: Place) -> str | None:
    """Return the name of the group that *place* is a member of, None for a single agent."""
    start, above = place.start, place.parent
    if type(start) is AgentStart and start.group is not None:
        return start.group
    if type(start) is not AgentStart or above is None or type(above.start) is not SupervisorStart:
        return None
    # Agents of another definition may be spawned beside the template's.
    return start.program.definition.name if above.start.flags.strategy == "dynamic" else None


def _members(above: Place | None, name: str) -> list[Place]:
    children = [] if above is None else list((above.children or {}).values())
    return [one for one in children if _group_of(one) == name]


def patterns_of(program: AgentProgram) -> tuple[str, ...]:
    """Return the patterns that an agent hears on the bus."""
    if program.subscribe == "none":
        return ()
    if program.subscribe == "routes":
        return tuple(program.definition.signal_patterns)
    return program.subscribe
