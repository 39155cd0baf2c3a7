"""From the `sensors` of an agent to its declarations. What is wrong has been said before."""

from __future__ import annotations

from typing import Any, cast

from jido_cli.core.values import freeze_mapping
from jido_cli.topology import raw
from jido_cli.topology.model import SensorDecl
from jido_cli.topology.positions import Positions
from jido_cli.topology.raw import RawNode


def sensor_decls(agent: RawNode, positions: Positions) -> tuple[SensorDecl, ...]:
    """Return the sensors of an agent, in the order of the file."""
    return tuple(_decl(one, positions) for one in raw.sensors(agent))


def _decl(one: RawNode, positions: Positions) -> SensorDecl:
    value = cast("dict[str, Any]", one.value)
    return SensorDecl(
        name=str(one.path[-1]),
        pos=positions.key(one.path),
        use=value.get("use"),
        run=value.get("run"),
        with_=freeze_mapping(value.get("with", {})),
        signal=value.get("signal"),
        restart=value.get("restart", "transient"),
        description=value.get("description", ""),
    )
