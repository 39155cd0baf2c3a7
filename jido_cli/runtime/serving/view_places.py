"""What is known of one place at a glance: its status, its state, its window, what falls with it.

Read from any thread, as all of `view`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.keyed.places import RestingPlace
from jido_cli.runtime.supervising.names import OWN
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import SupervisorStart
from jido_cli.runtime.supervising.supervisor import SupervisorRunner

Data = dict[str, Any]


def status_of(place: Place, now: float) -> str:
    """Return the status word of runtime.md 19."""
    status = place.status
    if status != "running":
        return status
    if place.has_log and now < place.log.looping_until:
        return "crash_looping"
    is_degraded = (place.has_log and place.log.lost) or place.kernel.zombies.of(place)
    return "degraded" if is_degraded else status


def facts_of(place: Place, is_hung: bool) -> list[str]:
    """Return the words beside the status."""
    facts = ["hung"] if is_hung else []
    if isinstance(place, RestingPlace):
        facts.append("lazy" if place.checkpoint is None else "hibernated")
    keyed = place.kernel.keyed.of(place)
    if keyed is not None and (asleep := keyed.hibernated()):
        facts.append(f"{asleep} hibernated")
    zombies = place.kernel.zombies.of(place)
    if zombies:
        facts.append("1 zombie" if zombies == 1 else f"{zombies} zombies")
    if place.has_log and OWN in place.log.lost:
        facts.append("children lost")
    process = place.process
    if isinstance(process, SupervisorRunner) and process.is_suspended:
        facts.append("suspended")
    return facts


def window_of(place: Place, now: float) -> Data | None:
    """Return how much of its restart window a supervisor has used."""
    start = place.start
    if not isinstance(start, SupervisorStart) or start.each is not None:
        return None
    process = place.process
    used = process.machine.window(now) if isinstance(process, SupervisorRunner) else 0
    flags = start.flags
    return {"used": used, "max_restarts": flags.max_restarts, "max_seconds": flags.max_seconds}


def own_window_of(place: Place, above: SupervisorStart, now: float) -> Data | None:
    """Return how much of its own window a child has used, where each has one."""
    each = above.each
    if each is None:
        return None
    used = place.log.recent_restarts(now - each.max_seconds) if place.has_log else 0
    return {"used": used, "max_restarts": each.max_restarts, "max_seconds": each.max_seconds}


def boundary_of(place: Place) -> list[str]:
    """Return the paths of what restarts together with *place*, itself left out."""
    above = place.parent
    if above is None or not isinstance(above.start, SupervisorStart) or not above.children:
        return []
    siblings = list(above.children.values())
    match above.start.flags.strategy:
        case "one_for_all":
            group = siblings
        case "rest_for_one":
            group = siblings[siblings.index(place) :] if place in siblings else []
        case _:
            return []
    return [one.path for one in group if one is not place]


def state_of(place: Place) -> Mapping[str, object] | None:
    """Return the committed state of an agent, or the one it sleeps with; None without either."""
    process = place.process
    if isinstance(process, AgentServer):
        return process.committed.state
    if isinstance(place, RestingPlace) and place.checkpoint is not None:
        return place.checkpoint.state
    return None
