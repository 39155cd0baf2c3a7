"""What an agent is told of the agents that it spawned: they are up, they are gone.

Two lifecycle signals, which start chains of their own and are sent only where a route takes
them (runtime.md 13, 20). Who spawns and who ends is in `family`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.supervising import crash_reports
from jido_cli.runtime.supervising.starts import AgentStart, ChildArgs
from jido_cli.supervision.reasons import ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agents.family import Family
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.place import Place, Process

STARTED: Final = "jido.agent.child.started"
EXITED: Final = "jido.agent.child.exit"


def tell_started(place: Place) -> None:
    """Tell the agent that spawned the one at *place*, if one did, that it is up."""
    args = _args_of(place.process)
    if args is None:
        return
    parent = _parent_of(args)
    if parent is None:
        return
    tag = args.tag or place.id
    _need_family(parent).started(tag, place)
    start = place.start
    assert isinstance(start, AgentStart)
    _tell(
        parent,
        STARTED,
        place,
        {
            "parent_id": parent.place.id,
            "child_id": place.id,
            "child_module": start.program.definition.name,
            "tag": tag,
            "pid": place.path,
            "meta": args.meta,
            "restarts": place.restarts,
        },
    )


def tell_exited(process: Process, reason: ExitReason) -> None:
    """Tell the agent that spawned *process*, if one did, that it is gone."""
    args = _args_of(process)
    if args is None:
        return
    parent = _parent_of(args)
    if parent is None:
        return
    place = process.place
    tag = args.tag or place.id
    _need_family(parent).exited(place)
    why = crash_reports.describe(reason)
    _tell(
        parent,
        EXITED,
        place,
        {"tag": tag, "pid": place.path, "child_id": place.id, "reason": why},
    )


def _args_of(process: object) -> ChildArgs | None:
    args = getattr(process, "args", None)  # only agents have any
    return args if isinstance(args, ChildArgs) and args.parent is not None else None


def _parent_of(args: ChildArgs) -> AgentServer | None:
    """Return the incarnation that asked for the child, if it lives and does not stop."""
    assert args.parent is not None
    parent: AgentServer | None = args.parent.process  # type: ignore[assignment]
    if parent is None or parent.generation != args.parent_generation:
        return None
    return None if parent.stopping is not None else parent


def _need_family(parent: AgentServer) -> Family:
    return parent.parts.need_family()


def _tell(parent: AgentServer, signal_type: str, child: Place, data: dict[str, object]) -> None:
    if not parent.program.definition.takes(signal_type):
        return
    kernel = parent.kernel
    now_ns = kernel.wall_ns()
    signal = Signal(
        signal_type,
        child.path,
        freeze(data),
        kernel.ids.next(now_ns // 1_000_000),
        time_ns=now_ns,
    )
    if deliver(parent.place, signal) in ("blocked", "rejected"):
        kernel.dead_letters.add(parent.place, signal, "mailbox full: lifecycle")
