"""What a plugin is for its author: a class with a manifest and hooks.

Records and the base class only. All of a plugin is pure: hooks see read-only values and return
what they want; time, chance and the world are for the plugin's effectful actions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import msgspec

from jido_cli.core.context import Context
from jido_cli.core.directives import Emit
from jido_cli.core.signals import Signal
from jido_cli.core.values import FrozenDict, freeze

Function = Callable[..., object]


class PluginRoute(msgspec.Struct, frozen=True):
    """A route of a plugin that is more than an action.

    Attributes:
        action: a function marked `@action`, or several, run in sequence.
        priority: -100 to 100, high first; those of the agent have 0.
    """

    action: Function | Sequence[Function]
    priority: int = -10


class PluginSchedule(msgspec.Struct, frozen=True):
    """A signal that a plugin's agent gets again and again; one of `every_s` and `cron`.

    Attributes:
        signal: its type, without the plugin's prefix.
        every_s: seconds between two.
        cron: five fields, or six with seconds first.
        timezone: of `cron`; None is UTC.
        data: what it carries.
    """

    signal: str
    every_s: float | None = None
    cron: str | None = None
    timezone: str | None = None
    data: object = None


class PluginSensor(msgspec.Struct, frozen=True):
    """A sensor that a plugin brings: a child of its agent, in the tree below it.

    Attributes:
        sensor: what is marked `@sensor`, or the name of one that is built in.
        signal: the type of what it sends, without the plugin's prefix.
        config: what it is given.
    """

    sensor: Function | str
    signal: str
    config: Mapping[str, object] = {}


class Override(msgspec.Struct, frozen=True):
    """What `handle_signal` returns to run an action in place of what the routes say.

    Attributes:
        action: the name of one of the agent's actions, or a marked function.
        params: for it; None takes what it declares from the signal's data.
        signal: the signal to go on with; None keeps it.
    """

    action: str | Function
    params: Mapping[str, object] | None = None
    signal: Signal | None = None


class PluginView(msgspec.Struct, frozen=True):
    """What a hook may look at.

    Attributes:
        state: the plugin's own slice.
        agent_state: the whole state of the agent.
        config: what the plugin was given, checked, with its defaults.
        ctx: the command's time, ids and surroundings.
    """

    state: FrozenDict
    agent_state: FrozenDict
    config: FrozenDict
    ctx: Context


class Plugin:
    """Base of plugins: subclass it, say what it brings, and override the hooks it needs.

    Hooks run in this order for each signal: `handle_signal`, `prepare_signal`, the router,
    `prepare_action`, the command, `prepare_emit`, `transform_result`; each for all plugins in the
    order in which the agent names them. One that raises fails the command, and nothing of it is
    kept; only `transform_result` cannot any more. `on_checkpoint` and `on_restore` stand between an
    agent's lives, where it is kept. `signal_patterns` says for which signals the
    hooks are asked; none means all.

    Attributes:
        name: letters, digits and `_`; the prefix of its routes unless the agent says otherwise.
        state_key: where its slice stands in the state; its name if empty.
        description: for people.
        state_schema: of its slice, full or in short form; None for a plugin without state.
        config_schema: of what `with` may give, full or in short form.
        actions: functions marked `@action`. They see the plugin's slice as `state` and change
            nothing but it.
        signal_patterns: of the signals that its hooks are asked about.
        signal_routes: type, without the prefix, to an action or a `PluginRoute`.
        schedules: by name.
        requires: what else must be there: `("plugin", name)`, `("config", key)` with a value, or
            `("module", name)` that can be imported.
        tags, capabilities: for people and discovery.
        singleton: whether an agent may have it once only, and under its own name.
    """

    name: ClassVar[str] = ""
    state_key: ClassVar[str] = ""
    description: ClassVar[str] = ""
    state_schema: ClassVar[Mapping[str, object] | None] = None
    config_schema: ClassVar[Mapping[str, object]] = {}
    actions: ClassVar[Sequence[Function]] = ()
    signal_patterns: ClassVar[Sequence[str]] = ()
    signal_routes: ClassVar[Mapping[str, Function | Sequence[Function] | PluginRoute]] = {}
    schedules: ClassVar[Mapping[str, PluginSchedule]] = {}
    requires: ClassVar[Sequence[tuple[str, str]]] = ()
    tags: ClassVar[Sequence[str]] = ()
    capabilities: ClassVar[Sequence[str]] = ()
    singleton: ClassVar[bool] = False

    def __init__(self, config: FrozenDict) -> None:
        self.config = config

    def sensors(self) -> Mapping[str, PluginSensor]:
        """Return the sensors that the agent gets, by name; they may depend on the config."""
        return {}

    def mount(self, state: FrozenDict) -> Mapping[str, object] | None:  # noqa: ARG002
        """Return what to put into the plugin's slice of a new agent's state.

        Args:
            state: the whole state so far: defaults, what the agent is given, and what plugins
                before this one have put there. The same state must give the same.
        """
        return None

    def handle_signal(
        self,
        signal: Signal,  # noqa: ARG002
        view: PluginView,  # noqa: ARG002
    ) -> Signal | Override | None:
        """Look at a signal before it is routed; None goes on with it as it is."""
        return None

    def prepare_signal(
        self,
        signal: Signal,  # noqa: ARG002
        view: PluginView,  # noqa: ARG002
    ) -> Signal | tuple[Signal, Mapping[str, object]] | None:
        """Return the signal to route, maybe with facts that actions see as `ctx.facts`."""
        return None

    def prepare_action(
        self,
        signal: Signal,  # noqa: ARG002
        actions: tuple[str, ...],  # noqa: ARG002
        view: PluginView,  # noqa: ARG002
    ) -> Mapping[str, object] | None:
        """Look at what is about to run; raise to refuse it, or return facts for `ctx.facts`."""
        return None

    def prepare_emit(self, emit: Emit, view: PluginView) -> Emit | None:  # noqa: ARG002
        """Return the signal to emit in place of one that the command asks for."""
        return None

    def transform_result(self, output: object, view: PluginView) -> object:  # noqa: ARG002
        """Return what a caller is answered as the command's output."""
        return output

    def on_checkpoint(self, state: FrozenDict) -> Mapping[str, object] | None:
        """Return what of the slice is kept in a checkpoint; None keeps nothing of it."""
        return state

    def on_restore(self, kept: FrozenDict) -> Mapping[str, object] | None:
        """Return the slice that goes on from what was kept; None begins it anew."""
        return kept


def rewrite_signal(signal: Signal, **changes: object) -> Signal:
    """Return *signal* with other attributes: `type`, `data`, `subject`, `extensions`."""
    if "data" in changes:
        changes["data"] = freeze(changes["data"], where="data")
    return msgspec.structs.replace(signal, **changes)
