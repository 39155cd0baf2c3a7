"""The frozen topology: what a file says, checked, with every default filled in.

Records only, equal when they mean the same wherever they stand. Durations are whole milliseconds,
names are resolved, lists are tuples; whoever holds a `Topology` needs no look at the file. No
YAML, no schemas compiled, no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from jido_cli.core.slots import CatchUp, Overlap
from jido_cli.topology.placed import Placed
from jido_cli.topology.positions import Pos, Positions
from jido_cli.topology.scenarios import ScenarioDecl

Strategy = Literal["one_for_one", "one_for_all", "rest_for_one", "dynamic"]
Restart = Literal["permanent", "transient", "temporary"]
Shutdown = int | Literal["brutal_kill", "infinity"]  # an int is milliseconds
AutoShutdown = Literal["never", "any_significant", "all_significant"]
Overflow = Literal["reject", "drop_oldest", "drop_newest", "block"]
OnUnrouted = Literal["dead_letter", "ignore", "error"]
OnParentDeath = Literal["stop", "continue", "emit_orphan"]
Persist = Literal["none", "checkpoint"]
Subscribe = Literal["routes", "none"] | tuple[str, ...]

ROOT_ID: Final = "root"
DEFAULT_WORKER_SHUTDOWN_MS: Final = 5000
DEFAULT_ACTION_TIMEOUT_MS: Final = 30_000


class SourceFile(msgspec.Struct, frozen=True):
    """One file that a topology is made of; the first is the topology's own.

    `path` is as it was given, or beside the file that includes it, and so as findings name it.
    """

    path: Path
    text: str
    includes: tuple[str, ...] = ()


class SecretRef(msgspec.Struct, frozen=True):
    """Stands for the value of a secret, which no topology holds.

    `origin` and `place` say where it is found when it is needed: the name of a variable of the
    environment, or of a file (`values`: the file of values, under the secret's own name).
    """

    name: str
    origin: Literal["environment", "file", "values"]
    place: str


class VarDecl(Placed, frozen=True, eq=False):
    """A typed input as the file declares it; `schema` is the JSON Schema of its value."""

    name: str
    schema: Mapping[str, object]
    pos: Pos
    description: str = ""
    secret: bool = False
    has_default: bool = False
    env: str | None = None
    file: str | None = None


class SignalDecl(Placed, frozen=True, eq=False):
    """A type of the catalogue; `data` is the full JSON Schema of its data, None for any."""

    type: str
    pos: Pos
    description: str = ""
    data: Mapping[str, object] | None = None
    external: bool = False


class ActionDecl(Placed, frozen=True, eq=False):
    """An action as the file declares it, by name or in place.

    `declaration` holds the keys as written (params, set, emit, run, ...) without `x-` keys and
    those of a route, read-only; `positions` finds their places by path. `timeout_ms` is None where
    the file says nothing: then that of the function holds, else `DEFAULT_ACTION_TIMEOUT_MS`.
    """

    name: str
    declaration: Mapping[str, object]
    pos: Pos
    positions: Positions
    description: str = ""
    run: str | None = None
    effect: Literal["thread"] | None = None
    timeout_ms: int | None = None


class RouteDecl(Placed, frozen=True, eq=False):
    """One route: a pattern, and the actions it runs in order.

    An action is the name of one in `Topology.actions`, or an `ActionDecl` written in place.
    `with_` is None where the params come from the signal's data. `when` is CEL, without braces,
    over signal, state and vars. `states` are those of the agent's machine in which alone the route
    is taken, none of them for all.
    """

    pattern: str
    actions: tuple[str | ActionDecl, ...]
    pos: Pos
    with_: Mapping[str, object] | None = None
    priority: int = 0
    continue_on_error: bool = False
    when: str | None = None
    when_pos: Pos | None = None
    states: tuple[str, ...] = ()


class FsmDecl(Placed, frozen=True, eq=False):
    """A machine of states on a field of the agent's state; the fields are those of `core.fsm`."""

    field: str
    initial: str
    transitions: Mapping[str, tuple[str, ...]]
    pos: Pos
    terminal: tuple[str, ...] = ()
    on_terminal: Literal["none", "stop", "emit"] = "none"
    emit: str = ""


class StrategyDecl(Placed, frozen=True, eq=False):
    """A strategy in Python: `run` is `module:Class`, `with_` its configuration."""

    run: str
    pos: Pos
    with_: Mapping[str, object] = {}


class PluginDecl(Placed, frozen=True, eq=False):
    """A plugin of an agent; exactly one of `use`, a built-in, and `run`, `module:Class`, is set.

    `key` says where its slice stands in the state, `prefix` stands before the types of its routes
    and schedules, `restart` is that of its sensors.
    """

    key: str
    prefix: str
    pos: Pos
    use: str | None = None
    run: str | None = None
    with_: Mapping[str, object] = {}
    restart: Restart = "transient"


class ScheduleDecl(Placed, frozen=True, eq=False):
    """A signal that comes again and again; exactly one of `every_ms` and `cron` is set.

    `when` is CEL, without braces, over signal, state and vars: the tick counts only if it is true.
    """

    name: str
    signal_type: str
    pos: Pos
    data: object = None
    every_ms: int | None = None
    cron: str | None = None
    timezone: str | None = None
    when: str | None = None
    when_pos: Pos | None = None
    jitter_ms: int = 0
    overlap: Overlap = "skip"
    catch_up: CatchUp = "skip"


class SensorDecl(Placed, frozen=True, eq=False):
    """A child of an agent that turns the world into signals; one of `use` and `run` is set."""

    name: str
    pos: Pos
    with_: Mapping[str, object]
    use: str | None = None
    run: str | None = None
    signal: str | None = None
    restart: Restart = "transient"
    description: str = ""


class OnErrorDecl(msgspec.Struct, frozen=True):
    """What an agent does when one of its commands fails.

    `max_errors`: with that many failures within `within_ms`, it stops as with `stop`. `split`
    treats failures that actions declare (`declared`) and all other exceptions (`bug`) apart; both
    are set then, and neither is split again.
    """

    kind: Literal["log", "stop", "max_errors", "emit", "split"] = "log"
    max_errors: int | None = None
    within_ms: int | None = None
    emit: str | None = None
    declared: OnErrorDecl | None = None
    bug: OnErrorDecl | None = None


class MailboxDecl(msgspec.Struct, frozen=True):
    """How much may wait for an agent, and what happens to more."""

    max: int = 10_000
    overflow: Overflow = "reject"
    block_timeout_ms: int = 5000


class DedupeDecl(msgspec.Struct, frozen=True):
    """How an agent knows signals again; `by` is CEL, without braces; None is source and id."""

    by: str | None = None
    keep_ms: int = 86_400_000
    max: int = 100_000


class AgentDecl(Placed, frozen=True, eq=False):
    """An agent as the file declares it; `state` is a full JSON Schema or None."""

    name: str
    pos: Pos
    positions: Positions
    description: str = ""
    state: Mapping[str, object] | None = None
    routes: tuple[RouteDecl, ...] = ()
    subscribe: Subscribe = "routes"
    schedules: tuple[ScheduleDecl, ...] = ()
    sensors: tuple[SensorDecl, ...] = ()
    on_error: OnErrorDecl = OnErrorDecl()
    on_unrouted: OnUnrouted = "dead_letter"
    mailbox: MailboxDecl = MailboxDecl()
    persist: Persist = "none"
    idle_timeout_ms: int | None = None
    dedupe: DedupeDecl | None = None
    on_parent_death: OnParentDeath = "stop"
    emits: tuple[str, ...] = ()
    strategy: FsmDecl | StrategyDecl | None = None
    plugins: tuple[PluginDecl, ...] = ()


class BackoffDecl(msgspec.Struct, frozen=True):
    """Wait before a restart; the fields are those of `supervision.specs.Backoff`."""

    initial_ms: int = 100
    max_ms: int = 30_000
    factor: float = 2.0
    jitter: float = 0.0
    reset_after_ms: int | None = None
    give_up_after: int | None = None


class DeliveryDecl(msgspec.Struct, frozen=True):
    """Who of a group gets a signal; `hash` is CEL, without braces, over signal and vars."""

    kind: Literal["one", "all", "hash"] = "one"
    hash: str | None = None


class ReplicasDecl(msgspec.Struct, frozen=True):
    """What a group makes its further members from, when it is scaled.

    `state` is as written: its expressions may read `replica.index`. `fixed_by` names another key
    whose value depends on that, if there is one: such a group cannot grow.
    """

    state: Mapping[str, object] = {}
    fixed_by: str | None = None


class AgentChild(Placed, frozen=True, eq=False):
    """A child that runs an agent; what it does not override is already the agent's.

    A member of `replicas` has the declared id as its `group`, and its number, from 1, as
    `replica_index`; its own id is the two joined. The members of one group follow one another.
    `delivery` is that of the group, or of a template's children.
    """

    id: str
    agent: str
    pos: Pos
    mailbox: MailboxDecl
    on_error: OnErrorDecl
    subscribe: Subscribe
    persist: Persist = "none"
    idle_timeout_ms: int | None = None
    description: str = ""
    state: Mapping[str, object] = {}
    restart: Restart = "permanent"
    shutdown: Shutdown = DEFAULT_WORKER_SHUTDOWN_MS
    significant: bool = False
    backoff: BackoffDecl | None = None
    start_timeout_ms: int | None = None
    readiness: Literal["ignore"] | None = None
    group: str | None = None
    replica_index: int | None = None
    replicas: ReplicasDecl | None = None
    delivery: DeliveryDecl = DeliveryDecl()


class MountDecl(msgspec.Struct, frozen=True):
    """What makes a supervisor another topology: whose names hold below it, and whose bus.

    With a bus of its own the patterns in `bridge_in` name what is heard there of the outer one,
    those in `bridge_out` what the outer one hears.
    """

    topology: Topology
    has_own_bus: bool = False
    bridge_in: tuple[str, ...] = ()
    bridge_out: tuple[str, ...] = ()


class KeyedDecl(msgspec.Struct, frozen=True):
    """One child for each key; `by` is CEL, without braces, over signal and vars."""

    by: str
    on_full: Literal["reject", "hibernate_oldest"] = "reject"
    on_missing: Literal["start", "reject"] = "start"


class SupervisorDecl(Placed, frozen=True, eq=False):
    """A supervisor: the root (id `root`) or a child; `template` belongs to `dynamic` only.

    A supervisor can be a member of `replicas` too, each with children of its own. With `mount` it
    is the root of another topology, in whose names its children speak.
    """

    id: str
    pos: Pos
    description: str = ""
    strategy: Strategy = "one_for_one"
    max_restarts: int = 3
    max_seconds: float = 5
    auto_shutdown: AutoShutdown = "never"
    children: tuple[ChildDecl, ...] = ()
    template: AgentChild | None = None
    max_children: int | None = None
    keyed: KeyedDecl | None = None
    restart: Restart = "permanent"
    shutdown: Shutdown = "infinity"
    significant: bool = False
    backoff: BackoffDecl | None = None
    start_timeout_ms: int | None = None
    readiness: Literal["ignore"] | None = None
    group: str | None = None
    replica_index: int | None = None
    mount: MountDecl | None = None


ChildDecl = AgentChild | SupervisorDecl


class Topology(Placed, frozen=True, eq=False):
    """A whole topology, ready to run; `positions` finds the place of anything by its path.

    `vars` holds the values of the vars, a `SecretRef` for each secret; what expressions see of
    them is `readable_vars`. `files` are the file itself and all that it includes: a `Pos` says by
    its index in which of them it lies.
    """

    name: str
    file: Path
    project_root: Path
    root: SupervisorDecl
    actions: Mapping[str, ActionDecl]
    agents: Mapping[str, AgentDecl]
    positions: Positions
    description: str = ""
    labels: Mapping[str, str] = {}
    max_hops: int = 256
    stall_ms: int = 1000
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    vars: Mapping[str, object] = {}
    var_decls: Mapping[str, VarDecl] = {}
    signals: Mapping[str, SignalDecl] = {}
    files: tuple[SourceFile, ...] = ()
    scenarios: Mapping[str, ScenarioDecl] = {}

    @property
    def readable_vars(self) -> dict[str, object]:
        """Return the vars that expressions may read: all but the secrets."""
        return {
            name: value for name, value in self.vars.items() if not isinstance(value, SecretRef)
        }

    def file_of(self, pos: Pos) -> Path:
        """Return the file in which *pos* lies."""
        return self.files[pos.file].path if pos.file < len(self.files) else self.file
