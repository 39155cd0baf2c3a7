"""What readers see of an engine: plain data in the shapes of the control API.

Every function here may run in another thread than the agents' loop and waits for nothing: it
reads values that the loop replaces whole (statuses, frozen states, rings) and copies lists in
one step.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from jido_cli.core.agent import AgentDefinition
from jido_cli.core.signals import Signal
from jido_cli.core.snapshot import Snapshot
from jido_cli.core.values import thaw
from jido_cli.runtime.agents.calls import CallRequest
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.keyed.children import KeyedChildren
from jido_cli.runtime.keyed.places import RestingPlace
from jido_cli.runtime.serving.view_records import exit_record
from jido_cli.runtime.serving.view_schedules import schedules_of
from jido_cli.runtime.serving.view_sensors import sensor_of, sensors_of
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import (
    AgentStart,
    DedupeStart,
    SensorStart,
    SupervisorStart,
)
from jido_cli.runtime.supervising.supervisor import SupervisorRunner

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.watching.watch import Stall

Data = dict[str, Any]
COMMANDS_LOOKED_AT: Final = 20_000


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


def _own_window(place: Place, above: SupervisorStart, now: float) -> Data | None:
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


def state_of(place: Place) -> Mapping[str, object] | None:
    """Return the committed state of an agent, or the one it sleeps with; None without either."""
    process = place.process
    if isinstance(process, AgentServer):
        return process.committed.state
    if isinstance(place, RestingPlace) and place.checkpoint is not None:
        return place.checkpoint.state
    return None


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
            "window": window_of(above, now) or _own_window(place, above.start, now),
        }
    data["exits"] = [exit_record(one) for one in reversed(place.log.exits)] if place.has_log else []
    data["why_failed"] = place.log.why_failed if place.has_log else None
    if isinstance(start, AgentStart):
        data |= _agent(kernel, place, start, process if isinstance(process, AgentServer) else None)
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


def _agent(kernel: Kernel, place: Place, start: AgentStart, server: AgentServer | None) -> Data:
    program = start.program
    log = place.log if place.has_log else None
    running = None if server is None else server.running
    return {
        "agent_declared": None if program.origin is None else program.origin.line,
        "family": _family(kernel, place),
        "mailbox_detail": {
            "depth": place.mail_depth,
            "max": program.mailbox.max,
            "overflow": program.mailbox.overflow,
            "oldest_ms": _oldest_ms(kernel, place),
            "accepted": place.accepted,
            "rejected": 0 if log is None else log.rejected,
            "dropped": 0 if log is None else log.dropped,
            "expired": 0 if log is None else log.expired,
        },
        "commands": _commands(kernel, place),
        "routes": routes_of(program.definition),
        "agent_strategy": _agent_strategy(server),
        "plugins": [dataclasses.asdict(one) for one in program.plugins],
        "schedules": schedules_of(place, place.path),
        "sensors": [
            {
                "tag": one.id,
                "sensor": sensor.definition.name,
                "status": status_of(one, kernel.monotonic()),
            }
            for one, sensor in sensors_of(place)
        ],
        "state": None if (state := state_of(place)) is None else thaw(state),
        "seq": place.handled if server is None else server.committed_seq,
        "running": None
        if running is None
        else {
            "action": running.action,
            "signal": _type_of(running.mail),
            "ms": round((kernel.monotonic() - running.since) * 1000),
            "command": _command_of(running.mail),
            "progress": thaw(running.progress.newest),
        },
        "dead_letters": 0 if log is None else log.dead,
        "dedupe": None if program.dedupe is None else _dedupe(program.dedupe, server),
    }


def _family(kernel: Kernel, place: Place) -> Data:
    """Return the logical relations: parents, which are no supervisors, and children by tag."""
    now = kernel.monotonic()
    bond, former = kernel.bonds.of(place), kernel.bonds.former(place)
    named = bond or former
    return {
        "meta": None if named is None else thaw(named.meta),
        "on_parent_death": None if named is None else named.on_parent_death,
        "orphaned_from": None if former is None else former.parent.path,
        "children": [
            {"tag": one.tag, "path": one.child.path, "status": status_of(one.child, now)}
            for one in kernel.bonds.children(place)
        ],
    }


def _agent_strategy(server: AgentServer | None) -> Data | None:
    """Return the snapshot of the strategy; None for `direct`, which has nothing to say."""
    if server is None:
        return None
    definition, state = server.program.definition, server.committed.state
    kind = "run" if definition.fsm is None else "fsm"
    if definition.fsm is not None:
        snapshot: Snapshot | None = definition.fsm.snapshot(state)
    else:
        extension = definition.extension
        snapshot = None if extension is None else extension.snapshot(state)
    if snapshot is None:
        return None
    return {
        "kind": kind,
        "status": snapshot.status,
        "done": snapshot.is_done,
        "result": thaw(snapshot.result),
        "details": thaw(snapshot.details),
    }


def _dedupe(rule: DedupeStart, server: AgentServer | None) -> Data:
    """Return what is known of signals that come twice."""
    window = None if server is None else server.window
    return {
        "known": 0 if window is None else len(window),
        "duplicates": 0 if window is None else window.duplicates,
        "evicted": 0 if window is None else window.evicted,
        "unkeyed": 0 if window is None else window.unkeyed,
        "keep_s": rule.keep_s,
        "max": rule.max,
    }


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


def routes_of(definition: AgentDefinition) -> list[Data]:
    """Return the routes of an agent."""
    fsm = definition.fsm
    return [
        {
            "pattern": route.pattern,
            "actions": [action.name for action, _ in route.instructions],
            "params": _params(route.instructions),
            "states": [one for one in fsm.states if one in route.states] if fsm else [],
        }
        for route in definition.routes
    ]


def _type_of(mail: object) -> str | None:
    signal = mail.signal if isinstance(mail, CallRequest) else mail
    return signal.type if isinstance(signal, Signal) else None


def _command_of(mail: object) -> str | None:
    signal = mail.signal if isinstance(mail, CallRequest) else mail
    return signal.id if isinstance(signal, Signal) else None


def _oldest_ms(kernel: Kernel, place: Place) -> int | None:
    """Return how long ago the signal that waits first was made."""
    queue = place.mail
    try:
        mail = None if queue is None else queue[0]
    except IndexError:  # the loop has just taken it
        mail = None
    if mail is None:
        return None
    signal = mail.signal if isinstance(mail, CallRequest) else mail
    return max(0, (kernel.wall_ns() - signal.time_ns) // 1_000_000)


def _params(instructions: Any) -> Data | None:
    """Return the JSON Schema of the params that a signal's data gives, if one action takes it."""
    schemas = [action.params for action, given in instructions if given is None and action.params]
    return dict(schemas[0].source) if len(schemas) == 1 else None


def _commands(kernel: Kernel, place: Place) -> Data:
    """Return counts of commands, and latencies over the newest ones that the ring still holds."""
    ring = kernel.events.commands
    durations: list[float] = []
    for number in range(ring.head, max(ring.oldest, ring.head - COMMANDS_LOOKED_AT) - 1, -1):
        record = ring.get(number)
        if record is not None and record[2] is place:
            durations.append(record[5])
    durations.sort()
    failed = place.log.failed if place.has_log else 0
    data: Data = {"ok": place.handled - failed, "failed": failed}
    for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)):
        index = min(len(durations) - 1, int(len(durations) * share))
        data[name] = durations[index] * 1000 if durations else None
    return data
