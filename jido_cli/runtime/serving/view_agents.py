"""What an agent has that other nodes have not: mailbox, routes, commands, family, strategy.

Read from any thread, as all of `view`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from jido_cli.core.agent import AgentDefinition
from jido_cli.core.signals import Signal
from jido_cli.core.snapshot import Snapshot
from jido_cli.core.values import thaw
from jido_cli.runtime.agents.calls import CallRequest
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.serving.view_places import state_of, status_of
from jido_cli.runtime.serving.view_schedules import schedules_of
from jido_cli.runtime.serving.view_sensors import sensors_of
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, DedupeStart

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel

Data = dict[str, Any]
COMMANDS_LOOKED_AT: Final = 20_000


def agent(kernel: Kernel, place: Place, start: AgentStart, server: AgentServer | None) -> Data:
    """Return what is known of an agent beside what every node has."""
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


def routes_of(definition: AgentDefinition) -> list[Data]:
    """Return the routes of an agent."""
    fsm = definition.fsm
    return [
        {
            "pattern": route.pattern,
            "actions": [action.name for action, _ in route.instructions],
            "params": _params(route.instructions),
            "data": _promised(definition, route.pattern),
            "states": [one for one in fsm.states if one in route.states] if fsm else [],
        }
        for route in definition.routes
    ]


def _promised(definition: AgentDefinition, signal_type: str) -> Data | None:
    """Return the JSON Schema of what the catalogue promises of a type's data."""
    promised = definition.catalogue.get(signal_type)
    return None if promised is None else dict(promised.source)


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
