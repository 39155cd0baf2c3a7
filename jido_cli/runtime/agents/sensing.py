"""The directives `start_sensor` and `stop_sensor`, and what a declaration of a sensor names.

What is asked for is checked before anything that runs is stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.actions.sensors import SENSORS, built_in_sensor
from jido_cli.core.declarative.signal_keys import NoSignalKeyError
from jido_cli.core.directive_types import Directive
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.sensor import SensorDefinition
from jido_cli.core.sensor_directives import StartSensor, StopSensor
from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import StartError
from jido_cli.runtime.agents.recording import PENDING, Cause, record
from jido_cli.runtime.supervising.names import id_of, new_id
from jido_cli.runtime.supervising.starts import Origin, SensorStart
from jido_cli.runtime.targets import find_sensor
from jido_cli.supervision.specs import ChildSpec

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer


def start_sensor(server: AgentServer, directive: Directive, cause: Cause) -> str | None:
    """Start a sensor of the agent's own."""
    assert isinstance(directive, StartSensor)
    origin = server.program.origin
    folder = "." if origin is None else origin.folder
    try:
        definition = _definition(directive, origin or Origin("", 0, 0))
        config = definition.checked(directive.config or {})
    except StartError as error:
        return error.message
    except SchemaError as error:
        return f"config: {error.message}"
    try:
        child_id = new_id(directive.tag, "tag")
    except NoSignalKeyError as error:
        return error.message
    start = SensorStart(definition, config, directive.signal, folder, "directive", origin)

    def done(problem: str | None) -> None:
        record(server, directive, cause, "done" if problem is None else "dead_letter", problem)

    server.parts.need_sensors().start(ChildSpec(child_id, start, directive.restart), done)
    return PENDING


def stop_sensor(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
    """Stop a sensor by tag; an unknown tag is no error."""
    assert isinstance(directive, StopSensor)
    sensors = server.sensors
    if sensors is not None:
        sensors.stop(id_of(directive.tag))
    return None


def _definition(directive: StartSensor, origin: Origin) -> SensorDefinition:
    if directive.run is not None:
        return find_sensor(directive.run, directive.tag, origin)
    return built_in(directive.use or "")


def built_in(name: str) -> SensorDefinition:
    """Return the built-in sensor *name*.

    Raises:
        StartError: there is none of that name.
    """
    found = built_in_sensor(name)
    if found is None:
        near = did_you_mean(name, SENSORS)
        said = f"no built-in sensor {name!r}"
        raise StartError(f"{said}; {near}" if near else said, code="no-sensor")
    return found
