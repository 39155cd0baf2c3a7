"""Who of the tree hears the bus: single agents, and groups that are one subscriber.

The children of a dynamic supervisor are one subscriber, and so are the members of `replicas`
(runtime.md 12). Whom a signal then goes to is decided in `bus`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jido_cli.bus.bridges import Bus, JoinedBuses
from jido_cli.bus.groups import Group
from jido_cli.bus.subscriptions import Subscriptions
from jido_cli.core.declarative.signal_keys import NoSignalKeyError, SignalKey
from jido_cli.core.signals import Signal
from jido_cli.runtime.supervising.starts import (
    AgentProgram,
    AgentStart,
    GroupStart,
    SupervisorStart,
)

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place

Key = tuple[int, str]  # the supervisor's place, and the group's name


class Hearing:
    """Keeps the bus in step with the tree.

    Args:
        refuse: makes a dead letter of a signal that a group cannot place, with the reason.
        has_mounts: whether topologies are mounted in the tree, with buses of their own perhaps.
    """

    __slots__ = ("_groups", "_outer", "_own", "_refuse", "bus")

    def __init__(
        self,
        refuse: Callable[[Place | None, Signal, str], object],
        *,
        has_mounts: bool = False,
    ) -> None:
        self._outer: Bus[Place] = Bus()
        self._own: dict[int, Bus[Place]] = {}  # of mounted topologies, by the ids of their roots
        self.bus: Subscriptions[Place] | JoinedBuses[Place] = self._outer
        if has_mounts:
            self.bus = JoinedBuses(self._outer, self.bus_of)
        self._groups: dict[Key, Group[Place]] = {}
        self._refuse = refuse

    def added(self, place: Place) -> None:
        """A place came into the tree."""
        start = place.start
        if type(start) is SupervisorStart and start.mount is not None and start.mount.has_own_bus:
            mount = start.mount
            outer = self.bus_of(place)
            self._own[id(place)] = Bus(outer, mount.bridge_in, mount.bridge_out)
        if type(start) is not AgentStart:
            return
        patterns = patterns_of(start.program)
        found = group_of(place)
        if found is None:
            if patterns:
                self.bus_of(place).add(place, patterns)
            return
        key = (id(place.parent), found.name)
        group = self._groups.get(key)
        if group is not None:
            group.joined(place)
        elif patterns:
            group = self._groups[key] = self._new(place.parent, found)
            self.bus_of(place).add_group(group, patterns)

    def _new(self, above: Place | None, group: GroupStart) -> Group[Place]:
        key = None if group.key is None else self._asking(group.key, above)
        return Group(lambda: members(above, group.name), group.spread, key)

    def _asking(self, key: SignalKey, above: Place | None) -> Callable[[Signal], str | None]:
        """Return *key* for a group under *above*; a signal without one is a dead letter there."""

        def asked(signal: Signal) -> str | None:
            try:
                return key(signal)
            except NoSignalKeyError as error:
                self._refuse(above, signal, f"no key: {error.message}")
                return None

        return asked

    def named(self, above: Place, name: str) -> Group[Place] | None:
        """Return the group *name* under *above*, if it hears anything."""
        return self._groups.get((id(above), name))

    def ended(self, place: Place) -> None:
        """A place left the tree."""
        start = place.start
        if type(start) is AgentStart:
            found = group_of(place)
            if found is None:
                self.bus_of(place).discard(place)
            elif (group := self._groups.get((id(place.parent), found.name))) is not None:
                group.left(place)
        elif type(start) is SupervisorStart:
            for key in [key for key in self._groups if key[0] == id(place)]:
                self.bus_of(place).discard_group(self._groups.pop(key))
            own = self._own.pop(id(place), None)
            if own is not None:
                own.part()

    def bus_of(self, place: Place) -> Bus[Place]:
        """Return the bus that is heard and published on at *place*."""
        one: Place | None = place
        while self._own and one is not None:
            own = self._own.get(id(one))
            if own is not None:
                return own
            one = one.parent
        return self._outer


def group_of(place: Place) -> GroupStart | None:
    """Return the group that *place* is a member of, None for a single agent."""
    start, above = place.start, place.parent
    if type(start) is not AgentStart or start.group is not None:
        return start.group if type(start) is AgentStart else None
    if above is None or type(above.start) is not SupervisorStart:
        return None
    if above.start.flags.strategy != "dynamic":
        return None
    # Agents of another definition may be spawned beside the template's.
    name = start.program.definition.name
    template = above.start.specs[0].start
    declared = template.group if type(template) is AgentStart else None
    return declared if declared is not None and declared.name == name else GroupStart(name)


def members(above: Place | None, name: str) -> list[Place]:
    """Return the members of the group *name* under *above*, in the order of their start."""
    children = [] if above is None else list((above.children or {}).values())
    return [one for one in children if (group := group_of(one)) and group.name == name]


def patterns_of(program: AgentProgram) -> tuple[str, ...]:
    """Return the patterns that an agent hears on the bus."""
    if program.subscribe == "none":
        return ()
    if program.subscribe == "routes":
        return tuple(program.definition.signal_patterns)
    return program.subscribe
