"""From the sensors that a topology declares to what starts them.

What they name in Python is found here, before anything starts: also what only a directive will
ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from jido_cli.core.schema_errors import SchemaError
from jido_cli.errors import StartError
from jido_cli.runtime.agents.sensing import built_in
from jido_cli.runtime.supervising.starts import Origin, SensorStart
from jido_cli.runtime.targets import find_sensor
from jido_cli.supervision.specs import ChildSpec
from jido_cli.topology.model import ActionDecl, AgentDecl, SensorDecl, Topology


def names_python(topology: Topology, actions: Iterable[ActionDecl]) -> bool:
    """Tell whether a sensor of the user's own is named anywhere."""
    declared = [one for agent in topology.agents.values() for one in agent.sensors]
    return any(one.run is not None for one in declared) or any(_asked_for(actions))


def find_all(actions: Iterable[ActionDecl], topology: Topology, folder: Path) -> None:
    """Find the sensors that directives ask for.

    Raises:
        StartError: one is not there.
    """
    for action, run in _asked_for(actions):
        origin = Origin(str(topology.file), action.pos.line, action.pos.column)
        find_sensor(run, f"of action {action.name}", origin, folder)


def _asked_for(actions: Iterable[ActionDecl]) -> Iterator[tuple[ActionDecl, str]]:
    for action in actions:
        failed = action.declaration.get("on_error")
        for block in (action.declaration, failed if isinstance(failed, Mapping) else {}):
            directives = block.get("directives")
            for one in directives if isinstance(directives, list | tuple) else ():
                asked = one.get("start_sensor") if isinstance(one, Mapping) else None
                if isinstance(asked, Mapping) and isinstance(asked.get("run"), str):
                    yield action, asked["run"]


def sensor_specs(agent: AgentDecl, topology: Topology, folder: Path) -> tuple[ChildSpec, ...]:
    """Return the specifications of an agent's sensors.

    Raises:
        StartError: one names what is not there, or is given what it does not take.
    """
    return tuple(_spec(one, topology, folder) for one in agent.sensors)


def _spec(one: SensorDecl, topology: Topology, folder: Path) -> ChildSpec:
    origin = Origin(str(topology.file), one.pos.line, one.pos.column)
    if one.run is not None:
        definition = find_sensor(one.run, one.name, origin, folder)
    else:
        definition = built_in(one.use or "")
    try:
        config = definition.checked(one.with_)
    except SchemaError as error:
        raise StartError(
            f"sensor {one.name!r}: with: {error}",
            code="bad-config",
            where=f"{origin.file}:{origin.line}:{origin.column}",
            hints=error.hints,
        ) from error
    start = SensorStart(definition, config, one.signal, str(folder), "file", origin)
    return ChildSpec(one.name, start, one.restart)
