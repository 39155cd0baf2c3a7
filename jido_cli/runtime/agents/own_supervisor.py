"""The supervisor of an agent's own, `<agent id>.children`: where it spawns what has no `under`.

It stands beside the agent in the tree, and its giving up harms nobody else (runtime.md 18, 20).
It ends with the incarnation that made it, unless a child there is to go on without its parent;
then it stays until the next incarnation takes it over, or until its last child is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jido_cli.runtime.supervising.names import OWN
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import SupervisorStart
from jido_cli.supervision.events import (
    ChildExited,
    DeleteChildCall,
    Event,
    GetChildSpecCall,
    StartFailed,
)
from jido_cli.supervision.reasons import SHUTDOWN
from jido_cli.supervision.specs import SupervisorFlags

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


class OwnSupervisor:
    """One incarnation of `<agent id>.children`, and whom its end concerns."""

    __slots__ = ("_is_ending", "_owner", "_stopped", "above", "place", "runner")

    def __init__(self, server: AgentServer, above: Place, place: Place) -> None:
        self.above = above
        self.place = place
        self._owner: AgentServer | None = server
        self._is_ending = False
        self._stopped: Callable[[], None] | None = None
        start = place.start
        assert isinstance(start, SupervisorStart)
        place.generation += 1
        place.set_status("starting")
        self.runner: SupervisorRunner = server.supervisor.nested(place, 0, self, start)
        self.runner.boot()

    def take_over(self, server: AgentServer) -> bool:
        """Belong to *server* from now on; False if it is about to end."""
        if self._is_ending:
            return False
        self._owner = server
        return True

    def post(self, event: Event) -> None:
        """Take what the runner reports: it is gone, or gave up."""
        if not isinstance(event, ChildExited | StartFailed):
            return
        kernel = self.place.kernel
        if self.above.children is not None and self.above.children.get(self.place.id) is self.place:
            del self.above.children[self.place.id]
        kernel.place_ended(self.place)
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            stopped()
        elif self._owner is not None and self._owner.is_alive and not self._is_ending:
            self._owner.lost_own_supervisor()

    def stop(self, stopped: Callable[[], None]) -> None:
        """End, with all children; *stopped* is called then."""
        self._is_ending = True
        self._stopped = stopped
        self._owner = None
        self.runner.terminate(SHUTDOWN)

    def release(self, ready: Callable[[], None]) -> None:
        """Go on without the agent; *ready* is called when what was to end here has ended."""
        self._owner = None
        self.runner.call(
            GetChildSpecCall(self.place.id), lambda _: ready()
        )  # its turn is behind those ends

    def child_exited(self, child_id: str) -> None:
        """A child's process is gone; if it is not started again, its place is given up."""
        # Behind the exit notice: a child that is being restarted by then stays.
        self.place.kernel.loop.call_soon(self._delete, child_id)

    def _delete(self, child_id: str) -> None:
        self.runner.call(DeleteChildCall(child_id), self._deleted)

    def _deleted(self, _: object) -> None:
        if self._owner is None and not self._is_ending and not self.place.children:
            self._is_ending = True
            self.runner.terminate(SHUTDOWN)


def own_supervisor_of(server: AgentServer) -> OwnSupervisor:
    """Return the supervisor of *server*'s own: what an incarnation before left, or a new one."""
    above = server.place.parent
    assert above is not None, "an agent has a supervisor above it"
    assert above.children is not None
    child_id = server.place.id + OWN
    place = above.children.get(child_id)
    if place is not None and place.process is not None:
        left = found_at(place)
        if left is not None and left.take_over(server):
            return left
        place.process.kill()  # it is ending, and takes its time
        place = above.children.get(child_id)
    if place is None:
        start = SupervisorStart(SupervisorFlags(), ())
        place = above.children[child_id] = Place(server.kernel, child_id, above, start)
        server.kernel.place_added(place)
    return OwnSupervisor(server, above, place)


def found_at(place: Place | None) -> OwnSupervisor | None:
    """Return the supervisor of an agent's own that runs at *place*, if one does."""
    reports_to = None if place is None else getattr(place.process, "supervisor", None)
    if isinstance(reports_to, OwnSupervisor) and reports_to.place is place:
        return reports_to
    return None
