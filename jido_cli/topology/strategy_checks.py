"""Do machines of states fit their agents? The field, the table, the states that routes name.

Only what makes a machine impossible; whether each state can be reached and left is the linter's
business.
"""

from __future__ import annotations

from collections.abc import Collection

from jido_cli.topology import raw, strategies
from jido_cli.topology.positions import Path, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import (
    BAD_STATE,
    BAD_STRATEGY,
    UNKNOWN_STATE,
    Findings,
)
from jido_cli.topology.words import Suggester, listed


def check(document: Raw, positions: Positions, findings: Findings, suggester: Suggester) -> None:
    """Add a finding for every machine that cannot be, and every state that no machine has."""
    checker = _Machines(positions, findings, suggester)
    machines = {name: checker.check_agent(agent) for name, agent in raw.entries(document, "agents")}
    for supervisor in raw.supervisors(document):
        for child in raw.specs(supervisor):
            machine = machines.get(raw.text(child.value.get("agent")) or "")
            if machine is not None:
                checker.check_child(child, machine)


class _Machines:
    def __init__(self, positions: Positions, findings: Findings, suggester: Suggester) -> None:
        self._positions = positions
        self._findings = findings
        self._suggester = suggester

    def check_agent(self, agent: RawNode) -> RawNode | None:
        """Check one agent; return its machine, where it is one that others can be held to."""
        value = strategies.fsm_of(agent.value)
        gates = strategies.gates(agent)
        if value is None:
            if agent.value.get("strategy", "direct") == "direct":  # else a machine may be meant
                self._lone_gates(gates)
            return None
        fsm = RawNode((*agent.path, *strategies.FSM_PATH), value)
        states = strategies.states(value)
        if not states or raw.has_expression(value):
            return None  # told already, or not known
        self._check_field(agent, fsm, states)
        self._check_terminal(fsm, states)
        self._check_targets(fsm)
        for path, state in gates:
            self._known(path, state, states)
        return fsm

    def check_child(self, child: RawNode, fsm: RawNode) -> None:
        """Check the state of the machine that a child begins in, if it gives one."""
        field = raw.text(fsm.value.get("field")) or ""
        start = raw.text(raw.mapping(child.value.get("state")).get(field))
        states = strategies.states(fsm.value)
        place = self._positions.value((*child.path, "state", field)) if start is not None else None
        if place is None or start in states or self._findings.has_any_at(place):
            return
        hint = self._suggester.near(str(start), states) or f"there are: {listed(states)}"
        self._findings.add(BAD_STATE, place, f"the machine has no state {start!r}", hint=hint)

    def _lone_gates(self, gates: list[tuple[Path, str]]) -> None:
        for path, _ in gates:
            while path[-1] != "in":
                path = path[:-1]
            fact = "'in' means nothing without a machine of states"
            hint = "declare it under strategy: {fsm: ...}, or write the condition as when:"
            self._findings.add(BAD_STRATEGY, self._positions.key(path), fact, hint=hint)

    def _check_field(self, agent: RawNode, fsm: RawNode, states: list[str]) -> None:
        field = raw.text(fsm.value.get("field"))
        if not field or ("state" in agent.value and self._is_wrong((*agent.path, "state"))):
            return
        declared = strategies.field_schema(agent.value, field)
        if declared is None:
            self._no_field(fsm, field, strategies.state_members(agent.value))
            return
        enum = declared.get("enum") if isinstance(declared, dict) else None
        kind = declared.get("type", "string") if isinstance(declared, dict) else "string"
        default = strategies.field_default(agent.value, field)
        if kind != "string" or not isinstance(default, str | None):
            fact = f"{field!r} holds no text, so it cannot hold the states of a machine"
            self._add((*fsm.path, "field"), fact, hint=f"declare it as text: {field}: {states[0]}")
            return
        self._check_initial(fsm, field, default, states)
        if isinstance(enum, list):
            for place, state in _named(fsm):
                if state not in enum:
                    self._not_in_enum(place, state, field, enum)

    def _is_wrong(self, path: Path) -> bool:
        """Tell whether something is reported already in the value at *path*."""
        place = self._positions.value(path)
        return self._findings.has_any_within(place, place)

    def _no_field(self, fsm: RawNode, field: str, known: Collection[str]) -> None:
        fact = f"the state has no field {field!r}"
        hint = self._suggester.near(field, known) or f"declare it under state: {field}: ready"
        self._add((*fsm.path, "field"), fact, hint=hint)

    def _check_initial(
        self, fsm: RawNode, field: str, default: str | None, states: list[str]
    ) -> None:
        initial = raw.text(fsm.value.get("initial"))
        path = (*fsm.path, "initial") if initial is not None else (*fsm.path, "field")
        if initial is not None and not self._known(path, initial, states):
            return
        wanted = initial or states[0]
        if default is None:
            fact = f"{field!r} of the state has no default, which is the state to begin in"
            self._add(path, fact, hint=f"give it the default {wanted!r}")
        elif initial is not None and initial != default:
            fact = f"initial is {initial!r}, but the default of {field!r} is {default!r}"
            self._add(path, fact, hint="they are the same: leave initial out")
        elif initial is None and default not in states:
            near = self._suggester.near(default, states)
            fact = f"the default {default!r} of {field!r} is no state of the machine"
            self._add(path, fact, hint=near or f"there are: {listed(states)}")

    def _check_terminal(self, fsm: RawNode, states: list[str]) -> None:
        table = strategies.transitions(fsm.value)
        for index, state in enumerate(raw.items(fsm.value.get("terminal"))):
            path = (*fsm.path, "terminal", index)
            if isinstance(state, str) and self._known(path, state, states) and table.get(state):
                fact = f"{state!r} is terminal, but has transitions to {listed(table[state])}"
                self._add(path, fact, hint="a terminal state has no way out")

    def _check_targets(self, fsm: RawNode) -> None:
        for state, targets in strategies.transitions(fsm.value).items():
            for index, target in enumerate(targets):
                path = (*fsm.path, "transitions", state, index)
                if target == state:
                    fact = f"{state!r} to {target!r} is no change: it is always allowed"
                    self._add(path, fact)
                elif target in targets[:index]:
                    self._add(path, f"{target!r} is listed twice")

    def _not_in_enum(self, path: Path, state: str, field: str, enum: list[object]) -> None:
        words = [each for each in enum if isinstance(each, str)]
        hint = self._suggester.near(state, words) or f"its values: {listed(words)}"
        fact = f"{state!r} is not a value of {field!r} in the state"
        is_key = isinstance(path[-1], str) and path[-2] == "transitions"
        place = self._positions.key(path) if is_key else self._positions.value(path)
        if not self._findings.has_any_at(place):
            self._findings.add(UNKNOWN_STATE, place, fact, hint=hint)

    def _known(self, path: Path, state: str, states: list[str]) -> bool:
        if state in states or raw.text(state) is None:
            return True
        hint = self._suggester.near(state, states) or f"there are: {listed(states)}"
        fact = f"the machine has no state {state!r}"
        self._findings.add(UNKNOWN_STATE, self._positions.value(path), fact, hint=hint)
        return False

    def _add(self, path: Path, fact: str, *, hint: str | None = None) -> None:
        self._findings.add(BAD_STRATEGY, self._positions.value(path), fact, hint=hint)


def _named(fsm: RawNode) -> list[tuple[Path, str]]:
    """Return every state that the table names, with its path; a key stands for its own place."""
    found: list[tuple[Path, str]] = []
    for state, targets in strategies.transitions(fsm.value).items():
        path = (*fsm.path, "transitions", state)
        found.append((path, state))
        found += [((*path, index), target) for index, target in enumerate(targets)]
    return found
