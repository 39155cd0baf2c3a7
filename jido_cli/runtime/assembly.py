"""The engine of a topology: what the file says about the whole, beside its tree.

Whoever runs a topology (the command line, the testing kit) comes through here, so that they run
the same engine. Nothing is started.
"""

from __future__ import annotations

from collections.abc import Callable

from jido_cli.runtime.build import Built, build
from jido_cli.runtime.engine import Engine, EngineOptions
from jido_cli.topology.model import Topology


def assemble(
    topology: Topology,
    *,
    is_watched: bool = True,
    change: Callable[[Built], Built] = lambda built: built,
) -> Engine:
    """Return the engine of a topology, on the running loop, not yet booted.

    Args:
        topology: what to run.
        is_watched: whether a thread looks after the loop, in real time.
        change: makes what is started another one: tests start agents from other states.

    Raises:
        StartError: the user's code does not import, or does not hold what the file names.
    """
    built = change(build(topology))
    options = EngineOptions(
        name=topology.name,
        file=str(topology.file),
        programs=built.programs,
        max_hops=topology.max_hops,
        stall_s=topology.stall_ms / 1000,
        is_watched=is_watched,
    )
    return Engine(built.root, options)
