"""What an agent is told of its children: they are up, they are gone (runtime.md 20).

Here is also where a spawned agent becomes the child of the one that asked for it: when it is up
for the first time. Who spawns and who ends is in `family` and `parting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jido_cli.core.values import freeze
from jido_cli.runtime.agents.bonds import Bond
from jido_cli.runtime.agents.lifecycle import send_lifecycle
from jido_cli.runtime.agents.own_supervisor import found_at
from jido_cli.runtime.supervising import crash_reports
from jido_cli.runtime.supervising.starts import AgentStart, ChildArgs
from jido_cli.supervision.reasons import ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.place import Place, Process

STARTED: Final = "jido.agent.child.started"
EXITED: Final = "jido.agent.child.exit"


def tell_started(place: Place) -> None:
    """Tell the parent of the agent at *place*, if it has one, that the child is up."""
    bonds = place.kernel.bonds
    bond = bonds.of(place)
    if bond is None and place.generation == 1:
        bond = _born(place)
    if bond is None or _is_stopping(bond.parent):
        return
    start = place.start
    assert isinstance(start, AgentStart)
    data = {
        "parent_id": bond.parent.id,
        "child_id": place.id,
        "child_module": start.program.definition.name,
        "tag": bond.tag,
        "pid": place.path,
        "meta": bond.meta,
        "restarts": place.restarts,
    }
    send_lifecycle(bond.parent, STARTED, place.path, freeze(data))


def tell_exited(process: Process, reason: ExitReason) -> None:
    """Tell the parent of *process*, if it has one, that the child is gone."""
    place = process.place
    if not _was_spawned(process) and place.kernel.bonds.of(place) is None:
        return
    own = found_at(place.parent)
    if own is not None:
        own.child_exited(place.id)
    bond = place.kernel.bonds.of(place)
    if bond is None:
        return
    if bond.is_ending:
        place.kernel.bonds.dissolve(place)
    if not _is_stopping(bond.parent):
        why = crash_reports.describe(reason)
        data = {"tag": bond.tag, "pid": place.path, "child_id": place.id, "reason": why}
        send_lifecycle(bond.parent, EXITED, place.path, freeze(data))


def _born(place: Place) -> Bond | None:
    """Bind a spawned agent to the one that asked for it, if that one is still to be had."""
    args = getattr(place.process, "args", None)  # only agents have any
    if not isinstance(args, ChildArgs) or args.parent is None or args.parent.has_ended:
        return None
    parent: AgentServer | None = args.parent.process  # type: ignore[assignment]
    is_same = parent is not None and parent.generation == args.parent_generation
    if args.on_parent_death == "stop" and (not is_same or _is_stopping(args.parent)):
        return None  # it came up too late to have a parent, and will be ended for that
    bond = Bond(args.parent, place, args.tag or place.id, args.meta, args.on_parent_death)
    if place.kernel.bonds.child(bond.parent, bond.tag) is not None:
        return None
    place.kernel.bonds.bind(bond)
    return bond


def _was_spawned(process: object) -> bool:
    args = getattr(process, "args", None)
    return isinstance(args, ChildArgs) and args.parent is not None


def _is_stopping(parent: Place) -> bool:
    process: AgentServer | None = parent.process  # type: ignore[assignment]
    return process is not None and process.stopping is not None
