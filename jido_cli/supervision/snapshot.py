"""The frozen whole state of a machine, for tests and for whoever shows it.

Values only, taken from `state`; nothing here can be handed back to a machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from jido_cli.supervision.children import Status
from jido_cli.supervision.effects import ArmTimer
from jido_cli.supervision.reasons import ExitReason
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags
from jido_cli.supervision.state import Kind, Phase, State, Work


@dataclass(frozen=True, slots=True)
class ChildSnapshot:
    """One child; `ref` is its last start attempt, `process` its last one that was up."""

    id: str
    status: Status
    ref: int
    process: int
    spec: ChildSpec
    args: object = None


@dataclass(frozen=True, slots=True)
class WorkSnapshot:
    """The work at hand: ids still to stop and still to start, next first."""

    kind: Kind
    child: str | None
    stop: tuple[str, ...]
    start: tuple[str, ...]
    call_id: int | None
    wait: ArmTimer | None
    reason: ExitReason | None


@dataclass(frozen=True, slots=True)
class StreakSnapshot:
    """The restarts in a row of a child with a backoff."""

    id: str
    count: int
    next_delay_ms: float
    up_since: float | None


@dataclass(frozen=True, slots=True)
class MachineSnapshot:
    """All that a machine knows."""

    phase: Phase
    flags: SupervisorFlags
    children: tuple[ChildSnapshot, ...]
    restarts: tuple[float, ...]
    work: WorkSnapshot | None
    awaited_start: int | None
    awaited_exits: tuple[int, ...]
    stop_timer: int | None
    retries: tuple[tuple[int, str], ...]
    waits: tuple[tuple[int, str], ...]
    streaks: tuple[StreakSnapshot, ...]


def take(s: State) -> MachineSnapshot:
    """Return the whole of *s*."""
    return MachineSnapshot(
        phase=s.phase,
        flags=s.flags,
        children=tuple(
            ChildSnapshot(c.id, c.status, c.ref, c.process, c.spec, c.args) for c in s.table
        ),
        restarts=s.window.times(),
        work=None if s.work.kind == "idle" else _work(s.work),
        awaited_start=s.awaited_start.ref or None,
        awaited_exits=tuple(s.awaited_exits),
        stop_timer=s.stop_timer or None,
        retries=tuple((ref, child.id) for ref, child in s.retries.items()),
        waits=tuple((timer, child.id) for timer, child in s.waits.items()),
        streaks=tuple(
            StreakSnapshot(ident, streak.count, streak.next_delay_ms, streak.up_since)
            for ident, streak in s.streaks.items()
        ),
    )


def _work(work: Work) -> WorkSnapshot:
    return WorkSnapshot(
        kind=work.kind,
        child=work.child.id or None,
        stop=tuple(child.id for child in reversed(work.stop or ())),
        start=tuple(child.id for child in reversed(work.start or ())),
        call_id=work.call_id or None,
        wait=work.wait,
        reason=work.reason if work.kind == "exit" else None,
    )
