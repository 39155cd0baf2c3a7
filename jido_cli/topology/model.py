"""The frozen topology: what a file says, checked, with every default filled in.

Records only, equal when they mean the same wherever they stand. Durations are whole milliseconds,
names are resolved, lists are tuples; whoever holds a `Topology` needs no look at the file. No
YAML, no schemas compiled, no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from jido_cli.topology.positions import Pos, Positions

Strategy = Literal["one_for_one", "one_for_all", "rest_for_one", "dynamic"]
Restart = Literal["permanent", "transient", "temporary"]
Shutdown = int | Literal["brutal_kill", "infinity"]  # an int is milliseconds
AutoShutdown = Literal["never", "any_significant", "all_significant"]
Overflow = Literal["reject", "drop_oldest", "drop_newest", "block"]
OnUnrouted = Literal["dead_letter", "ignore", "error"]
Subscribe = Literal["routes", "none"] | tuple[str, ...]

ROOT_ID: Final = "root"
DEFAULT_WORKER_SHUTDOWN_MS: Final = 5000
DEFAULT_ACTION_TIMEOUT_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class ActionDecl:
    """An action as the file declares it, by name or in place.

    `declaration` holds the keys as written (params, set, emit, run, ...) without `x-` keys and
    those of a route, read-only; `positions` finds their places by path.
    """

    name: str
    declaration: Mapping[str, object]
    pos: Pos = field(compare=False)
    positions: Positions = field(compare=False, repr=False)
    description: str = ""
    run: str | None = None
    effect: Literal["thread"] | None = None
    timeout_ms: int = DEFAULT_ACTION_TIMEOUT_MS


@dataclass(frozen=True, slots=True)
class RouteDecl:
    """One route: a pattern, and the actions it runs in order.

    An action is the name of one in `Topology.actions`, or an `ActionDecl` written in place.
    `with_` is None where the params come from the signal's data.
    """

    pattern: str
    actions: tuple[str | ActionDecl, ...]
    pos: Pos = field(compare=False)
    with_: Mapping[str, object] | None = None
    priority: int = 0
    continue_on_error: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleDecl:
    """A signal that comes again and again; exactly one of `every_ms` and `cron` is set."""

    name: str
    signal_type: str
    pos: Pos = field(compare=False)
    data: object = None
    every_ms: int | None = None
    cron: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class OnErrorDecl:
    """What an agent does when one of its commands fails.

    `max_errors`: with that many failures within `within_ms`, it stops as with `stop`.
    """

    kind: Literal["log", "stop", "max_errors", "emit"] = "log"
    max_errors: int | None = None
    within_ms: int | None = None
    emit: str | None = None


@dataclass(frozen=True, slots=True)
class MailboxDecl:
    """How much may wait for an agent, and what happens to more."""

    max: int = 10_000
    overflow: Overflow = "reject"
    block_timeout_ms: int = 5000


@dataclass(frozen=True, slots=True)
class AgentDecl:
    """An agent as the file declares it; `state` is a full JSON Schema or None."""

    name: str
    pos: Pos = field(compare=False)
    positions: Positions = field(compare=False, repr=False)
    description: str = ""
    state: Mapping[str, object] | None = None
    routes: tuple[RouteDecl, ...] = ()
    subscribe: Subscribe = "routes"
    schedules: tuple[ScheduleDecl, ...] = ()
    on_error: OnErrorDecl = OnErrorDecl()
    on_unrouted: OnUnrouted = "dead_letter"
    mailbox: MailboxDecl = MailboxDecl()
    persist: Literal["none"] = "none"


@dataclass(frozen=True, slots=True)
class BackoffDecl:
    """Wait before a restart; the fields are those of `supervision.specs.Backoff`."""

    initial_ms: int = 100
    max_ms: int = 30_000
    factor: float = 2.0
    jitter: float = 0.0
    reset_after_ms: int | None = None
    give_up_after: int | None = None


@dataclass(frozen=True, slots=True)
class AgentChild:
    """A child that runs an agent; what it does not override is already the agent's."""

    id: str
    agent: str
    pos: Pos = field(compare=False)
    mailbox: MailboxDecl
    on_error: OnErrorDecl
    subscribe: Subscribe
    description: str = ""
    state: Mapping[str, object] = field(default_factory=dict)
    restart: Restart = "permanent"
    shutdown: Shutdown = DEFAULT_WORKER_SHUTDOWN_MS
    significant: bool = False
    backoff: BackoffDecl | None = None
    start_timeout_ms: int | None = None
    readiness: Literal["ignore"] | None = None


@dataclass(frozen=True, slots=True)
class SupervisorDecl:
    """A supervisor: the root (id `root`) or a child; `template` belongs to `dynamic` only."""

    id: str
    pos: Pos = field(compare=False)
    description: str = ""
    strategy: Strategy = "one_for_one"
    max_restarts: int = 3
    max_seconds: float = 5
    auto_shutdown: AutoShutdown = "never"
    children: tuple[ChildDecl, ...] = ()
    template: AgentChild | None = None
    max_children: int | None = None
    restart: Restart = "permanent"
    shutdown: Shutdown = "infinity"
    significant: bool = False
    backoff: BackoffDecl | None = None
    start_timeout_ms: int | None = None
    readiness: Literal["ignore"] | None = None


ChildDecl = AgentChild | SupervisorDecl


@dataclass(frozen=True, slots=True)
class Topology:
    """A whole file, ready to run; `positions` finds the place of anything by its path."""

    name: str
    file: Path
    project_root: Path
    root: SupervisorDecl
    actions: Mapping[str, ActionDecl]
    agents: Mapping[str, AgentDecl]
    positions: Positions = field(compare=False, repr=False)
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    max_hops: int = 256
    stall_ms: int = 1000
    log_level: Literal["debug", "info", "warning", "error"] = "info"
