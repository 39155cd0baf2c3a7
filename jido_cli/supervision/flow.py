"""Stopping and starting children: the machine's work at hand, step by step.

Here lives what follows from a piece of work once it is decided. Decisions do not: that an exit
leads to a restart is `restarting`'s, that a call may be served is `calls`'.
"""

from __future__ import annotations

from typing import Final

from jido_cli.errors import InternalError
from jido_cli.supervision.answers import Answer, Ignored, Ok, Started, StartError
from jido_cli.supervision.children import Child
from jido_cli.supervision.effects import (
    ArmTimer,
    BootDone,
    CancelTimer,
    Exit,
    ForgetChild,
    KillChild,
    Reply,
    RetryLater,
    StartChild,
    TerminateChild,
)
from jido_cli.supervision.events import (
    ChildExited,
    ChildStarted,
    Event,
    StartFailed,
    StartIgnored,
    TimerFired,
)
from jido_cli.supervision.reasons import SHUTDOWN, ExitReason
from jido_cli.supervision.specs import Shutdown
from jido_cli.supervision.state import NOBODY, State, Work
from jido_cli.supervision.validation import FailedChild

OK: Final = Ok()


def proceed(s: State) -> None:
    """Take the next step of the work at hand: stop, else wait, else start, else finish."""
    work = s.work
    while work.stop:
        child = work.stop.pop()
        if child.status == "alive":
            _stop(s, [child], child.spec.shutdown_time())
            return
        _cross_off(s, child)
    if work.wait is not None:
        _wait(s, work, work.wait)
    elif work.start:
        begin_start(s, work.start.pop())
    else:
        _finish(s, work)


def begin_start(s: State, child: Child) -> None:
    """Order one start and await its answer."""
    s.last_ref = ref = s.last_ref + 1
    child.ref = ref
    s.awaited_start = child
    s.is_awaiting = True
    s.out.append(StartChild(ref, child.id, child.spec, child.args))


def begin_exit(s: State, reason: ExitReason) -> None:
    """Stop all children in reverse start order (of `dynamic` all at once), then exit."""
    s.phase = "exiting"
    for child in list(s.waits.values()):
        _cancel_wait(s, child)
        s.table.set_undefined(child)
    s.retries.clear()
    work = s.work
    work.end()  # a failed boot leaves starts undone
    work.begin("exit")
    work.reason = reason
    if s.template is None:
        work.stop.extend(s.table)
        proceed(s)
        return
    living = []
    for child in s.table:
        if child.status == "alive":
            living.append(child)
        else:
            s.table.set_undefined(child)
    if living:
        _stop(s, living, s.template.shutdown_time())
    else:
        _finish(s, work)


def forget(s: State, child: Child) -> None:
    """Let *child* leave the supervisor for good."""
    s.table.remove(child)
    s.streaks.pop(child.id, None)
    s.out.append(ForgetChild(child.ref, child.id))


# --- what is awaited -----------------------------------------------------------------------------


def on_started(s: State, event: ChildStarted) -> None:
    """Handle that the awaited start is up."""
    child = s.awaited_start
    if event.ref != child.ref:
        return
    work = _end_await(s)
    if work.kind == "start_child":
        s.table.add(child)
    s.table.set_alive(child)
    if s.streaks:
        streak = s.streaks.get(child.id)
        if streak is not None:
            streak.note_up(s.now)
    if work.start:
        begin_start(s, work.start.pop())
    else:
        is_call = work.kind == "start_child" or work.kind == "restart_child"
        _finish(s, work, Started(event.ref, child.id) if is_call else OK)


def on_ignored(s: State, event: StartIgnored) -> None:
    """Handle that the awaited start succeeded without a process."""
    child = s.awaited_start
    if event.ref != child.ref:
        return
    work = _end_await(s)
    s.table.set_undefined(child)
    # Without a process a temporary or dynamic child has nothing to be kept for. OTP 25 keeps a
    # dynamic child whose restart was ignored under the pid `undefined`, which is a slip of its.
    is_kept = s.template is None and child.spec.restart != "temporary"
    if work.kind == "start_child":
        if is_kept:
            s.table.add(child)
        else:
            s.out.append(ForgetChild(child.ref, child.id))
    elif not is_kept:
        forget(s, child)
    if work.start:
        begin_start(s, work.start.pop())
    else:
        _finish(s, work, Ignored())


def on_failed(s: State, event: StartFailed) -> None:
    """Handle that the awaited start failed."""
    child = s.awaited_start
    if event.ref != child.ref:
        return
    work = _end_await(s)
    match work.kind:
        case "boot":
            begin_exit(s, ExitReason("shutdown", FailedChild(child.id, event.reason)))
        case "start_child":
            s.out.append(ForgetChild(child.ref, child.id))
            _finish(s, work, StartError(event.reason))
        case "restart_child":
            _finish(s, work, StartError(event.reason))
        case _:  # a restart, alone or of a group
            # The one whose start failed is retried, not the one whose exit began it, and behind
            # what lies in the mailbox by now: an order to stop must be able to come first.
            work.end()
            s.table.set_restarting(child, "restarting")
            s.retries[child.ref] = child
            s.out.append(RetryLater(child.ref))


def on_awaited_exit(s: State, event: ChildExited) -> None:
    """Handle that a child that is being stopped is gone, for whatever reason."""
    child = s.awaited_exits.pop(event.ref, None)
    if child is None:
        known = s.table.by_process.get(event.ref)
        if known is not None and known.status == "alive":
            refuse(s, event)
        return
    if s.awaited_exits:
        s.table.set_undefined(child)
        return
    s.is_awaiting = False
    if s.stop_timer:
        s.out.append(CancelTimer(s.stop_timer))
        s.stop_timer = 0
    _cross_off(s, child)
    proceed(s)


def on_stop_timer(s: State, event: TimerFired) -> None:
    """Kill whoever did not stop in time, and go on waiting for the exits."""
    if event.timer == s.stop_timer:
        s.stop_timer = 0
        s.out.extend(KillChild(ref) for ref in s.awaited_exits)
    elif event.timer in s.waits:
        refuse(s, event)


def refuse(s: State, event: Event) -> None:
    """Refuse an event that would be lost, because the machine waits for something else.

    A fact that has become meaningless (of a process that was crossed off, of a cancelled timer)
    is ignored at any time; only what the runner had to keep in its mailbox comes here.
    """
    raise InternalError(f"a supervision machine at {s.work.kind!r} was given {event!r}")


# --- steps ---------------------------------------------------------------------------------------


def _end_await(s: State) -> Work:
    s.awaited_start = NOBODY
    s.is_awaiting = False
    return s.work


def _stop(s: State, children: list[Child], shutdown: Shutdown) -> None:
    s.is_awaiting = True
    s.awaited_exits = {child.process: child for child in children}
    if shutdown == "brutal_kill":
        s.out.extend(KillChild(ref) for ref in s.awaited_exits)
        return
    s.out.extend(TerminateChild(ref, SHUTDOWN) for ref in s.awaited_exits)
    if isinstance(shutdown, int):
        s.stop_timer = s.new_timer()
        s.out.append(ArmTimer(s.stop_timer, shutdown))


def _cross_off(s: State, child: Child) -> None:
    """Note that a stopped child is gone, or was found without a process."""
    if child.status == "waiting":
        _cancel_wait(s, child)
    s.table.set_undefined(child)
    if s.work.kind == "exit":
        return
    if child.spec.restart == "temporary" or s.template is not None:
        forget(s, child)


def _cancel_wait(s: State, child: Child) -> None:
    """Cancel the backoff that *child* waits for."""
    timer = s.streaks[child.id].timer
    del s.waits[timer]
    s.out.append(CancelTimer(timer))


def _wait(s: State, work: Work, wait: ArmTimer) -> None:
    """Let the restart of the work's child wait; the timer will take it up."""
    child = work.child
    work.end()
    s.waits[wait.timer] = child
    s.table.set_restarting(child, "waiting")
    s.out.append(wait)


def _finish(s: State, work: Work, answer: Answer = OK) -> None:
    match work.kind:
        case "start_child" | "restart_child" | "terminate_child":
            s.out.append(Reply(work.call_id, answer))
        case "boot":
            s.phase = "running"
            s.out.append(BootDone())
        case "exit":
            s.phase = "exited"
            s.out.append(Exit(work.reason))
        case _:  # nobody waits to hear of the end of a restart
            pass
    work.kind = "idle"
