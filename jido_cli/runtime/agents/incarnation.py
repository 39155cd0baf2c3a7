"""What belongs to one incarnation of an agent: its place, its parts, who it is.

Questions only: what it does with its mail, and how it lives and ends, is in `server`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jido_cli.core.agent import Agent
from jido_cli.core.context import AgentInfo
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.effectful import EffectRun
from jido_cli.runtime.agents.identity import info_of
from jido_cli.runtime.agents.parts import Parts
from jido_cli.runtime.agents.sensors import Sensors
from jido_cli.runtime.agents.timers import Timers
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentProgram, AgentStart, ChildArgs
from jido_cli.supervision.reasons import ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agents.dedupe import Window
    from jido_cli.runtime.agents.instructions import InstructionRun
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


class Incarnation:
    """One incarnation of an agent, as others see it.

    `agent` is the newest decided state, `committed` the newest durable one: readers see only
    that. `is_held` is true while mail must wait: an effectful instruction runs, directives wait
    for room, or the agent is stopping.
    """

    __slots__ = (
        "_info",
        "_parts",
        "_source",
        "agent",
        "args",
        "committed",
        "generation",
        "is_alive",
        "is_held",
        "place",
        "ref",
        "running",
        "stopping",
        "supervisor",
    )

    def __init__(
        self,
        place: Place,
        ref: int,
        runner: SupervisorRunner,
    ) -> None:
        self.place = place
        self.ref = ref
        self.generation = place.generation
        self.is_alive = True
        self.is_held = False
        self.running: EffectRun | None = None
        self.stopping: ExitReason | None = None
        self.args: ChildArgs | None = None
        self.supervisor = runner
        self._parts: Parts | None = None
        self._source: str | None = None
        self._info: AgentInfo | None = None
        self.agent: Agent
        self.committed: Agent

    @property
    def kernel(self) -> Kernel:
        """The shared parts of the engine."""
        return self.place.kernel

    @property
    def program(self) -> AgentProgram:
        """The agent as the runtime runs it."""
        start = self.place.start
        assert isinstance(start, AgentStart)
        return start.program

    @property
    def window(self) -> Window | None:
        """The signals that it has handled and would know again, if it keeps such."""
        return None

    @property
    def has_open_commits(self) -> bool:
        """Whether a commit is not answered yet."""
        commits = None if self._parts is None else self._parts.commits
        return commits is not None and commits.is_open

    def taken_back(self, first_seq: int) -> None:
        """Commands from *first_seq* on were taken back."""

    @property
    def overrides(self) -> Mapping[str, object]:
        """What its initial state differs by from the defaults."""
        start = self.place.start
        assert isinstance(start, AgentStart)
        return start.state if self.args is None else {**start.state, **self.args.state}

    @property
    def is_resting(self) -> bool:
        """Whether it runs, has nothing under way, and nothing will come by itself."""
        if not self.is_alive or self.is_held or self.running is not None:
            return False
        bonds = self.kernel.bonds
        if bonds.has_children(self.place) or bonds.of(self.place) is not None:
            return False
        return self._parts is None or self._parts.is_resting

    @property
    def timers(self) -> Timers | None:
        """The timers, if one was ever armed."""
        return None if self._parts is None else self._parts.timers

    def instruction(self, run_id: str) -> InstructionRun | None:
        """Return the instruction *run_id* that runs beside the mailbox."""
        instructions = None if self._parts is None else self._parts.instructions
        return None if instructions is None else instructions.running.get(run_id)

    @property
    def sensors(self) -> Sensors | None:
        """The sensors, if there is or was one."""
        return None if self._parts is None else self._parts.sensors

    @property
    def committed_seq(self) -> int:
        """The number of the command that `committed` is from."""
        commits = None if self._parts is None else self._parts.commits
        return self.place.handled if commits is None else commits.durable_seq

    @property
    def source(self) -> str:
        """What this agent's signals say where they come from: its path."""
        if self._source is None:
            self._source = self.place.path
        return self._source

    @property
    def info(self) -> AgentInfo:
        """Who this agent is, as its actions see it."""
        if self._info is None:
            self._info = info_of(self)
        return self._info

    def forget_info(self) -> None:
        """Its parent has changed: who it is will be looked up anew."""
        self._info = None

    def describe_step(self, signal: Signal) -> tuple[str, float]:
        """Return the names of the actions that *signal* runs, and their timeout in seconds."""
        routes = self.program.definition.plan(signal.type)
        actions = [action for route in routes for action, _ in route.instructions]
        return " + ".join(one.name for one in actions), sum(one.timeout_s for one in actions)
