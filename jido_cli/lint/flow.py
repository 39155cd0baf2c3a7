"""Who sends which signals, and who takes them: the routes of a topology as a graph.

Only what the file says counts: what Python emits is known by `emits`, what comes from outside by
the catalogue. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from jido_cli.core.router import PatternError, matches
from jido_cli.lint.records import MANY, Action, Agent, Child, Route
from jido_cli.topology import raw
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

if TYPE_CHECKING:
    from jido_cli.lint.picture import Picture

Kind = Literal["emit", "later", "schedule", "answer", "policy", "declared"]
ABSENT: Final = object()
UNKNOWN: Final = object()
_NOWHERE: Final = ("none", "log", "console")


class Sending(msgspec.Struct, frozen=True, eq=False):
    """One place where agents send a signal.

    Attributes:
        kind: how: `emit`, `later` (the directives schedule and cron), `schedule` (an agent's),
            `answer` (of run_instruction), `policy` (on_error of an agent), `declared` (`emits`).
        agents: who does it.
        type: the signal's type, None where it is computed.
        place: path of the type in the document.
        to: where it goes, as written; `bus` where nothing is said.
        data: what it carries, as written; `ABSENT` for nothing, `UNKNOWN` where nobody can tell.
        data_place: path of the data, or of the type where there is none.
        action: in which it stands, if in one.
        is_sure: whether it is sent every time its action is done.
    """

    kind: Kind
    agents: tuple[str, ...]
    type: str | None
    place: Path
    to: object = "bus"
    data: object = UNKNOWN
    data_place: Path = ()
    action: Action | None = None
    is_sure: bool = False


class Flow:
    """The signals of one picture."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._instances = picture.instances

    @cached_property
    def sendings(self) -> tuple[Sending, ...]:
        """All sendings of agents that have instances, in the order of the document."""
        found: list[Sending] = []
        for action in self._picture.all_actions:
            users = tuple(name for name in self._picture.users(action) if name in self._instances)
            if users:
                found += _of_action(action, users)
        for agent in self._picture.agents.values():
            if agent.name in self._instances:
                found += _of_agent(agent)
        found += self._of_overrides()
        return tuple(found)

    @cached_property
    def types(self) -> frozenset[str]:
        """The types that are sent for certain."""
        return frozenset(each.type for each in self.sendings if each.type is not None)

    @property
    def is_complete(self) -> bool:
        """Whether all that is sent is known: no type is computed, no Python may send others."""
        if any(each.type is None for each in self.sendings):
            return False
        return all(
            "emits" in agent.value or all(action.run is None for action in agent.actions)
            for agent in self._picture.agents.values()
            if agent.name in self._instances
        )

    def takers(self, sending: Sending, agent: str) -> tuple[Route, ...] | None:
        """Return the routes that take what *agent* sends; None where nobody can tell."""
        if sending.type is None:
            return None
        found: dict[Path, Route] = {}
        for target in sending.to if isinstance(sending.to, list) else [sending.to]:
            routes = self._at(target, sending.type, agent)
            if routes is None:
                return None
            found |= {route.path: route for route in routes}
        return tuple(found.values())

    def _at(self, target: object, type_: str, agent: str) -> tuple[Route, ...] | None:
        routes = self._picture.router.route(type_)
        if target == "self":
            return tuple(route for route in routes if route.agent == agent)
        if target == "bus":
            return tuple(route for route in routes if self._hears(route.agent, type_, agent))
        if target in _NOWHERE:
            return ()
        if isinstance(target, dict) and (name := raw.text(target.get("agent"))) is not None:
            named = self._agents_at(name)
            return tuple(route for route in routes if route.agent in named) if named else None
        return None

    def _agents_at(self, ident: str) -> frozenset[str]:
        """Return the agents of the children with this id; none if it may be one started later."""
        wanted = ident.rpartition("/")[2]
        return frozenset(
            child.agent
            for supervisor in self._picture.supervisors
            for child in supervisor.children
            if child.agent is not None and _is_named(child, wanted)
        )

    def _hears(self, agent: str, type_: str, sender: str) -> bool:
        """Tell whether an instance of *agent* hears a type on the bus from one of *sender*."""
        if agent == sender and self._instances[agent] < MANY:
            return False  # an instance does not hear what it emitted itself
        return any(_subscribes(each, type_) for each in self._subscriptions.get(agent, ()))

    @cached_property
    def _subscriptions(self) -> Mapping[str, list[object]]:
        """What the instances of each agent subscribe to, as written."""
        found: dict[str, list[object]] = {}
        for supervisor in self._picture.supervisors:
            for child in supervisor.children:
                if child.agent is not None and child.agent in self._picture.agents:
                    own = self._picture.agents[child.agent].value.get("subscribe", "routes")
                    found.setdefault(child.agent, []).append(child.value.get("subscribe", own))
        for name in self._instances:
            is_started_later = name not in found or name in self._picture.spawned
            if is_started_later and name in self._picture.agents:
                own = self._picture.agents[name].value.get("subscribe", "routes")
                found.setdefault(name, []).append(own)
        return found

    def _of_overrides(self) -> Iterator[Sending]:
        for supervisor in self._picture.supervisors:
            for child in supervisor.children:
                if child.agent is not None:
                    yield from _of_policy(child.value, child.path, child.agent)


def _is_named(child: Child, ident: str) -> bool:
    """Tell whether an id is a child's own, its group's, or that of a member of the group."""
    return ident == child.id or (child.copies > 1 and ident.rpartition("-")[0] == child.id)


def _subscribes(subscription: object, type_: str) -> bool:
    if isinstance(subscription, list):
        return any(isinstance(each, str) and _matches(type_, each) for each in subscription)
    return subscription != "none"  # `routes`: what a route takes is heard


def _matches(type_: str, pattern: str) -> bool:
    try:
        return matches(type_, pattern)
    except PatternError:
        return False


def _of_action(action: Action, users: tuple[str, ...]) -> Iterator[Sending]:
    is_sure = action.run is None and "require" not in action.value
    yield from _of_block(action, action.value, action.path, users, is_sure=is_sure)
    failed = raw.mapping(action.value.get("on_error"))
    yield from _of_block(action, failed, (*action.path, "on_error"), users, is_sure=False)


def _of_block(
    action: Action, block: Raw, path: Path, users: tuple[str, ...], *, is_sure: bool
) -> Iterator[Sending]:
    emit = block.get("emit")
    for index, item in enumerate(emit) if isinstance(emit, list) else [(None, emit)]:
        place: Path = (*path, "emit") if index is None else (*path, "emit", index)
        if isinstance(item, dict):
            yield _emission(action, item, place, users, is_sure=is_sure)
    for index, item in enumerate(raw.items(block.get("directives"))):
        if isinstance(item, dict):
            place = (*path, "directives", index)
            is_always = is_sure and not {"when", "for_each"} & set(item)
            yield from _of_directive(action, item, place, users, is_sure=is_always)


def _of_directive(
    action: Action, item: Raw, path: Path, users: tuple[str, ...], *, is_sure: bool
) -> Iterator[Sending]:
    if isinstance(emit := item.get("emit"), dict):
        yield _emission(action, emit, (*path, "emit"), users, is_sure=is_sure)
    for key in ("schedule", "cron"):
        inner = raw.mapping(item.get(key))
        if "signal" in inner:
            yield _signal(inner["signal"], (*path, key, "signal"), "later", users, action)
    instruction = raw.mapping(item.get("run_instruction"))
    for key in ("on_result", "on_error"):
        if key in instruction:
            place = (*path, "run_instruction", key)
            type_ = raw.text(instruction[key])
            yield Sending("answer", users, type_, place, "self", data_place=place, action=action)


def _emission(
    action: Action, item: Raw, path: Path, users: tuple[str, ...], *, is_sure: bool
) -> Sending:
    return Sending(
        "emit",
        users,
        raw.text(item.get("type")),
        (*path, "type"),
        item.get("to", "bus"),
        item.get("data", ABSENT),
        (*path, "data") if "data" in item else (*path, "type"),
        action,
        is_sure=is_sure and not {"when", "for_each"} & set(item),
    )


def _signal(
    signal: object, path: Path, kind: Kind, agents: tuple[str, ...], action: Action | None = None
) -> Sending:
    """Return the sending of a signal that comes back to the agent itself."""
    if not isinstance(signal, dict):
        type_ = raw.text(signal)
        return Sending(kind, agents, type_, path, "self", ABSENT, path, action)
    place = (*path, "type")
    data = signal.get("data", ABSENT)
    data_place = place if data is ABSENT else (*path, "data")
    return Sending(
        kind, agents, raw.text(signal.get("type")), place, "self", data, data_place, action
    )


def _of_agent(agent: Agent) -> Iterator[Sending]:
    for name, schedule in raw.mapping(agent.value.get("schedules")).items():
        if isinstance(schedule, dict) and "signal" in schedule and not name.startswith("x-"):
            path = (*agent.path, "schedules", name, "signal")
            yield _signal(schedule["signal"], path, "schedule", (agent.name,))
    for index, type_ in enumerate(raw.items(agent.value.get("emits"))):
        path = (*agent.path, "emits", index)
        yield Sending("declared", (agent.name,), raw.text(type_), path, data_place=path)
    yield from _of_policy(agent.value, agent.path, agent.name)


def _of_policy(holder: Raw, path: Path, agent: str) -> Iterator[Sending]:
    """Yield what is sent when a command fails, by an agent's or a child's `on_error`."""
    policy = raw.mapping(holder.get("on_error"))
    parts: list[tuple[Path, Raw]] = [(("on_error",), policy)]
    parts += [(("on_error", key), raw.mapping(policy.get(key))) for key in ("declared", "bug")]
    for below, part in parts:
        if "emit" in part:
            place = (*path, *below, "emit")
            yield Sending("policy", (agent,), raw.text(part["emit"]), place, data_place=place)
