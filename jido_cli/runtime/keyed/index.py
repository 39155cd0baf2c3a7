"""All keyed supervisors of one engine: from what people and files call an agent to its place.

`sessions/s1` is the agent with the key `s1`, whether it is awake or not; `sessions` alone is
whoever the signal's own key says. A group of replicas by its name, and a dynamic supervisor by its
id, is the member that their delivery says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from jido_cli.bus.groups import Group
from jido_cli.core.signals import Signal
from jido_cli.errors import ControlError
from jido_cli.runtime.hearing import patterns_of
from jido_cli.runtime.keyed.children import KeyedChildren
from jido_cli.runtime.supervising import mounts
from jido_cli.runtime.supervising.names import OWN, id_of, name_of
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, SupervisorStart

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel

SHOWN: Final = 8
Refuse = Callable[[Place | None, Signal, str], object]


class KeyedGroup(Group[Place]):
    """A keyed supervisor on the bus: the key says who gets a signal, and starts him."""

    __slots__ = ("_children", "_refuse")

    def __init__(self, children: KeyedChildren, refuse: Refuse) -> None:
        super().__init__(tuple)
        self._children = children
        self._refuse = refuse

    def receivers(self, signal: Signal, exclude: Place | None = None) -> Iterable[Place]:
        """Return the place of the signal's key; where there is none, it is a dead letter."""
        try:
            place = self._children.for_signal(signal)
        except ControlError as error:
            self._refuse(self._children.place, signal, error.message)
            return ()
        return () if place is exclude else (place,)


class KeyedIndex:
    """The keyed supervisors, by their places."""

    __slots__ = ("_groups", "_kernel", "_of")

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._of: dict[Place, KeyedChildren] = {}
        self._groups: dict[Place, KeyedGroup] = {}

    def added(self, place: Place) -> None:
        """A keyed supervisor came into the tree."""
        children = self._of[place] = KeyedChildren(place)
        patterns = patterns_of(children.template.program)
        if patterns:
            group = KeyedGroup(children, self._kernel.dead_letters.add)
            self._groups[place] = group
            self._kernel.hearing.bus_of(place).add_group(group, patterns)

    def ended(self, place: Place) -> None:
        """A supervisor left the tree."""
        children = self._of.pop(place, None)
        if children is not None:
            children.close()
        if place in self._groups:
            self._kernel.hearing.bus_of(place).discard_group(self._groups.pop(place))

    def of(self, place: Place) -> KeyedChildren | None:
        """Return the children of the supervisor at *place*, if it is a keyed one."""
        return self._of.get(place)

    def named(self, ident: str, seen_from: Place | None = None) -> KeyedChildren | None:
        """Return the children of the one keyed supervisor that *ident* names; for any thread.

        Args:
            ident: a path, or a unique tail of one.
            seen_from: who says so; it knows the names of its own topology only.

        Raises:
            ControlError: `ambiguous-node`.
        """
        if not self._of:
            return None
        tail = f"/{ident}"
        found = [one for place, one in list(self._of.items()) if f"/{place.path}".endswith(tail)]
        if seen_from is not None:
            kernel = self._kernel
            found = [one for one in found if mounts.sees(kernel, seen_from, one.place.path, ident)]
        exact = [one for one in found if one.place.path == ident]
        found = exact or found
        if len(found) > 1:
            raise ControlError(
                f"{len(found)} keyed supervisors are named {ident!r}, say which one",
                code="ambiguous-node",
                where=", ".join(one.place.path for one in found[:SHOWN])
                + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""),
                hints=(f"use more of the path: {found[0].place.path}",),
            )
        return found[0] if found else None

    def split(self, ident: str, seen_from: Place | None = None) -> tuple[KeyedChildren, str] | None:
        """Return the supervisor and the key that `supervisor/key` means; for any thread."""
        above, slash, ident = ident.rpartition("/")
        if not slash or not ident or not self._of:
            return None
        children = self.named(above, seen_from)
        if children is None or (ident.endswith(OWN) and children.place.child(ident) is not None):
            return None  # the supervisor of a keyed agent's own children is no key
        return children, name_of(ident)

    # -- finding

    def find(self, ident: str, signal: Signal, seen_from: Place | None = None) -> Place | None:
        """Return the one place that *ident* names for *signal*; its agent is started if need be.

        For the loop. What is named by no key is found in the tree, and a group by its name is the
        member that its delivery says; *seen_from* is the agent that says so, None for somebody
        outside.

        Raises:
            ControlError: it is a key, or takes one, and there is nobody for it; or a group without
                a member for it, or with several.
        """
        if self._of and "/" in ident:
            found = self.split(ident, seen_from)
            if found is not None:
                return found[0].for_key(found[1])
        place = self._in_tree(ident, seen_from)
        if place is not None and type(place.start) is not SupervisorStart:
            return place
        return self._member(ident, place, signal, seen_from)

    def find_all(self, ident: str, signal: Signal, seen_from: Place) -> Sequence[Place]:
        """Return the places that *ident* names for *signal*: `find`, or all of a group's."""
        if not (self._of and "/" in ident):  # most names are those of single agents
            place = self._in_tree(ident, seen_from)
            if place is not None and type(place.start) is AgentStart:
                return (place,)
        group = self._kernel.hearing.group_named(ident, seen_from)
        if group is not None and group.spread == "all":
            return list(group.receivers(signal, seen_from))
        place = self.find(ident, signal, seen_from)
        return () if place is None else (place,)

    def _member(
        self, ident: str, place: Place | None, signal: Signal, seen_from: Place | None
    ) -> Place | None:
        """Return who gets *signal* of the supervisor at *place*, or of the group *ident*."""
        if place is not None and (children := self._of.get(place)) is not None:
            return children.for_signal(signal)
        group = self._group(ident, place, seen_from)
        if group is None and (place is None or not is_dynamic(place)):
            return place
        if group is not None and group.spread == "all":
            text = f"{ident} delivers to all of its members: what is addressed goes to one"
            raise ControlError(text, code="bad-value")
        chosen = None if group is None else next(iter(group.receivers(signal, seen_from)), None)
        if chosen is None:
            hints = (f"jido scale {ident} 1",)
            raise ControlError(f"{ident} has no member for it", code="no-node", hints=hints)
        return chosen

    def _group(
        self, ident: str, place: Place | None, seen_from: Place | None
    ) -> Group[Place] | None:
        hearing = self._kernel.hearing
        if place is None:
            return hearing.group_named(ident, seen_from)
        return hearing.children_of(place)

    def _in_tree(self, ident: str, seen_from: Place | None) -> Place | None:
        if seen_from is None:
            return self._kernel.tree.find(ident)
        return mounts.find(self._kernel, seen_from, ident)

    def template_of(self, ident: str) -> Place | None:
        """Return a place that shows what agents those are that *ident* names by a key or group."""
        found = self.split(ident)
        children = self.named(ident) if found is None else found[0]
        if children is not None:
            return children.shown()
        group = self._group(ident, self._kernel.tree.find(ident), None)
        return None if group is None or not group.members else group.members[0]

    def awake(self, ident: str) -> Place:
        """Return the one place of the tree that *ident* names.

        Raises:
            ControlError: `no-node`, `ambiguous-node`; `wrong-state` for a key without a place.
        """
        found = self.split(ident)
        if found is not None and found[0].awake.get(id_of(found[1])) is None:
            resting = found[0].resting(found[1])
            fact = "sleeps" if resting.checkpoint is not None else "has not begun"
            text = f"{resting.id} does not run: it {fact}"
            hint = f"the next signal {'wakes' if resting.checkpoint else 'starts'} it"
            raise ControlError(text, code="wrong-state", where=resting.path, hints=(hint,))
        return self._kernel.tree.resolve(ident)

    def find_source(self, source: str) -> Place | None:
        """Return the agent that a signal says it comes from; who sleeps by now is woken."""
        try:
            found = self.split(source)
            if found is not None:
                return found[0].for_key(found[1])
            return self._kernel.tree.find(source)
        except ControlError:
            return None  # nobody can be answered there

    def resolve(self, ident: str) -> Place:
        """Return the one place that *ident* names, as readers see it; for any thread.

        Raises:
            ControlError: `no-node` or `ambiguous-node`.
        """
        found = self.split(ident)
        if found is not None:
            children, key = found
            awake = children.awake.get(id_of(key))
            return children.resting(key) if awake is None else awake
        return self._kernel.tree.resolve(ident)


def is_dynamic(place: Place) -> bool:
    """Whether *place* is that of a dynamic supervisor."""
    return isinstance(place.start, SupervisorStart) and place.start.flags.strategy == "dynamic"


def is_keyed(place: Place) -> bool:
    """Whether *place* is that of a keyed supervisor."""
    return isinstance(place.start, SupervisorStart) and place.start.keyed is not None
