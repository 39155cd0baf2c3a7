"""Records as plain data, in the shapes of the control API: events, exits, directives, answers.

Pure translation of values that do not change any more; what of an engine is shown live is in
`view`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jido_cli.core import directives as ask
from jido_cli.core import own_directives
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import ActionFailure
from jido_cli.core.signals import to_cloudevent
from jido_cli.core.values import thaw
from jido_cli.observe.events import Event
from jido_cli.observe.records import DeadLetter, DirectiveRecord, ExitRecord
from jido_cli.observe.text import measures
from jido_cli.runtime.supervising.crash_reports import user_frame
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart

if TYPE_CHECKING:
    from jido_cli.runtime.agents.calls import Answer
    from jido_cli.runtime.waiting import WaitResult
    from jido_cli.runtime.watching.watch import Stall

Data = dict[str, Any]


def stall(found: Stall | None) -> Data | None:
    """Return what keeps the loop."""
    if found is None:
        return None
    return {
        "agent": found.agent,
        "action": found.action,
        "ms": found.ms,
        "stack": list(found.stack),
    }


def event(one: Event) -> Data:
    """Return an event."""
    return {
        "seq": one.seq,
        "at": one.at,
        "kind": one.kind,
        "path": one.path,
        "text": one.text,
        "data": dict(one.data),
    }


def exit_record(record: ExitRecord) -> Data:
    """Return how an incarnation ended."""
    return {
        "at": record.at,
        "reason": record.reason,
        "kind": record.kind,
        "generation": record.generation,
        "signal": record.signal,
        "frame": record.frame,
        "trace": list(record.trace),
    }


def directive(seq: int, record: DirectiveRecord) -> Data:
    """Return a record of the directive log."""
    wall_ns, subject, asked, cause, outcome, duration_s, detail = record
    assert isinstance(asked, Directive)
    return {
        "seq": seq,
        "at": wall_ns / 1e9,
        "agent": subject.path,
        "type": asked.kind,
        "summary": summary(asked),
        "cause": cause,
        "outcome": outcome,
        "ms": duration_s * 1000,
        "detail": detail,
    }


def summary(asked: Directive) -> str:
    """Return what a directive asks for, in a few words."""
    match asked:
        case ask.Emit(type=signal_type, to=to):
            return f"{signal_type} → {_target(to)}"
        case ask.Schedule(signal=ask.SignalSpec(type=signal_type), after_ms=after_ms, at=at):
            when = f"in {measures.setting(after_ms)}" if after_ms is not None else f"at {at}"
            return f"{signal_type} {when}"
        case ask.Cron(cron=cron, signal=ask.SignalSpec(type=signal_type)):
            return f"{signal_type} {cron}"
        case ask.SpawnAgent(agent=agent, tag=tag):
            return f"{agent} {tag or ''}".rstrip()
        case ask.StopChild(tag=tag):
            return tag
        case own_directives.Run(target=target):
            return str(target)
        case ask.AdoptChild(child=child, tag=tag):
            return f"{child} as {tag}"
        case ask.RunInstruction(action=action):
            return action
        case ask.Error(message=message):
            return message
        case ask.Stop(reason=reason):
            return str(reason)
        case ask.DeadLetter(reason=reason):
            return reason
        case ask.Cancel(id=timer) | ask.CronCancel(id=timer) | ask.CancelInstruction(id=timer):
            return timer
        case _:
            return ""


def _target(to: object) -> str:
    if to is None:
        return "bus"
    if isinstance(to, tuple):
        return ", ".join(_target(one) for one in to)
    for name in ("id", "child", "key", "name"):
        value = getattr(to, name, None)
        if value is not None:
            return str(value)
    return str(to)


def dead_letter(letter: DeadLetter) -> Data:
    """Return a dead letter."""
    return {
        "number": letter.number,
        "at": letter.at,
        "path": letter.path,
        "type": letter.signal.type,
        "reason": letter.reason,
        "signal": to_cloudevent(letter.signal),
    }


def answer(one: Answer, command: str, place: Place) -> Data:
    """Return the answer to a call of the agent at *place*."""
    return {
        "ok": one.ok,
        "seq": one.seq,
        "state": thaw(one.state) if one.state is not None else None,
        "output": thaw(one.output) if one.output is not None else None,
        "error": None if one.error is None else _failure(one.error, place),
        "outcome": one.outcome,
        "command": one.command or command,
        "why": one.why,
        "changed": one.changed,
    }


def _failure(error: ActionFailure, place: Place) -> Data:
    start = place.start
    actions = start.program.definition.actions if isinstance(start, AgentStart) else {}
    action = actions.get(error.action)
    where = None if action is None else action.source or None
    if action is None and error.exception is not None:  # of a hook of a plugin: the line
        where = user_frame(error.exception)
    return {
        "message": error.message,
        "code": error.code,
        "action": error.action,
        "where": where,
        "retryable": error.retryable,
        "details": thaw(error.details) if error.details is not None else None,
    }


def wait_result(one: WaitResult) -> Data:
    """Return how a wait ended; `diagnostic` says what the node is at when it was in vain."""
    told = one.diagnostic
    return {
        "met": one.is_met,
        "path": one.path,
        "status": one.status,
        "seq": one.seq,
        "state": one.state,
        "restarts": one.restarts,
        "waited_ms": round(one.waited_s * 1000),
        "has_ended": one.has_ended,
        "diagnostic": None if told is None else dataclasses.asdict(told),
    }


def select(state: Mapping[str, object], path: str) -> object:
    """Return the part of *state* that the dotted *path* names.

    Raises:
        KeyError: there is no such part; its argument is the path up to what is missing.
    """
    value: object = state
    seen: list[str] = []
    for part in path.split("."):
        seen.append(part)
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            raise KeyError(".".join(seen))
    return value
