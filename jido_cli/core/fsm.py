"""Machines of states on a field of an agent's state: which changes of the field are allowed.

Here lives the table and what it says about one change; that a command fails over it is decided
where results are taken over. Nothing is kept but the field itself, so a machine is restored with
the state and no other way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import Emit, Stop
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.snapshot import Snapshot, StrategyStatus
from jido_cli.core.values import FrozenDict
from jido_cli.errors import UsageError

FAILURES = frozenset({"error", "failed", "failure"})
"""Terminal states of these names count as a failure in a snapshot, all others as a success."""


class TransitionError(SchemaError):
    """Raised for a change of state that the table does not list."""

    default_code = "illegal-transition"


class OnTerminal(msgspec.Struct, frozen=True):
    """What follows the command that enters a terminal state.

    `none`: nothing. `stop`: the agent stops with reason normal. `emit`: a signal of type *emit*
    goes to the bus, with data `{agent, from, to}`.
    """

    kind: Literal["none", "stop", "emit"] = "none"
    emit: str = ""


class Fsm(msgspec.Struct, frozen=True, eq=False):
    """A machine of states.

    Attributes:
        field: member of the agent's state that holds the machine's state, a text.
        initial: the state to start in.
        transitions: for each state the states it may change to.
        terminal: states that end the machine.
        on_terminal: what follows when one of them is entered.
    """

    field: str
    initial: str
    transitions: Mapping[str, tuple[str, ...]]
    terminal: frozenset[str] = frozenset()
    on_terminal: OnTerminal = OnTerminal()

    @staticmethod
    def new(
        field: str,
        initial: str,
        transitions: Mapping[str, Iterable[str]],
        *,
        terminal: Iterable[str] = (),
        on_terminal: OnTerminal | None = None,
    ) -> Fsm:
        """Return a machine.

        Raises:
            UsageError: the initial state or a terminal one is unknown, or one that is terminal
                has a way out.
        """
        table = {state: tuple(to) for state, to in transitions.items()}
        ends = frozenset(terminal)
        machine = Fsm(field, initial, table, ends, on_terminal or OnTerminal())
        listed = {*table, *(to for targets in table.values() for to in targets)}
        for state in (initial, *ends):
            if state not in listed:
                raise UsageError(
                    f"state {state!r} is in no transition; there are {_listed(listed)}"
                )
        for state in ends:
            if table.get(state):
                raise UsageError(f"state {state!r} is terminal, and has transitions")
        return machine

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order in which the table names them."""
        targets = (to for targets in self.transitions.values() for to in targets)
        return tuple(dict.fromkeys((self.initial, *self.transitions, *targets, *self.terminal)))

    def state_of(self, state: Mapping[str, object]) -> str:
        """Return the machine's state that an agent's *state* holds."""
        return str(state.get(self.field))

    def check_start(self, state: Mapping[str, object]) -> None:
        """Check the state that an agent begins with.

        Raises:
            TransitionError: the field holds no state of the machine.
        """
        if self.state_of(state) not in self.states:
            text = f"{state.get(self.field)!r} is no state of the machine"
            raise TransitionError((self.field,), text, f"one of {_listed(self.states)}")

    def check(self, before: FrozenDict, after: FrozenDict) -> None:
        """Check the change from one state of an agent to another.

        Raises:
            TransitionError: the field changes along no edge of the table.
        """
        here, there = before.get(self.field), after.get(self.field)
        if here != there and there not in self.transitions.get(str(here), ()):
            raise TransitionError(
                (), f"{self.field} cannot go from {here!r} to {there!r}; {self.ways(str(here))}"
            )

    def ways(self, state: str) -> str:
        """Say where *state* leads to."""
        allowed = self.transitions.get(state, ())
        if state in self.terminal:
            return f"{state!r} is terminal"
        return f"allowed: {_listed(allowed)}" if allowed else f"{state!r} leads nowhere"

    def entered(self, agent: str, before: FrozenDict, after: FrozenDict) -> Sequence[Directive]:
        """Return what is asked for when a command of *agent* made *after* of *before*."""
        here, there = before.get(self.field), after.get(self.field)
        if here == there or there not in self.terminal:
            return ()
        match self.on_terminal.kind:
            case "stop":
                return (Stop(),)
            case "emit":
                data = {"agent": agent, "from": here, "to": there}
                return (Emit(self.on_terminal.emit, data),)
            case _:
                return ()

    def snapshot(self, state: Mapping[str, object]) -> Snapshot:
        """Return how far the machine is: idle, running, success or failure."""
        here = self.state_of(state)
        details = {"state": here, "allowed": list(self.transitions.get(here, ()))}
        if here in self.terminal:
            status: StrategyStatus = "failure" if here in FAILURES else "success"
            return Snapshot(status, is_done=True, result=here, details=details)
        return Snapshot("idle" if here == self.initial else "running", details=details)


def _listed(states: Iterable[str]) -> str:
    return ", ".join(repr(state) for state in states)
