"""Who an agent is, as its actions see it, and the context of a command beside the mailbox.

Nothing is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.core.context import AgentInfo, Context
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze_mapping

if TYPE_CHECKING:
    from jido_cli.runtime.agents.incarnation import Incarnation
    from jido_cli.runtime.agents.server import AgentServer


def info_of(server: Incarnation) -> AgentInfo:
    """Return who *server* is: what its expressions see as `agent`."""
    place, bonds, args = server.place, server.kernel.bonds, server.args
    bond = bonds.of(place)
    named = bond or bonds.former(place) or args  # an orphan keeps its tag and its meta
    return AgentInfo(
        place.id,
        server.source,
        None if named is None else named.tag,
        freeze_mapping({} if named is None else named.meta, where="meta"),
        None if bond is None else bond.parent.path,
        None if args is None else args.key,
    )


def new_context(server: AgentServer, now_ns: int, signal: Signal, command: str) -> Context:
    """Return the context of a new command that does not come from the mailbox.

    *command* names it within its incarnation, apart from those of the mailbox.
    """
    kernel = server.kernel
    kernel.seed += 1
    return Context(
        now_ns,
        kernel.seed,
        server.info,
        signal,
        None,
        1,
        f"{server.source}:{server.generation}:{command}",
    )
