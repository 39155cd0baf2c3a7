"""The directives about sensors: start one, stop one. Records only, as in `directives`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import force_setattr

from jido_cli.core.directive_types import Directive, DirectiveError, directive_type
from jido_cli.core.directives import RESTARTS, SignalSpec
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.values import freeze_mapping


@directive_type("start_sensor")
class StartSensor(Directive, frozen=True, tag="start_sensor"):
    """Start a sensor of this agent; one with the same tag is stopped first.

    Args:
        tag: by which the agent knows it.
        use: name of a built-in sensor; or
        run: `module:function` of a sensor of your own.
        config: what it is given.
        signal: type of its signals; None leaves that to the sensor.
        restart: its restart type.
    """

    tag: str
    use: str | None = None
    run: str | None = None
    config: Mapping[str, object] | None = None
    signal: str | None = None
    restart: Literal["permanent", "transient", "temporary"] = "transient"

    def __post_init__(self) -> None:
        _check_tag("start_sensor", self.tag)
        if (self.use is None) == (self.run is None):
            raise DirectiveError("start_sensor: give either use or run")
        if self.config is not None:
            force_setattr(self, "config", freeze_mapping(self.config, where="config"))
        if self.signal is not None:
            SignalSpec(self.signal)  # refuses what is no type
        if self.restart not in RESTARTS:
            shown = ", ".join(map(repr, RESTARTS))
            near = did_you_mean(str(self.restart), RESTARTS)
            said = f"start_sensor: restart {self.restart!r} is not one of {shown}"
            raise DirectiveError(f"{said}; {near}" if near else said)


@directive_type("stop_sensor")
class StopSensor(Directive, frozen=True, tag="stop_sensor"):
    """Stop the sensor *tag* on purpose; none is no error."""

    tag: str

    def __post_init__(self) -> None:
        _check_tag("stop_sensor", self.tag)


def _check_tag(kind: str, tag: object) -> None:
    if not isinstance(tag, str) or not tag or "/" in tag:
        raise DirectiveError(f"{kind}: tag {tag!r} is not text without a slash")
