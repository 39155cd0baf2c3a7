"""What readers see of an engine: plain data in the shapes of the control API.

Every function here may run in another thread than the agents' loop and waits for nothing: it
reads values that the loop replaces whole (statuses, frozen states, rings) and copies lists in
one step. The tree and its nodes are here; what is known of a place in a word or two is in
`view_places`, what an agent has beside in `view_agents`.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any

from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.keyed.children import KeyedChildren
from jido_cli.runtime.serving.view_agents import agent, routes_of
from jido_cli.runtime.serving.view_places import (
    boundary_of,
    facts_of,
    own_window_of,
    status_of,
    window_of,
)
from jido_cli.runtime.serving.view_records import exit_record
from jido_cli.runtime.serving.view_sensors import sensor_of
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, SensorStart, SupervisorStart

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.watching.watch import Stall

Data = dict[str, Any]


def node(kernel: Kernel, place: Place, path: str, above: str | None, stalled: str | None) -> Data:
    """Return one node of the tree, at *path* under *above*."""
    now = kernel.monotonic()
    start = place.start
    is_supervisor = isinstance(start, SupervisorStart)
    exits = place.log.exits if place.has_log else ()
    last = exits[-1] if exits else None
    return {
        "path": path,
        "id": place.id,
        "parent": above,
        "kind": start.kind,
        "agent": start.program.definition.name if isinstance(start, AgentStart) else None,
        "strategy": start.flags.strategy if isinstance(start, SupervisorStart) else None,
        "status": status_of(place, now),
        "since": kernel.wall_ns() / 1e9 - (now - place.since),
        "uptime_s": now - place.since if place.process is not None else None,
        "facts": facts_of(place, path == stalled),
        "restarts": place.restarts,
        "window": window_of(place, now),
        "generation": place.generation,
        "mailbox": None if is_supervisor else place.mail_depth,
        "persist": start.program.persist if isinstance(start, AgentStart) else None,
        "parent_agent": None if (bond := kernel.bonds.of(place)) is None else bond.parent.path,
        "tag": None if bond is None else bond.tag,
        "lost": list(place.log.lost.values()) if place.has_log else [],
        "last_exit": None if last is None else exit_record(last),
    }


def tree(kernel: Kernel, found: Stall | None) -> Data:
    """Return the whole tree, of one revision as far as a moving tree allows.

    While the loop changes the tree under the walk it is walked again, a few times at most.
    """
    stalled = None if found is None else found.agent
    for _ in range(5):
        revision = kernel.revision
        nodes = [
            node(kernel, place, path, above, stalled)
            for place, path, above in kernel.tree.walk_paths()
        ]
        if kernel.revision == revision:
            break
    counts = Counter(one["status"] for one in nodes)
    return {
        "revision": revision,
        "counts": dict(counts),
        "restarts": kernel.restarts,
        "zombies": len(kernel.zombies.alive),
        "nodes": nodes,
    }


def inspect(kernel: Kernel, place: Place, found: Stall | None) -> Data:
    """Return everything known of one node."""
    stalled = None if found is None else found.agent
    now = kernel.monotonic()
    path = place.path
    parent = None if place.parent is None else place.parent.path
    data = node(kernel, place, path, parent, stalled)
    data["boundary"] = boundary_of(place)
    start, process, above = place.start, place.process, place.parent
    origin = start.origin
    data["declared"] = None if origin is None else {"file": origin.file, "line": origin.line}
    data["child"] = _child(place)
    data["supervisor"] = None
    if above is not None and isinstance(above.start, SupervisorStart):
        data["supervisor"] = {
            "path": above.path,
            "strategy": above.start.flags.strategy,
            "window": window_of(above, now) or own_window_of(place, above.start, now),
        }
    data["exits"] = [exit_record(one) for one in reversed(place.log.exits)] if place.has_log else []
    data["why_failed"] = place.log.why_failed if place.has_log else None
    if isinstance(start, AgentStart):
        data |= agent(kernel, place, start, process if isinstance(process, AgentServer) else None)
    if isinstance(start, SupervisorStart) and start.flags.strategy == "dynamic":
        template = start.specs[0].start
        if isinstance(template, AgentStart):
            data["routes"] = routes_of(template.program.definition)
    keyed = kernel.keyed.of(place)
    if keyed is not None:
        data |= _keyed(keyed)
    if isinstance(start, SensorStart):
        data["sensor"] = sensor_of(start, process)
    return data


def _child(place: Place) -> Data | None:
    above = place.parent
    if above is None or not isinstance(above.start, SupervisorStart):
        return None
    is_dynamic = above.start.flags.strategy == "dynamic"
    for spec in above.start.specs:
        if is_dynamic or spec.id == place.id:
            backoff = spec.backoff
            return {
                "restart": spec.restart,
                "shutdown": spec.shutdown_time(),
                "significant": spec.significant,
                "backoff": None if backoff is None else dataclasses.asdict(backoff),
            }
    return None


def _keyed(keyed: KeyedChildren) -> Data:
    """Return what is known of a keyed supervisor beside its awake children."""
    program, start = keyed.template.program, keyed.start.keyed
    assert start is not None
    return {
        "keyed": {
            "awake": len(keyed.awake),
            "hibernated": keyed.hibernated(),
            "max_children": keyed.start.flags.max_children,
            "on_full": start.on_full,
            "on_missing": start.on_missing,
            "idle_timeout_s": program.idle_timeout_s,
        },
    }
