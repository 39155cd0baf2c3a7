"""What becomes of children when their parent ends: they end, go on, or are told (runtime.md 20).

`stop` ends with the incarnation. `continue` and `emit_orphan` go on, and stay the children of
the place while a new incarnation is to be expected there; only when none will come, they are
orphans. Who supervises whom plays no part in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jido_cli.core.values import freeze
from jido_cli.runtime.agents.bonds import Bond
from jido_cli.runtime.agents.lifecycle import send_lifecycle
from jido_cli.runtime.supervising.crash_reports import describe
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import SupervisorStart
from jido_cli.supervision.events import GetChildSpecCall, TerminateChildCall
from jido_cli.supervision.reasons import ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner

ORPHANED: Final = "jido.agent.orphaned"
_COMING: Final = ("starting", "backing_off")


def end_with_parent(parent: Place, spared: Place | None = None) -> None:
    """End the children of *parent* that end with it; those under *spared* only as children."""
    kernel = parent.kernel
    for bond in kernel.bonds.children(parent):
        if bond.on_parent_death == "stop":
            kernel.bonds.dissolve(bond.child)  # first: nobody is to be told of this end
            if bond.child.parent is not spared:
                terminate_place(bond.child)


def terminate_place(place: Place) -> None:
    """Stop the child at *place* on purpose, so that it is not restarted."""
    runner = None if place.parent is None else running_supervisor(place.parent)
    if runner is not None:
        runner.call(TerminateChildCall(place.id), _ignore)


def parent_exited(parent: Place, reason: ExitReason) -> None:
    """An incarnation of an agent with children is gone: who goes on may be an orphan."""
    end_with_parent(parent)
    if parent.kernel.bonds.has_children(parent):
        find_out(parent, describe(reason))


def supervisor_exited(place: Place, reason: ExitReason) -> None:
    """A supervisor is gone: those below it that had exited before may be expected no longer."""
    bonds = place.kernel.bonds
    for child in list((place.children or {}).values()):
        if child.process is None and bonds.has_children(child):
            find_out(child, describe(reason))


def find_out(parent: Place, why: str) -> None:
    """Make orphans of the children of *parent* unless a new incarnation is to be expected.

    The nearest supervisor that runs is asked something: its answer comes behind the notice of
    the exit, so that what it decided about that has been done by then.
    """
    parent.kernel.loop.call_soon(_ask_above, parent, why)  # the notice is not on its way yet


def _ask_above(parent: Place, why: str) -> None:
    down, above = parent, parent.parent
    while above is not None and above.process is None:
        down, above = above, above.parent
    runner = None if above is None else running_supervisor(above)

    def decided(_: object) -> None:
        if parent.log.is_restarting or down.log.is_restarting:
            return  # by order, which hands the children over
        is_expected = down.process is not None or down.status in _COMING
        if parent.has_ended or not is_expected:
            leave_orphans(parent, why)

    if runner is None:
        decided(None)
    else:
        runner.call(GetChildSpecCall(down.id), decided)


def leave_orphans(parent: Place, why: str) -> None:
    """Nobody will come at the place *parent*: its children have no parent any more."""
    for bond in parent.kernel.bonds.children(parent):
        _orphan(bond, why)


def _orphan(bond: Bond, why: str) -> None:
    child, parent = bond.child, bond.parent
    kernel = child.kernel
    kernel.bonds.dissolve(child, is_orphan=True)
    forget_info(child)
    kernel.revision += 1
    kernel.events.fact("orphaned", child, f"{parent.path} is gone: {why}", parent=parent.path)
    if bond.on_parent_death == "emit_orphan":
        data = {
            "parent_id": parent.id,
            "parent_pid": parent.path,
            "tag": bond.tag,
            "meta": bond.meta,
            "reason": why,
        }
        send_lifecycle(child, ORPHANED, parent.path, freeze(data))


def forget_info(place: Place) -> None:
    """Let the incarnation at *place* look anew who it is: its parent has changed."""
    server: AgentServer | None = place.process  # type: ignore[assignment]
    if server is not None:
        server.forget_info()


def running_supervisor(place: Place) -> SupervisorRunner | None:
    """Return the runner of the supervisor at *place*, None if it does not run."""
    if not isinstance(place.start, SupervisorStart):
        return None
    return place.process  # type: ignore[return-value]


def _ignore(_: object) -> None:
    """Take an answer that nobody waits for: the child is stopped, or was not there."""
