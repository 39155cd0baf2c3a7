"""Which signals go from where to where, one row a type and sender: the picture for people.

Made of the same flow that the rules judge; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from jido_cli.lint.mount import Mount
from jido_cli.lint.picture import Picture
from jido_cli.lint.sendings import Sending

OUTSIDE: Final = "outside"
COMPUTED: Final = "(computed)"
NOBODY: Final = "nothing"
_WORDS: Final = ("sender", "parent", "children", "log", "console")


class Wire(msgspec.Struct, frozen=True):
    """A signal: who sends it, its type, who takes it; no takers where nobody does."""

    sender: str
    type: str
    takers: tuple[str, ...]


def wires(picture: Picture) -> tuple[Wire, ...]:
    """Return every signal of a topology: first what comes from outside, then what agents send."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for wire in (*_from_outside(picture), *_from_agents(picture), *_from_mounts(picture)):
        found.setdefault((wire.sender, wire.type), {}).update(dict.fromkeys(wire.takers))
    return tuple(Wire(*key, tuple(takers)) for key, takers in found.items())


def type_count(picture: Picture) -> int:
    """Return how many types of signals are known by name."""
    return len({wire.type for wire in wires(picture) if wire.type != COMPUTED})


def names(picture: Picture) -> dict[str, str]:
    """Return how agents are called: by the id of their only child, else by their own name."""
    ids: dict[str, list[str]] = {}
    for supervisor in picture.supervisors:
        for child in supervisor.children:
            if child.agent is not None:
                ids.setdefault(child.agent, []).append("" if child.is_template else child.id)
    return {
        agent: found[0] if len(found) == 1 and found[0] else agent for agent, found in ids.items()
    }


def _from_outside(picture: Picture) -> Iterator[Wire]:
    called = names(picture)
    for agent in picture.agents.values():
        for route in agent.routes if agent.name in picture.instances else ():
            is_declared = picture.signals.get(route.pattern, {}).get("external") is True
            if is_declared or not _is_sent(picture, route.pattern):
                yield Wire(OUTSIDE, route.pattern, (called.get(agent.name, agent.name),))


def _is_sent(picture: Picture, pattern: str) -> bool:
    return any(
        route.pattern == pattern
        for type_ in picture.flow.types
        for route in picture.router.route(type_)
    )


def _from_agents(picture: Picture) -> Iterator[Wire]:
    called = names(picture)
    for sending in picture.flow.sendings:
        for agent in sending.agents:
            takers = tuple(_takers(picture, sending, agent, called))
            yield Wire(called.get(agent, agent), sending.type or COMPUTED, takers)


def _from_mounts(picture: Picture) -> Iterator[Wire]:
    called = names(picture)
    for mount in picture.mounts:
        for type_ in sorted(mount.sent):
            agents = dict.fromkeys(route.agent for route in picture.flow.heard(type_))
            takers = [called.get(agent, agent) for agent in agents]
            takers += _mounts_that_hear(picture, type_, besides=mount)
            if takers:
                yield Wire(mount.id, type_, tuple(takers))


def _mounts_that_hear(picture: Picture, type_: str, besides: Mount | None = None) -> Iterator[str]:
    for mount in picture.mounts:
        if mount is not besides and mount.hears(type_):
            yield mount.id


def _takers(
    picture: Picture, sending: Sending, agent: str, called: dict[str, str]
) -> Iterator[str]:
    targets: Iterable[object] = sending.to if isinstance(sending.to, list) else [sending.to]
    words = [target for target in targets if isinstance(target, str) and target in _WORDS]
    yield from words
    found = picture.flow.takers(sending, agent)
    for name in dict.fromkeys(route.agent for route in found or ()):
        yield called.get(name, name)
    if sending.type and "bus" in targets:
        yield from _mounts_that_hear(picture, sending.type)
    if found is None and not words:
        yield "?"
    if sending.type and picture.signals.get(sending.type, {}).get("external") is True:
        yield OUTSIDE
