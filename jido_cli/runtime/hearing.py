"""Who of the tree hears the bus: single agents, and groups that are one subscriber.

The children of a dynamic supervisor are one subscriber, and so are the members of `replicas`
(runtime.md 12). Whom a signal then goes to is decided in `bus`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from jido_cli.bus.bridges import Bus, JoinedBuses
from jido_cli.bus.groups import Group
from jido_cli.bus.subscriptions import Subscriptions
from jido_cli.core.declarative.signal_keys import NoSignalKeyError, SignalKey
from jido_cli.core.signals import Signal
from jido_cli.runtime.supervising import mounts
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

    __slots__ = ("_above", "_groups", "_outer", "_own", "_refuse", "bus")

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
        self._above: dict[str, list[Place]] = {}  # by the names of groups: their supervisors
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
        else:
            group = self._groups[key] = self._new(place.parent, found)
            if place.parent is not None:
                self._above.setdefault(found.name, []).append(place.parent)
            if patterns:
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

    def group_named(self, ident: str, seen_from: Place | None = None) -> Group[Place] | None:
        """Return the group that *ident* names: by its name, or by its dynamic supervisor's.

        Args:
            ident: a name, or as much of the path as makes it the only one.
            seen_from: who says so; it knows the names of its own topology only.
        """
        above, _, name = ident.rpartition("/")
        tail = f"/{above}" if above else ""
        found = [one for one in self._above.get(name, ()) if f"/{one.path}".endswith(tail)]
        if seen_from is not None:
            kernel = seen_from.kernel
            found = [
                one for one in found if mounts.sees(kernel, seen_from, f"{one.path}/{name}", ident)
            ]
        # A template's children are called by their supervisor: the agent's name is no address.
        found = [one for one in found if not _is_dynamic(one)]
        return self._groups.get((id(found[0]), name)) if len(found) == 1 else None

    def children_of(self, place: Place) -> Group[Place] | None:
        """Return the group of a dynamic supervisor's children, once it has had one."""
        start = place.start
        if not _is_dynamic(place) or type(start) is not SupervisorStart:
            return None
        template = start.specs[0].start
        if type(template) is not AgentStart:
            return None
        return self._groups.get((id(place), template.program.definition.name))

    def listen(self, place: Place, patterns: Iterable[str]) -> None:
        """Let *place*, which is no agent, hear what matches one of *patterns*."""
        self.bus_of(place).add(place, tuple(patterns))

    def unlisten(self, place: Place) -> None:
        """Let *place* hear nothing any more."""
        self.bus_of(place).discard(place)

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
                self._above[key[1]].remove(place)
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


def _is_dynamic(place: Place) -> bool:
    start = place.start
    return type(start) is SupervisorStart and start.flags.strategy == "dynamic"


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
