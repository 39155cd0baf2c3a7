"""What plugins become in an agent: slices of its schema, routes, actions, schedules.

Manifests are checked here, and what several plugins of one agent mean together. Which class a
file names, and whether a module can be imported, others find out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from jido_cli.core.action import Action, from_function, is_action
from jido_cli.core.agent import Route
from jido_cli.core.plugins.contract import (
    Plugin,
    PluginRoute,
    PluginSchedule,
    PluginSensor,
)
from jido_cli.core.plugins.guard import SLICE
from jido_cli.core.plugins.slices import slice_of, sliced
from jido_cli.core.schema import SchemaError, compile_schema
from jido_cli.core.updates import with_items, without
from jido_cli.core.values import FrozenDict, freeze_mapping
from jido_cli.errors import JidoCliError, UsageError

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
_SENSOR_NAME = re.compile(r"[a-z0-9_-]{1,40}")
NO_CONFIG: Mapping[str, object] = {}


class PluginError(JidoCliError):
    """Raised for a plugin that cannot be, or cannot be mounted."""

    default_code = "bad-plugin"


class Mounted(msgspec.Struct, frozen=True, eq=False):
    """One plugin of one kind of agent.

    Attributes:
        plugin: the instance.
        key: where its slice stands in the state.
        prefix: of its routes and of the types of its schedules.
        slice_schema: full schema of its slice; None without one.
        actions: its actions by the name that the agent knows them under, `<key>.<name>`.
    """

    plugin: Plugin
    key: str
    prefix: str
    slice_schema: Mapping[str, object] | None
    actions: Mapping[str, Action]

    def begin(self, state: FrozenDict) -> FrozenDict:
        """Return the state of a new agent after the plugin's `mount`.

        Raises:
            PluginError: it raised, or returned no mapping.
        """
        where = f"plugin {self.key!r}"
        try:
            given = self.plugin.mount(state)
        except Exception as error:  # the edge where users' code runs
            text = f"{where} failed in mount: {type(error).__name__}: {error}"
            raise PluginError(text, code="mount-failed") from error
        if given is None:
            return state
        if not isinstance(given, Mapping):
            raise PluginError(f"{where}: mount returned {given!r}, not a mapping")
        here = with_items(slice_of(state, self.key), freeze_mapping(given, where=self.key))
        return with_items(state, {self.key: here})

    def keep(self, state: FrozenDict) -> FrozenDict:
        """Return what of *state* is kept: the slice as `on_checkpoint` wants it, or without it.

        Raises:
            PluginError: the hook raised, or returned no mapping.
        """
        return self._asked("on_checkpoint", state) if self.key in state else state

    def restore(self, kept: FrozenDict, fresh: FrozenDict) -> FrozenDict:
        """Return the state that goes on from *kept*; a slice that is not in it is that of *fresh*.

        Raises:
            PluginError: the hook raised, or returned no mapping.
        """
        state = self._asked("on_restore", kept) if self.key in kept else kept
        if self.key in state or self.key not in fresh:
            return state
        return with_items(state, {self.key: fresh[self.key]})

    def _asked(self, hook: str, state: FrozenDict) -> FrozenDict:
        """Return *state* with what *hook* makes of the slice, without it if that is None."""
        where = f"plugin {self.key!r}"
        try:
            given = getattr(self.plugin, hook)(slice_of(state, self.key))
            if isinstance(given, Mapping):
                return with_items(state, {self.key: freeze_mapping(given, where=self.key)})
        except Exception as error:  # the edge where users' code runs
            text = f"{where} failed in {hook}: {type(error).__name__}: {error}"
            raise PluginError(text, code=f"{hook.replace('_', '-')}-failed") from error
        if given is not None:
            raise PluginError(f"{where}: {hook} returned {given!r}, not a mapping or None")
        return without(state, (self.key,))

    def routes(self) -> list[Route]:
        """Return its routes, with the prefix before every type."""
        made = []
        for path, given in self.plugin.signal_routes.items():
            route = given if isinstance(given, PluginRoute) else PluginRoute(given)
            functions = route.action if isinstance(route.action, Sequence) else (route.action,)
            steps = tuple((self.actions[self._name_of(one)], None) for one in functions)
            made.append(Route(f"{self.prefix}.{path}", steps, route.priority))
        return made

    def schedules(self) -> dict[str, PluginSchedule]:
        """Return its schedules, with the prefix before every type, by `<key>.<name>`."""
        return {
            f"{self.key}.{name}": msgspec.structs.replace(one, signal=f"{self.prefix}.{one.signal}")
            for name, one in self.plugin.schedules.items()
        }

    def sensors(self) -> dict[str, PluginSensor]:
        """Return its sensors by tag, `<key>-<name>`, with the prefix before every type.

        Raises:
            PluginError: it cannot say which.
        """
        where = f"plugin {self.key!r}"
        try:
            given = dict(self.plugin.sensors())
        except Exception as error:  # the edge where users' code runs
            text = f"{where} failed in sensors: {type(error).__name__}: {error}"
            raise PluginError(text) from error
        found: dict[str, PluginSensor] = {}
        for name, one in given.items():
            if not isinstance(one, PluginSensor) or not _SENSOR_NAME.fullmatch(str(name)):
                raise PluginError(f"{where}: sensor {name!r} is {one!r}, not a PluginSensor")
            signal = f"{self.prefix}.{one.signal}"
            found[f"{self.key}-{name}"] = msgspec.structs.replace(one, signal=signal)
        return found

    def _name_of(self, function: Callable[..., object]) -> str:
        return f"{self.key}.{from_function(function).name}"


def mount(
    kind: type[Plugin],
    config: Mapping[str, object] = NO_CONFIG,
    *,
    key: str = "",
    prefix: str = "",
    alias: str = "",
) -> Mounted:
    """Return a plugin ready to be one of an agent's.

    Args:
        kind: the plugin's class.
        config: what it is given.
        key: where its slice stands; else what its class says.
        prefix: of its routes; else its name.
        alias: tells several of one kind apart: `<key>_<alias>`, and `<alias>.<prefix>`.

    Raises:
        PluginError: the manifest or the configuration is wrong; or it is to be one of several
            and can be there once only.
    """
    name = _checked_name(kind)
    key = key or kind.state_key or name
    prefix = prefix or name
    if alias:
        if kind.singleton:
            raise PluginError(f"plugin {name!r} can be there once only: it takes no alias")
        key, prefix = f"{key}_{alias}", f"{alias}.{prefix}"
    try:
        given = compile_schema(kind.config_schema).check(config)
    except SchemaError as error:
        fact = str(error).removesuffix(f"; {error.hint}")
        raise PluginError(f"plugin {key!r}: with: {fact}", hints=error.hints) from None
    try:
        plugin = kind(given)
    except Exception as error:  # the edge where users' code runs
        text = f"plugin {key!r} cannot be made: {type(error).__name__}: {error}"
        raise PluginError(text) from error
    return Mounted(plugin, key, prefix, _slice_schema(kind, key), _actions(kind, key))


def check_together(
    mounted: Sequence[Mounted], *, has_module: Callable[[str], bool] = lambda _: True
) -> None:
    """Check what plugins of one agent mean to each other; all that is missing is told at once.

    Args:
        mounted: in order.
        has_module: whether a module of that name can be imported.

    Raises:
        PluginError: two have one slice, one stands twice that cannot, or a requirement is missing.
    """
    keys: set[str] = set()
    kinds: set[type[Plugin]] = set()
    for one in mounted:
        kind = type(one.plugin)
        if one.key in keys:
            hint = "give one of them an alias: as"
            raise PluginError(f"two plugins keep their state under {one.key!r}", hints=(hint,))
        if kind.singleton and kind in kinds:
            raise PluginError(f"plugin {kind.name!r} can be there once only")
        keys.add(one.key)
        kinds.add(kind)
    missing = [
        f"{one.key!r} requires {what} {name!r}"
        for one in mounted
        for what, name in one.plugin.requires
        if not _is_there(one, what, name, mounted, has_module)
    ]
    if missing:
        raise PluginError(f"a plugin lacks what it requires: {'; '.join(missing)}")


def with_slices(
    schema: Mapping[str, object] | None, slices: Mapping[str, Mapping[str, object]]
) -> Mapping[str, object] | None:
    """Return the full *schema* of a state with a member for each slice.

    Args:
        schema: None for a state that may be any mapping.
        slices: full schemas by key.

    Raises:
        PluginError: the state has a member of that name.
    """
    if not slices:
        return schema
    base = {"type": "object"} if schema is None else schema
    found = base.get("properties")
    properties = dict(found) if isinstance(found, Mapping) else {}
    for key, one in slices.items():
        if key in properties:
            raise PluginError(
                f"the state has a member {key!r}, where a plugin keeps its own",
                hints=("name one of them otherwise",),
            )
        properties[key] = {**one, SLICE: key}
    return {**base, "properties": properties}


def _slice_schema(kind: type[Plugin], key: str) -> Mapping[str, object] | None:
    if kind.state_schema is None:
        return None
    try:
        compiled = compile_schema(kind.state_schema)
    except SchemaError as error:
        raise PluginError(f"plugin {key!r}: state_schema: {error}", hints=error.hints) from None
    return {**compiled.source, "default": compiled.defaults()}


def _actions(kind: type[Plugin], key: str) -> Mapping[str, Action]:
    routed = [
        function
        for given in kind.signal_routes.values()
        for route in (given if isinstance(given, PluginRoute) else PluginRoute(given),)
        for function in (route.action if isinstance(route.action, Sequence) else (route.action,))
    ]
    found: dict[str, Action] = {}
    for function in (*kind.actions, *routed):
        if not is_action(function):
            raise PluginError(
                f"plugin {key!r}: {function!r} is not an action",
                hints=("mark it with @action",),
            )
        try:
            action = from_function(function)
        except UsageError as error:
            raise PluginError(f"plugin {key!r}: {error}", hints=error.hints) from None
        name = f"{key}.{action.name}"
        if name not in found:
            found[name] = sliced(action, key, name)
    return found


def _checked_name(kind: type[Plugin]) -> str:
    if not (isinstance(kind, type) and issubclass(kind, Plugin)):
        raise PluginError(f"{kind!r} is not a plugin", hints=("make it a subclass of Plugin",))
    if not _NAME.fullmatch(kind.name):
        text = f"plugin {kind.__name__}: name {kind.name!r} is not letters, digits and _"
        raise PluginError(text)
    return kind.name


def _is_there(
    one: Mounted,
    what: str,
    name: str,
    mounted: Sequence[Mounted],
    has_module: Callable[[str], bool],
) -> bool:
    match what:
        case "plugin":
            return any(name in (other.plugin.name, other.key) for other in mounted)
        case "config":
            return one.plugin.config.get(name) is not None
        case "module":
            return has_module(name)
        case _:
            raise PluginError(
                f"plugin {one.key!r} requires {what!r}, which is not 'plugin', 'config' or 'module'"
            )
