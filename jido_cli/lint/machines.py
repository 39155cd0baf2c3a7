"""The machines of states of a topology as rules look at them: which states lead where.

Read off the document; a machine in which something is wrong, or not known, is left out. Nothing
is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Agent
from jido_cli.topology import raw, strategies
from jido_cli.topology.positions import Path
from jido_cli.topology.rules import BAD_STRATEGY, UNKNOWN_STATE


class Machine(msgspec.Struct, frozen=True, eq=False):
    """The machine of one agent; `starts` are the states that its instances begin in."""

    agent: Agent
    path: Path
    field: str
    starts: tuple[str, ...]
    table: Mapping[str, Sequence[str]]
    terminal: frozenset[str]
    values: tuple[str, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, those that the state's schema allows included."""
        targets = [to for below in self.table.values() for to in below]
        return tuple(dict.fromkeys((*self.table, *targets, *self.values)))

    def reachable(self) -> frozenset[str]:
        """Return the states that the table leads to from where instances begin."""
        found = dict.fromkeys(self.starts)
        waiting = list(found)
        while waiting:
            for state in self.table.get(waiting.pop(), ()):
                if state not in found:
                    found[state] = None
                    waiting.append(state)
        return frozenset(found)

    def place(self, state: str) -> tuple[Path, bool]:
        """Return where *state* is named first, and whether that is a key."""
        path = (*self.path, "transitions")
        if state in self.table:
            return (*path, state), True
        for origin, targets in self.table.items():
            if state in targets:
                return (*path, origin, list(targets).index(state)), False
        return (*self.path, "field"), False


def machines(picture: Picture) -> Iterator[Machine]:
    """Yield the machines of all agents."""
    if {BAD_STRATEGY.code, UNKNOWN_STATE.code} & set(picture.faults):
        return
    for agent in picture.agents.values():
        fsm = strategies.fsm_of(agent.value)
        if fsm is not None and not raw.has_expression(fsm):
            machine = _machine(picture, agent, fsm)
            if machine is not None:
                yield machine


def _machine(picture: Picture, agent: Agent, fsm: raw.Raw) -> Machine | None:
    field = fsm.get("field")
    table = strategies.transitions(fsm)
    if not isinstance(field, str) or not table:
        return None
    initial = fsm.get("initial", strategies.field_default(agent.value, field))
    given = [
        raw.mapping(child.value.get("state")).get(field)
        for supervisor in picture.supervisors
        for child in supervisor.children
        if child.agent == agent.name
    ]
    declared = strategies.field_schema(agent.value, field)
    return Machine(
        agent,
        (*agent.path, *strategies.FSM_PATH),
        field,
        tuple(strategies.texts([initial, *given])),
        table,
        frozenset(strategies.texts(fsm.get("terminal", []))),
        tuple(strategies.texts(raw.mapping(declared).get("enum", []))),
    )
