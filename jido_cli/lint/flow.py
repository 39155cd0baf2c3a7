"""Who takes which signals: the routes of a topology as a graph.

Only what the file says counts: what Python emits is known by `emits`, what comes from outside by
the catalogue. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from jido_cli.core.router import PatternError, matches
from jido_cli.lint.records import MANY, Route
from jido_cli.lint.sendings import Sending, of_action, of_agent, of_policy
from jido_cli.topology import raw
from jido_cli.topology.positions import Path

if TYPE_CHECKING:
    from jido_cli.lint.picture import Picture

_NOWHERE: Final = ("none", "log", "console")


class Flow:
    """The signals of one picture.

    Answers are kept by type: however many agents send the same, who hears it is found once.
    """

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._instances = picture.instances
        self._on_bus: dict[str, tuple[Route, ...]] = {}
        self._bus_agents: dict[str, frozenset[str]] = {}

    @cached_property
    def sendings(self) -> tuple[Sending, ...]:
        """All sendings of agents that have instances, in the order of the document."""
        found: list[Sending] = []
        for action in self._picture.all_actions:
            users = tuple(name for name in self._picture.users(action) if name in self._instances)
            if users:
                found += of_action(action, users)
        for agent in self._picture.agents.values():
            if agent.name in self._instances:
                found += of_agent(agent)
        found += self._of_overrides()
        return tuple(found)

    @cached_property
    def types(self) -> frozenset[str]:
        """The types that are sent for certain."""
        own = {each.type for each in self.sendings if each.type is not None}
        return frozenset(own.union(*(mount.sent for mount in self._picture.mounts)))

    @property
    def is_complete(self) -> bool:
        """Whether all that is sent is known: no type is computed, no Python may send others."""
        if any(each.type is None for each in self.sendings):
            return False
        if not all(mount.picture.flow.is_complete for mount in self._picture.mounts):
            return False
        classes = {str(one.path[1]) for one in self._picture.python_classes}
        if any(path[0] != "agents" for path, _, _ in self._picture.python_sensors):
            return False  # started by an action that several agents may run
        classes |= {str(path[1]) for path, _, _ in self._picture.python_sensors}
        return all(
            "emits" in agent.value
            or (agent.name not in classes and all(one.run is None for one in agent.actions))
            for agent in self._picture.agents.values()
            if agent.name in self._instances
        )

    def takers(self, sending: Sending, agent: str) -> tuple[Route, ...] | None:
        """Return the routes that take what *agent* sends; None where nobody can tell."""
        if sending.type is None:
            return None
        found: dict[Path, Route] = {}
        for target in _targets(sending):
            routes = self._at(target, sending.type, agent)
            if routes is None:
                return None
            found |= {route.path: route for route in routes}
        return tuple(found.values())

    def is_taken(self, sending: Sending, agent: str) -> bool:
        """Tell whether any route takes what *agent* sends, or nobody can tell."""
        if sending.type is not None and sending.to == "bus":
            self.heard(sending.type)
            hearers = self._bus_agents[sending.type]
            others = hearers - {agent} if self._is_alone(agent) else hearers
            return bool(others) or self._is_heard_below(sending.type)
        return self.takers(sending, agent) != ()

    def hears(self, type_: str) -> bool:
        """Tell whether anybody hears a type that comes from outside over the bus."""
        self.heard(type_)
        return bool(self._bus_agents[type_]) or self._is_heard_below(type_)

    def _is_heard_below(self, type_: str) -> bool:
        return any(mount.hears(type_) for mount in self._picture.mounts)

    def is_child(self, ident: str) -> bool:
        """Tell whether a path or id names a child, or a member of a group of children."""
        return bool(self._agents_at(ident.rpartition("/")[2]))

    def _at(self, target: object, type_: str, agent: str) -> tuple[Route, ...] | None:
        if target == "bus":
            heard = self.heard(type_)
            if agent in self._bus_agents[type_] and self._is_alone(agent):
                return tuple(route for route in heard if route.agent != agent)
            return heard
        if target in _NOWHERE:
            return ()
        routes = self._picture.router.route(type_)
        if target == "self":
            return tuple(route for route in routes if route.agent == agent)
        if isinstance(target, dict) and (name := raw.text(target.get("agent"))) is not None:
            named = self._agents_at(name.rpartition("/")[2])
            return tuple(route for route in routes if route.agent in named) if named else None
        if isinstance(target, dict) and (name := raw.text(target.get("of"))) is not None:
            named = self._keyed_at(name.rpartition("/")[2])
            return tuple(route for route in routes if route.agent in named) if named else None
        return None

    def _keyed_at(self, ident: str) -> frozenset[str]:
        """Return the agents of the keyed supervisors with this id."""
        return frozenset(
            child.agent
            for supervisor in self._picture.supervisors
            if supervisor.id == ident and "keyed_by" in supervisor.value
            for child in supervisor.children
            if child.agent is not None
        )

    def _is_alone(self, agent: str) -> bool:
        """An instance does not hear what it emitted itself, but others of its agent do."""
        return self._instances[agent] < MANY

    def heard(self, type_: str) -> tuple[Route, ...]:
        """Return the routes of agents of this file that hear a type on the bus."""
        if type_ not in self._on_bus:
            routes = self._picture.router.route(type_)
            hearers = frozenset(
                agent
                for agent in {route.agent for route in routes}
                if any(_subscribes(each, type_) for each in self._subscriptions.get(agent, ()))
            )
            self._bus_agents[type_] = hearers
            self._on_bus[type_] = tuple(route for route in routes if route.agent in hearers)
        return self._on_bus[type_]

    def _agents_at(self, ident: str) -> frozenset[str]:
        """Return the agents of the children with this id; none if it may be one started later."""
        group, _, number = ident.rpartition("-")
        found = set(self._ids.get(ident, ()))
        if number.isdecimal():
            found |= {agent for agent, copies in self._ids.get(group, {}).items() if copies > 1}
        return frozenset(found)

    @cached_property
    def _ids(self) -> Mapping[str, Mapping[str, int]]:
        """By the ids of children, and of groups of replicas: the agents and how many they are."""
        found: dict[str, dict[str, int]] = {}
        for supervisor in self._picture.supervisors:
            for child in supervisor.children:
                if child.agent is not None:
                    found.setdefault(child.id, {})[child.agent] = child.copies
        return found

    @cached_property
    def _subscriptions(self) -> Mapping[str, list[object]]:
        """What the instances of each agent subscribe to, as written, the same thing once."""
        found: dict[str, dict[str, object]] = {}
        for supervisor in self._picture.supervisors:
            for child in supervisor.children:
                if child.agent is not None and child.agent in self._picture.agents:
                    own = self._picture.agents[child.agent].value.get("subscribe", "routes")
                    subscription = child.value.get("subscribe", own)
                    found.setdefault(child.agent, {})[repr(subscription)] = subscription
        for name in self._instances:
            is_started_later = name not in found or name in self._picture.spawned
            if is_started_later and name in self._picture.agents:
                own = self._picture.agents[name].value.get("subscribe", "routes")
                found.setdefault(name, {})[repr(own)] = own
        return {name: list(each.values()) for name, each in found.items()}

    def _of_overrides(self) -> Iterator[Sending]:
        for supervisor in self._picture.supervisors:
            for child in supervisor.children:
                if child.agent is not None:
                    yield from of_policy(child.value, child.path, child.agent)


def _targets(sending: Sending) -> list[object]:
    return sending.to if isinstance(sending.to, list) else [sending.to]


def _subscribes(subscription: object, type_: str) -> bool:
    if isinstance(subscription, list):
        return any(isinstance(each, str) and _matches(type_, each) for each in subscription)
    return subscription != "none"  # `routes`: what a route takes is heard


def _matches(type_: str, pattern: str) -> bool:
    try:
        return matches(type_, pattern)
    except PatternError:
        return False
