"""What one supervision machine knows and is doing: its mutable inside, without any behaviour.

Here live the work at hand (continuations as data, so that `snapshot` can show them) and the fields
that the modules of the machine share. Nothing outside this room may hold one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from jido_cli.supervision.backoff import Streak
from jido_cli.supervision.children import Child, ChildTable
from jido_cli.supervision.effects import ArmTimer, Effect
from jido_cli.supervision.reasons import NORMAL, ExitReason
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags
from jido_cli.supervision.window import RestartWindow

# new -> booting -> running -> exiting -> exited; a boot that fails goes from booting to exiting.
Phase = Literal["new", "booting", "running", "exiting", "exited"]

# What the work is for, which decides what a failed start means and how it ends.
Kind = Literal[
    "idle", "boot", "restart", "group", "start_child", "restart_child", "terminate_child", "exit"
]

# Stands where no child is meant, so that the hot paths need not ask; its ref 0 is never given out.
NOBODY: Final = Child("", ChildSpec("", None))


class Work:
    """What the machine is about: children to stop, then children to start, then an end by `kind`.

    Both lists are consumed from their end: `stop` in start order, so that the last started is
    stopped first, `start` in reverse. Between the two a restart may have to wait (backoff). A
    machine has one of these and uses it again and again: there is never more than one work.
    """

    __slots__ = ("call_id", "child", "kind", "reason", "start", "stop", "wait")

    def __init__(self) -> None:
        self.kind: Kind = "idle"
        self.child = NOBODY  # whom it is for
        self.call_id = 0  # whom to answer
        self.stop: list[Child] = []
        self.start: list[Child] = []
        self.wait: ArmTimer | None = None  # to be armed between the two
        self.reason: ExitReason = NORMAL  # of an exit

    def begin(self, kind: Kind, child: Child = NOBODY, call_id: int = 0) -> None:
        """Begin a work of *kind* for *child*."""
        self.kind = kind
        self.child = child
        self.call_id = call_id

    def end(self) -> None:
        """End it, whatever was still to do."""
        self.kind = "idle"
        self.child = NOBODY
        self.call_id = 0
        self.wait = None
        self.stop.clear()
        self.start.clear()


class State:
    """All that one machine knows."""

    __slots__ = (
        "awaited_exits",
        "awaited_start",
        "flags",
        "is_awaiting",
        "is_group",
        "last_ref",
        "last_timer",
        "now",
        "out",
        "phase",
        "retries",
        "specs",
        "stop_timer",
        "streaks",
        "table",
        "template",
        "waits",
        "window",
        "work",
    )

    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        self.flags = flags
        self.specs = tuple(specs)
        self.is_group = flags.strategy in ("one_for_all", "rest_for_one")
        self.template: ChildSpec | None = None  # of a dynamic supervisor that is up
        self.table = ChildTable()
        self.window = RestartWindow(flags.max_seconds)
        self.phase: Phase = "new"
        # Selective receive, as OTP's supervisor does it: while a child starts or stops, only what
        # is awaited is handled. Either one start or some exits, never both.
        self.is_awaiting = True
        self.awaited_start = NOBODY
        self.awaited_exits: dict[int, Child] = {}
        self.stop_timer = 0  # the armed limit of a shutdown; 0 is none
        self.work = Work()
        self.retries: dict[int, Child] = {}  # by the ref of a `RetryLater` under way
        self.waits: dict[int, Child] = {}  # by the timer of a backoff
        self.streaks: dict[str, Streak] = {}  # by id, of children with a backoff that restarted
        self.last_ref = 0
        self.last_timer = 0
        self.now = 0.0
        self.out: list[Effect] = []

    def new_timer(self) -> int:
        """Return a number for a timer."""
        self.last_timer += 1
        return self.last_timer
