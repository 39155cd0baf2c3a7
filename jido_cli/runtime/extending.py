"""What plugins and strategies of one's own make of an agent that a file declares.

From declarations to what `core` takes: classes are found, configured and mounted here, once,
before anything starts. What they then do is decided in `core`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jido_cli.actions.plugins import PLUGINS
from jido_cli.core.action import Action
from jido_cli.core.agent import Route
from jido_cli.core.extension import Extension
from jido_cli.core.own_strategy import begin_strategy, strategy_schema
from jido_cli.core.plugins.contract import Plugin, PluginSensor
from jido_cli.core.plugins.mounting import (
    Mounted,
    PluginError,
    check_together,
    mount,
    with_slices,
)
from jido_cli.core.plugins.phases import Phases
from jido_cli.core.schema import SchemaError, compile_schema
from jido_cli.core.sensor import compiled_sensor
from jido_cli.core.strategy import STRATEGY_KEY, Strategy
from jido_cli.core.values import FrozenDict, thaw
from jido_cli.errors import StartError, UsageError
from jido_cli.runtime.agents.sensing import built_in
from jido_cli.runtime.supervising.starts import MountedPlugin, Origin, Schedule, SensorStart
from jido_cli.runtime.targets import find_class, has_module
from jido_cli.supervision.specs import ChildSpec
from jido_cli.topology.model import AgentDecl, PluginDecl, StrategyDecl
from jido_cli.topology.positions import Pos

Locate = Callable[[Pos], Origin]


@dataclass(frozen=True, slots=True)
class Extras:
    """What the plugins and the strategy of one agent bring.

    `state` is the full schema of the whole state, None where it may be any mapping.
    """

    state: Mapping[str, object] | None
    mounted: tuple[Mounted, ...] = ()
    strategy: Strategy | None = None

    def routes(self) -> list[Route]:
        """Return the routes of the plugins."""
        return [route for one in self.mounted for route in one.routes()]

    def actions(self) -> list[Action]:
        """Return the actions of the plugins."""
        return [action for one in self.mounted for action in one.actions.values()]

    def schedules(self) -> tuple[Schedule, ...]:
        """Return the schedules of the plugins."""
        return tuple(
            Schedule(name, one.signal, one.data, one.every_s, one.cron, one.timezone)
            for mounted in self.mounted
            for name, one in mounted.schedules().items()
        )

    def sensors(self, decl: AgentDecl, locate: Locate, folder: Path) -> tuple[ChildSpec, ...]:
        """Return the specifications of the plugins' sensors.

        Raises:
            StartError: a sensor is not there, is given what it does not take, or has the name of
                another one.
        """
        specs: list[ChildSpec] = []
        for mounted, plugin in zip(self.mounted, decl.plugins, strict=True):
            origin = locate(plugin.pos)
            with _told(f"plugin {plugin.key}", origin):
                for tag, one in mounted.sensors().items():
                    start = _sensor(tag, one, folder, origin)
                    specs.append(ChildSpec(tag, start, plugin.restart))
                _check_tags([*(each.name for each in decl.sensors), *(each.id for each in specs)])
        return tuple(specs)

    def extension(self) -> Extension | None:
        """Return what takes part in commands, None if nothing does."""
        phases = Phases(self.mounted)
        if not phases and self.strategy is None:
            return None
        return Extension(phases, self.strategy)

    def beginnings(self) -> list[Callable[[FrozenDict], FrozenDict]]:
        """Return what makes the state of a new agent, in order."""
        found: list[Callable[[FrozenDict], FrozenDict]] = [one.begin for one in self.mounted]
        if self.strategy is not None:
            found.append(begin_strategy(self.strategy))
        return found

    def shown(self, decls: Sequence[PluginDecl]) -> tuple[MountedPlugin, ...]:
        """Return the plugins as people see them."""
        return tuple(
            MountedPlugin(one.key, decl.use or decl.run or "", one.prefix, one.plugin.description)
            for one, decl in zip(self.mounted, decls, strict=True)
        )


def extras_of(decl: AgentDecl, locate: Locate, folder: Path) -> Extras:
    """Return what the plugins and the strategy of an agent bring.

    Raises:
        StartError: a class is not there, or a plugin or strategy cannot be what it is to be.
    """
    if not decl.plugins and not isinstance(decl.strategy, StrategyDecl):
        return Extras(decl.state)
    mounted = tuple(_mounted(one, locate(one.pos), folder) for one in decl.plugins)
    slices = {one.key: one.slice_schema for one in mounted if one.slice_schema is not None}
    strategy = None
    with _told(f"agent {decl.name}", locate(decl.pos)):
        check_together(mounted, has_module=has_module)
        if isinstance(decl.strategy, StrategyDecl):
            strategy = _strategy(decl.strategy, locate(decl.strategy.pos), folder)
            slices[STRATEGY_KEY] = strategy_schema(strategy)
        state = with_slices(_without(decl.state, [one.key for one in mounted]), slices)
    return Extras(state, mounted, strategy)


def _mounted(decl: PluginDecl, origin: Origin, folder: Path) -> Mounted:
    label = f"plugin {decl.key}"
    if decl.run is None:
        kind = PLUGINS[str(decl.use)]
    else:
        kind = find_class(decl.run, Plugin, label, origin, folder)
    given = thaw(decl.with_)
    assert isinstance(given, dict)
    with _told(label, origin):
        return mount(kind, given, key=decl.key, prefix=decl.prefix)


def _sensor(tag: str, one: PluginSensor, folder: Path, origin: Origin) -> SensorStart:
    try:
        if isinstance(one.sensor, str):
            definition = built_in(one.sensor)
        else:
            definition = compiled_sensor(one.sensor)
        config = definition.checked(one.config)
    except (SchemaError, UsageError, StartError) as error:
        text = f"its sensor {tag!r}: {error.message}"
        raise PluginError(text, code="bad-sensor", hints=error.hints) from error
    return SensorStart(definition, config, one.signal, str(folder), "file", origin)


def _check_tags(tags: Sequence[str]) -> None:
    for index, tag in enumerate(tags):
        if tag in tags[:index]:
            raise PluginError(f"there are two sensors {tag!r}", code="bad-sensor")


def _strategy(decl: StrategyDecl, origin: Origin, folder: Path) -> Strategy:
    kind = find_class(decl.run, Strategy, "strategy", origin, folder)
    where = f"{origin.file}:{origin.line}:{origin.column}, strategy"
    try:
        config = compile_schema(kind.config_schema).check(decl.with_)
    except SchemaError as error:
        raise StartError(
            f"with of the strategy: {error}", code="bad-strategy", where=where
        ) from None
    try:
        return kind(config)
    except Exception as error:  # the edge where users' code runs
        text = f"the strategy cannot be made: {type(error).__name__}: {error}"
        raise StartError(text, code="bad-strategy", where=where) from error


def _without(
    schema: Mapping[str, object] | None, keys: Sequence[str]
) -> Mapping[str, object] | None:
    """Return the declared schema without the slices, which the loader could only guess."""
    if schema is None:
        return None
    found = schema.get("properties")
    members = found if isinstance(found, Mapping) else {}
    needed = schema.get("required")
    listed = needed if isinstance(needed, list | tuple) else ()
    return {
        **schema,
        "properties": {name: one for name, one in members.items() if name not in keys},
        "required": [name for name in listed if name not in keys],
    }


class _told:  # noqa: N801 - reads as what it does: with _told(...)
    """Turns what is wrong with a plugin into an error of the start, with its place."""

    def __init__(self, label: str, origin: Origin) -> None:
        self._where = f"{origin.file}:{origin.line}:{origin.column}, {label}"

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, PluginError):
            raise StartError(
                error.message, code=error.code, where=self._where, hints=error.hints
            ) from error
