"""What a child is started from: the payload of its specification, shared by all incarnations.

Values only. `AgentProgram` is made once for an agent and its overrides, however many children
run it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from jido_cli.bus.groups import Spread
from jido_cli.core.agent import AgentDefinition, When
from jido_cli.core.declarative.signal_keys import SignalKey
from jido_cli.core.sensor import SensorDefinition
from jido_cli.core.slots import CatchUp, Overlap
from jido_cli.core.values import FrozenDict
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place
    from jido_cli.runtime.supervising.service import ServiceContext

Persist = Literal["none", "checkpoint"]
Overflow = Literal["reject", "drop_oldest", "drop_newest", "block"]
Kind = Literal["agent", "service", "sensor", "supervisor"]
OnParentDeath = Literal["stop", "continue", "emit_orphan"]


@dataclass(frozen=True, slots=True)
class MailboxPolicy:
    """How much may wait for an agent, and what happens to more."""

    max: int = 10_000
    overflow: Overflow = "reject"
    block_timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class ErrorPolicy:
    """What an agent does when one of its commands fails (runtime.md 8).

    `max_errors` failures within `within_s` stop it as `stop` does. `split` asks `declared` about
    failures that an action's author foresaw and `bug` about all others; these are not split.
    """

    kind: Literal["log", "stop", "max_errors", "emit", "split"] = "log"
    max_errors: int = 0
    within_s: float = 0.0
    emit: str | None = None
    declared: ErrorPolicy | None = None
    bug: ErrorPolicy | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A signal that comes again and again: `every_s` seconds, or by cron expression and zone."""

    name: str
    signal_type: str
    data: object = None
    every_s: float | None = None
    cron: str | None = None
    timezone: str | None = None
    when: When | None = None  # asked with the agent's committed state; false skips the tick
    jitter_s: float = 0.0  # a tick comes up to so much later than its slot
    overlap: Overlap = "skip"
    catch_up: CatchUp = "skip"
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class DedupeStart:
    """Which signals are the same (None: of one source and id), and for how long that is known."""

    key: SignalKey | None = None
    keep_s: float = 86_400.0
    max: int = 100_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the file declares a child, for people."""

    file: str
    line: int
    column: int

    @property
    def folder(self) -> str:
        """Where the file lies."""
        return str(Path(self.file).resolve().parent)


@dataclass(frozen=True, slots=True)
class MountedPlugin:
    """A plugin of an agent, for people: its key in the state, what it is, its prefix."""

    key: str
    of: str
    prefix: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class AgentProgram:
    """An agent as the runtime runs it: definition and policies."""

    definition: AgentDefinition
    mailbox: MailboxPolicy = MailboxPolicy()
    on_error: ErrorPolicy = ErrorPolicy()
    on_unrouted: Literal["dead_letter", "ignore", "error"] = "dead_letter"
    subscribe: Literal["routes", "none"] | tuple[str, ...] = "routes"
    schedules: tuple[Schedule, ...] = ()
    origin: Origin | None = None
    plugins: tuple[MountedPlugin, ...] = ()
    on_parent_death: OnParentDeath = "stop"
    persist: Persist = "none"
    dedupe: DedupeStart | None = None
    idle_timeout_s: float | None = None  # keyed agents: without mail for so long, they sleep
    sensors: tuple[ChildSpec, ...] = ()  # what each starts is a `SensorStart`


@dataclass(frozen=True, slots=True)
class GroupStart:
    """A group that is one subscriber: its name, and who of it a signal goes to.

    `state_of` gives the initial state of a member by its number, for those that the group gets
    at run time; `fixed_by` names the key of the file that keeps it from growing, if there is one.
    """

    name: str
    spread: Spread = "one"
    key: SignalKey | None = None
    state_of: Callable[[int], Mapping[str, object]] | None = None
    fixed_by: str | None = None


@dataclass(frozen=True, slots=True)
class AgentStart:
    """Start an agent with its initial state, overridden by *state*."""

    kind: ClassVar[Kind] = "agent"
    program: AgentProgram
    state: Mapping[str, object] = field(default_factory=dict)
    origin: Origin | None = None
    readiness_ignored: bool = False
    group: GroupStart | None = None  # of the members of `replicas`, or of a template's children


@dataclass(frozen=True, slots=True)
class ServiceStart:
    """Start a service: a coroutine function called with a `ServiceContext`."""

    kind: ClassVar[Kind] = "service"
    function: Callable[[ServiceContext], Awaitable[None]]
    name: str
    start_timeout_s: float | None = None
    origin: Origin | None = None
    readiness_ignored: bool = False


@dataclass(frozen=True, slots=True)
class Mount:
    """What holds below the root of a mounted topology: its agents by name, and its bus.

    With a bus of its own, patterns name what that hears of the one above, and what the one above
    hears of it.
    """

    programs: Mapping[str, AgentProgram]
    has_own_bus: bool = False
    bridge_in: tuple[str, ...] = ()
    bridge_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SensorStart:
    """Start a sensor of an agent with a checked config.

    `signal` is the type of its signals, None for what the definition says; `by` who asked for it.
    """

    kind: ClassVar[Kind] = "sensor"
    definition: SensorDefinition
    config: FrozenDict
    signal: str | None = None
    folder: str = "."
    by: Literal["file", "directive"] = "file"
    origin: Origin | None = None
    readiness_ignored: bool = False


@dataclass(frozen=True, slots=True)
class KeyedStart:
    """One child for each key, started on first use; the children of such a supervisor are keyed.

    `on_full`: what happens beyond `max_children`. `on_missing`: what a key comes to that nobody
    has, not even asleep.
    """

    key: SignalKey
    on_full: Literal["reject", "hibernate_oldest"] = "reject"
    on_missing: Literal["start", "reject"] = "start"


@dataclass(frozen=True, slots=True)
class SupervisorStart:
    """Start a supervisor over *specs*; for `dynamic` the only one is the template.

    A group that is scaled changes `specs` in place, so that a restart of the supervisor starts as
    many members as there were. `each` are the limits of each child, where whoever owns the
    supervisor counts them.
    """

    kind: ClassVar[Kind] = "supervisor"
    flags: SupervisorFlags
    specs: Sequence[ChildSpec]
    origin: Origin | None = None
    readiness_ignored: bool = False
    mount: Mount | None = None
    keyed: KeyedStart | None = None
    each: SupervisorFlags | None = None


Start = AgentStart | ServiceStart | SensorStart | SupervisorStart


@dataclass(frozen=True, slots=True)
class ChildArgs:
    """How one started child differs from its specification."""

    start: AgentStart | None = None
    state: Mapping[str, object] = field(default_factory=dict)
    tag: str | None = None
    meta: Mapping[str, object] = field(default_factory=dict)
    parent: Place | None = None
    parent_generation: int = 0  # the incarnation that asked for the child
    on_parent_death: OnParentDeath = "stop"
    key: str | None = None
