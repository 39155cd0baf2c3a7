"""Agents as data: what a definition says once for all its instances, and one agent's value.

Here live definitions, routes, and the immutable `Agent`. How a command turns one agent into the
next is `jido_cli.core.command`'s business; mailboxes, parents and processes are the runtime's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from jido_cli.core.action import Action, from_function
from jido_cli.core.context import Context
from jido_cli.core.fsm import Fsm
from jido_cli.core.guarding import Checks, guarded
from jido_cli.core.plugins.guard import SliceGuard, slice_keys
from jido_cli.core.router import Router
from jido_cli.core.schema import Schema, compile_schema
from jido_cli.core.schema_absorb import Absorb
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.signals import Signal
from jido_cli.core.steps import Plan, plan_routes
from jido_cli.core.updates import merge
from jido_cli.core.values import FrozenDict, ValueDomainError, check_size, freeze_mapping, of_items
from jido_cli.errors import UsageError

if TYPE_CHECKING:
    from jido_cli.core.extension import Extension
    from jido_cli.core.plugins.mounting import Mounted

With = Mapping[str, object] | Callable[[FrozenDict, Signal, Context], Mapping[str, object]]
"""Params that a route gives: a mapping, or what makes one from (state, signal, context)."""
When = Callable[[FrozenDict, Signal], object]
"""A route's condition over (state before the command, signal); only True lets it match."""
PLANNED_TYPES = 4096
"""Signal types whose plan a definition keeps."""

_EMPTY = of_items({})


class Route(msgspec.Struct, frozen=True, eq=False):
    """One route of a definition.

    Attributes:
        pattern: of signal types.
        instructions: actions in sequence, each with the params that the route gives it; None
            takes what the action declares from the signal's data.
        priority: -100 to 100, high first.
        when: condition; None always matches.
        continue_on_error: whether a failing instruction of this route leaves the others alone.
        states: of the definition's machine, in which alone the route is taken; empty: in all.
    """

    pattern: str
    instructions: tuple[tuple[Action, With | None], ...]
    priority: int = 0
    when: When | None = None
    continue_on_error: bool = False
    states: frozenset[str] = frozenset()


class AgentDefinition:
    """What all agents of one name share: schema, routes, actions, policies.

    Args:
        name: of the definition.
        state_schema: None lets the state be any JSON mapping.
        routes: in order of declaration.
        actions: further actions that can be called by name; those of routes are known anyway.
        on_error: policy, understood by the runtime.
        on_unrouted: `dead_letter`, `ignore` or `error`.
        description: for people.
        fsm: the machine of states that guards a field of the state; None for the strategy
            `direct`.
        extension: what its plugins' hooks and a strategy of one's own add to commands, if any.
        beginnings: make the state of a new agent from its defaults, in order; the same state
            gives the same.
        keepers: say what of a state is kept between an agent's lives, and go on from it.
        catalogue: by signal type the schema of the data that the catalogue promises. What these
            agents emit is held to it, and what is sent to them from outside.

    Attributes:
        absorb: merges an action's result into a valid state of these agents; gives (next state,
            the result frozen). Raises `SchemaError`.
        guard: keeps other actions from what plugins keep in the state; None without plugins.
        plans: by signal type, as far as they were asked for; `plan_for` fills it.

    Raises:
        UsageError: two different actions have one name, or a route asks for states that the
            machine does not have.
        PatternError: a route's pattern or priority is malformed.
    """

    __slots__ = (
        "_beginnings",
        "_initial",
        "_keepers",
        "_merge",
        "_recheck",
        "absorb",
        "actions",
        "catalogue",
        "description",
        "extension",
        "fsm",
        "guard",
        "name",
        "on_error",
        "on_unrouted",
        "plans",
        "router",
        "routes",
        "state_schema",
    )

    def __init__(
        self,
        name: str,
        *,
        state_schema: Schema | Mapping[str, object] | None = None,
        routes: Iterable[Route] = (),
        actions: Iterable[Action | Callable[..., object]] = (),
        on_error: object = "log",
        on_unrouted: str = "dead_letter",
        description: str = "",
        fsm: Fsm | None = None,
        extension: Extension | None = None,
        beginnings: Iterable[Callable[[FrozenDict], FrozenDict]] = (),
        keepers: Iterable[Mounted] = (),
        catalogue: Mapping[str, Schema] | None = None,
    ) -> None:
        self.name = name
        self.description = description
        self.on_error = on_error
        self.on_unrouted = on_unrouted
        self.routes = tuple(routes)
        self.router: Router[Route] = Router(
            (route.pattern, route, route.priority) for route in self.routes
        )
        self.state_schema = (
            compile_schema(state_schema) if isinstance(state_schema, Mapping) else state_schema
        )
        self.actions: Mapping[str, Action] = _by_name(name, self.routes, actions)
        self.fsm = fsm
        self.extension = extension
        self._beginnings = tuple(beginnings)
        self._keepers = tuple(keepers)
        self.catalogue: Mapping[str, Schema] = catalogue or {}
        checks = Checks(_absorb_anything, merge, _any_state)
        if self.state_schema is not None:
            schema = self.state_schema
            checks = Checks(schema.absorb, schema.merge, schema.recheck)
        if fsm is not None:
            checks = guarded(checks, fsm)
        self.absorb: Absorb = checks.absorb
        self.guard: SliceGuard | None = None
        keys = () if self.state_schema is None else slice_keys(self.state_schema.source)
        if keys:
            self.guard = SliceGuard(keys, self._keepers)
            self.absorb = self.guard.quick(self.absorb)
        self._merge = checks.merge
        self._recheck = checks.recheck
        _check_states(name, self.routes, fsm)
        self.plans: dict[str, Plan] = {}
        self._initial: FrozenDict | None = None

    def __repr__(self) -> str:
        return f"AgentDefinition({self.name!r})"

    @property
    def signal_patterns(self) -> tuple[str, ...]:
        """The patterns of all routes, each once, in order of declaration."""
        return tuple(dict.fromkeys(route.pattern for route in self.routes))

    def takes(self, signal_type: str) -> bool:
        """Return whether a route matches *signal_type*, whatever its condition says later."""
        return bool(self.router.route(signal_type))

    def plan(self, signal_type: str) -> tuple[Route, ...]:
        """Return the routes that match *signal_type*, in the order in which they run."""
        return self.router.route(signal_type)

    def plan_for(self, signal_type: str) -> Plan:
        """Return what to run for *signal_type*, prepared once per type."""
        plan = self.plans.get(signal_type)
        if plan is None:
            has_end = self.fsm is not None and self.fsm.on_terminal.kind != "none"
            is_plain = not has_end and self.extension is None
            plan = plan_routes(self.router.route(signal_type), is_plain=is_plain)
            if len(self.plans) >= PLANNED_TYPES:
                self.plans.clear()  # types come from outside: the table must have an end
            self.plans[signal_type] = plan
        return plan

    def initial_state(self, overrides: Mapping[str, object] | None = None) -> FrozenDict:
        """Return the state of a new agent: defaults, with *overrides* merged deeply over them.

        Without overrides it is one shared object.

        Raises:
            SchemaError: it is not valid, or a member without default is missing.
        """
        if overrides:
            return self._initial_from(overrides)
        if self._initial is None:
            self._initial = self._initial_from(_EMPTY)
        return self._initial

    def kept_state(self, kept: Mapping[str, object], fresh: FrozenDict) -> FrozenDict:
        """Return a state as it was kept, checked; plugins go on from what they kept of theirs.

        Args:
            kept: what `state_to_keep` returned once.
            fresh: the state of a new agent, for what was not kept.

        Raises:
            SchemaError: it is not valid.
            PluginError: a plugin cannot go on from it.
        """
        state = _domain(kept)
        for keeper in self._keepers:
            state = keeper.restore(state, fresh)
        if self.state_schema is not None:
            state = self.state_schema.check(state)
        if self.fsm is not None:
            self.fsm.check_start(state)
        return self.recheck(state, state)

    def state_to_keep(self, state: FrozenDict) -> FrozenDict:
        """Return what of *state* is kept between an agent's lives.

        Raises:
            PluginError: a plugin cannot say what of its slice that is.
        """
        for keeper in self._keepers:
            state = keeper.keep(state)
        return state

    def merge(self, state: FrozenDict, delta: Mapping[str, object]) -> FrozenDict:
        """Return the valid *state* with *delta* merged deeply over it, checked.

        Raises:
            SchemaError: what comes out is not valid.
        """
        try:
            new = self._merge(state, delta)
            check_size(new)
        except ValueDomainError as error:
            raise SchemaError(error.path, error.reason) from None
        return new

    def recheck(self, base: FrozenDict, state: FrozenDict) -> FrozenDict:
        """Return the frozen *state*, which came from the valid *base*, checked.

        Raises:
            SchemaError: it is not valid.
        """
        try:
            check_size(state)
        except ValueDomainError as error:
            raise SchemaError(error.path, error.reason) from None
        return self._recheck(base, state)

    def _initial_from(self, overrides: Mapping[str, object]) -> FrozenDict:
        state = _domain(overrides)
        if self.state_schema is not None:
            state = merge(self.state_schema.defaults(), state)
        for begin in self._beginnings:
            state = begin(state)
        if self.state_schema is not None:
            state = self.state_schema.check(state)
        if self.fsm is not None:
            self.fsm.check_start(state)
        return self.recheck(state, state)


class Agent(msgspec.Struct, frozen=True, gc=False):
    """One agent at one moment; commands make the next one and share what did not change."""

    definition: AgentDefinition
    id: str
    state: FrozenDict

    @staticmethod
    def new(
        definition: AgentDefinition,
        id: str,  # noqa: A002 - the word of the house for it
        state: Mapping[str, object] | None = None,
    ) -> Agent:
        """Return a new agent whose state is the initial one with *state* merged over it.

        Raises:
            SchemaError: that state is not valid.
        """
        return Agent(definition, id, definition.initial_state(state))

    def set(self, changes: Mapping[str, object]) -> Agent:
        """Return this agent with *changes* merged deeply into its state; itself if none.

        Raises:
            SchemaError: the state that comes out is not valid.
        """
        state = self.definition.merge(self.state, changes)
        return self if state is self.state else Agent(self.definition, self.id, state)


def _absorb_anything(
    base: FrozenDict, result: Mapping[str, object]
) -> tuple[FrozenDict, FrozenDict]:
    output = _domain(result)
    return merge(base, output), output


def _any_state(_base: FrozenDict, state: FrozenDict) -> FrozenDict:
    return state


def _check_states(definition: str, routes: tuple[Route, ...], fsm: Fsm | None) -> None:
    known = () if fsm is None else fsm.states
    for route in routes:
        for state in sorted(route.states - set(known)):
            raise UsageError(
                f"agent {definition!r}: route {route.pattern!r} is for state {state!r}, "
                f"which the machine does not have"
            )


def _domain(value: Mapping[str, object]) -> FrozenDict:
    try:
        return freeze_mapping(value, where="state")
    except ValueDomainError as error:
        raise SchemaError(error.path, error.reason) from None


def _by_name(
    definition: str,
    routes: tuple[Route, ...],
    further: Iterable[Action | Callable[..., object]],
) -> dict[str, Action]:
    found: dict[str, Action] = {}
    routed = (action for route in routes for action, _ in route.instructions)
    for action in (*routed, *map(as_action, further)):
        if found.setdefault(action.name, action) is not action:
            raise UsageError(f"agent {definition!r} has two actions named {action.name!r}")
    return found


def as_action(thing: Action | Callable[..., object]) -> Action:
    """Return *thing* as a compiled action.

    Raises:
        UsageError: it is neither one nor a function marked as one.
    """
    return thing if isinstance(thing, Action) else from_function(thing)
