"""Restarts: what an exit leads to, what it takes with it, how often, and when it is given up.

Here lives every decision that OTP's supervisor takes on the exit of a child. How children are
stopped and started then is `flow`'s.
"""

from __future__ import annotations

from itertools import takewhile

from jido_cli.supervision.backoff import Streak
from jido_cli.supervision.children import Child
from jido_cli.supervision.effects import ArmTimer, GaveUp, RestartCounted
from jido_cli.supervision.events import ChildExited, RetryDue, TimerFired
from jido_cli.supervision.flow import begin_exit, forget, proceed
from jido_cli.supervision.reasons import SHUTDOWN, should_restart
from jido_cli.supervision.state import State


def on_exit(s: State, event: ChildExited) -> None:
    """Handle that a child is gone by itself; one that is unknown (crossed off) is ignored."""
    child = s.table.by_process.get(event.ref)
    if child is None or child.status != "alive":
        return
    if should_restart(child.spec.restart, event.reason):
        s.table.set_restarting(child, "restarting")
        _restart(s, child)
        return
    if child.spec.restart == "temporary" or s.template is not None:
        forget(s, child)
    else:
        s.table.set_undefined(child)
        s.streaks.pop(child.id, None)
    if child.spec.significant and _should_shut_down(s):
        begin_exit(s, SHUTDOWN)


def on_retry(s: State, event: RetryDue) -> None:
    """Try a failed restart again, unless its child is no longer being restarted.

    A retry that another restart has overtaken serves a later failure of the same child as well:
    OTP's retries name the child, not the attempt.
    """
    child = s.retries.pop(event.ref, None)
    if child is not None and child.status == "restarting":
        _restart(s, child)


def on_timer(s: State, event: TimerFired) -> None:
    """Start a child, or its group, whose backoff is over; it was counted when it began."""
    child = s.waits.pop(event.timer, None)
    if child is None:
        return
    s.table.set_restarting(child, "restarting")
    _carry_out(s, child, None)


def _group_of(s: State, child: Child) -> list[Child]:
    """Return the children that are restarted with *child*, itself included, in start order."""
    if s.flags.strategy == "one_for_all":
        return list(s.table)
    # From the end, so that it costs no more than the group is long.
    members = iter(reversed(s.table.by_id.values()))
    group = [*takewhile(lambda member: member is not child, members), child]
    group.reverse()
    return group


def _restart(s: State, child: Child) -> None:
    """Count a restart of *child*, then carry it out, let it wait or give up."""
    used = s.window.record(s.now)
    if used > s.flags.max_restarts:
        s.out.append(GaveUp(child.ref, child.id, used))
        begin_exit(s, SHUTDOWN)
        return
    wait = None
    backoff = child.spec.backoff
    if backoff is not None:
        streak = s.streaks.setdefault(child.id, Streak())
        delay_ms = streak.extend(backoff, s.now)
        if backoff.give_up_after is not None and streak.count > backoff.give_up_after:
            s.out.append(GaveUp(child.ref, child.id, streak.count, "give_up_after"))
            begin_exit(s, SHUTDOWN)
            return
        streak.timer = s.new_timer()
        wait = ArmTimer(streak.timer, delay_ms, backoff.jitter, child.id)
    ids = tuple([m.id for m in _group_of(s, child)]) if s.is_group else (child.id,)
    s.out.append(RestartCounted(child.ref, child.id, used, ids))
    _carry_out(s, child, wait)


def _carry_out(s: State, child: Child, wait: ArmTimer | None) -> None:
    """Stop what restarts with *child*, let it wait, start it all."""
    work = s.work
    work.wait = wait
    if not s.is_group:
        work.begin("restart", child)
        work.start.append(child)
        proceed(s)
        return
    group = _group_of(s, child)
    work.begin("group", child)
    work.stop.extend(group)
    # Temporary members are stopped and gone. All others start, also those that had ended, had
    # been stopped or ignored: the group begins as it did at boot.
    work.start.extend(m for m in reversed(group) if m.spec.restart != "temporary")
    proceed(s)


def _should_shut_down(s: State) -> bool:
    """Return whether the exit of a significant child that stays down ends the supervisor.

    Without automatic shutdown there are no significant children: `validation` refuses them.
    """
    if s.flags.auto_shutdown == "any_significant":
        return True
    if s.template is not None:
        return not s.table.by_id
    return not s.table.significant
