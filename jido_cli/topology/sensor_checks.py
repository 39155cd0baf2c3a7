"""Do sensors get what they take: those of agents, and those that directives start.

The configs of built-in sensors are held to their schemas here; what a function of the user's
takes, the linter reads from its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jido_cli.actions.sensors import built_in_sensor
from jido_cli.core.router import PatternError, parse_pattern
from jido_cli.core.schema_errors import SchemaError, format_path
from jido_cli.topology import raw
from jido_cli.topology.positions import Path, Pos, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import BAD_PATTERN, BAD_WITH, RUN_TARGET, Findings
from jido_cli.topology.targets import is_target, target_hint
from jido_cli.topology.words import shown

if TYPE_CHECKING:
    from jido_cli.core.sensor import SensorDefinition

_BUS: Final = "jido.sensor.bus"


def check(document: Raw, positions: Positions, findings: Findings) -> None:
    """Add a finding for every sensor that cannot be started."""
    for _, agent in raw.entries(document, "agents"):
        for one in raw.sensors(agent):
            _check(one, positions, findings)
    for action in raw.actions(document):
        for path, directive in raw.directives(action.path, action.value):
            asked = directive.get("start_sensor")
            if isinstance(asked, dict):
                _check(RawNode((*path, "start_sensor"), asked), positions, findings)


def _check(one: RawNode, positions: Positions, findings: Findings) -> None:
    run, use = raw.text(one.value.get("run")), raw.text(one.value.get("use"))
    if run is not None and not is_target(run):
        fact = f"run {shown(run)} does not name a sensor as module:function"
        place = positions.value((*one.path, "run"))
        findings.add(RUN_TARGET, place, fact, hint=target_hint(run))
    given = raw.mapping(one.value.get("with"))
    definition = None if use is None or run is not None else built_in_sensor(use)
    if definition is not None and not raw.has_expression(given):
        _check_config(definition, given, one.path, positions, findings)


def _check_config(
    definition: SensorDefinition,
    given: Raw,
    path: Path,
    positions: Positions,
    findings: Findings,
) -> None:
    use = definition.name
    try:
        config = definition.checked(given)
    except SchemaError as error:
        named = f"{format_path(error.path)!r} " if error.path else ""
        fact = f"{use}: {named}{error.message}"
        place = _place(definition, error, given, path, positions)
        findings.add(BAD_WITH, place, fact, hint=error.hint)
        return
    patterns = config.get("patterns") if use == _BUS else None
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        try:
            parse_pattern(str(pattern))
        except PatternError as error:
            place = positions.value((*path, "with", "patterns", index))
            fact = f"{pattern!r} is not a signal pattern: {error.why}"
            findings.add(BAD_PATTERN, place, fact)


def _place(
    definition: SensorDefinition, error: SchemaError, given: Raw, path: Path, positions: Positions
) -> Pos:
    """Return where in a config it is wrong; where something is missing, the sensor's name."""
    known = () if definition.config is None else definition.config.properties
    unknown = next((key for key in given if key not in known), None)
    if error.path and error.path[0] in given:
        return positions.value((*path, "with", *error.path))
    if unknown is not None:
        return positions.key((*path, "with", unknown))
    return positions.value((*path, "use"))
