"""Performs directives after the commit, each with one recorded outcome.

One function for each kind, in `PERFORMERS`; a directive of a user's own registers one with
`register`. In order per destination: only a destination without room holds what comes after it
for that destination (runtime.md 11).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from jido_cli.core import directives as ask
from jido_cli.core.signals import Signal
from jido_cli.runtime.calls import Delivery, Mail
from jido_cli.runtime.crash_reports import describe_error
from jido_cli.runtime.failures import on_failure
from jido_cli.runtime.mailbox import deliver, has_waiters, make_dead_letter, wait_for_room
from jido_cli.runtime.place import Place
from jido_cli.runtime.starts import AgentStart
from jido_cli.supervision.reasons import NORMAL, SHUTDOWN, ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agent_server import AgentServer

MAX_DIRECTIVES: Final = 256


class Cause(msgspec.Struct, frozen=True):
    """What a directive comes from: the command, and the signal that the command handled."""

    done: Any  # a Done: a name for types only cannot stand in a record
    signal: Signal
    mail: Mail
    now_ns: int
    seq: int
    index: int


PENDING: Final = "pending"
Performer = Callable[["AgentServer", ask.Directive, Cause], str | None]
# A performer returns None when all is done, else what is wrong; PENDING: it records the end itself.


def perform(server: AgentServer, directive: ask.Directive, cause: Cause) -> None:
    """Perform *directive* and record its outcome."""
    performer = PERFORMERS.get(type(directive))
    if performer is None:
        record(server, directive, cause, "dead_letter", f"nobody performs {directive.kind!r}")
        return
    kernel = server.kernel
    began = kernel.monotonic()
    try:
        detail = performer(server, directive, cause)
    except Exception as error:  # noqa: BLE001 - the edge where performers of users run
        detail = describe_error(error)
    if detail is None:
        spent_s = kernel.monotonic() - began
        kernel.directives.append(
            (cause.now_ns, server.place, directive, cause.signal.type, "done", spent_s, None)
        )
    elif detail is not PENDING:
        record(server, directive, cause, "dead_letter", detail)


def record(
    server: AgentServer,
    directive: ask.Directive,
    cause: Cause,
    outcome: Literal["done", "dead_letter", "cancelled"],
    detail: str | None = None,
) -> None:
    """Record the final outcome of *directive*; what is wrong is an event too."""
    kernel = server.kernel
    spent_s = max(0.0, kernel.wall_ns() / 1e9 - cause.now_ns / 1e9)
    kernel.directives.append(
        (cause.now_ns, server.place, directive, cause.signal.type, outcome, spent_s, detail)
    )
    if outcome == "dead_letter":
        kernel.failed_directives += 1
        kernel.events.fact("directive_failed", server.place, f"{directive.kind}  {detail}")


def register(kind: type[ask.Directive], performer: Performer) -> None:
    """Let *performer* carry out directives of class *kind*."""
    PERFORMERS[kind] = performer


# -- emit


def emit(server: AgentServer, directive: ask.Directive, cause: Cause) -> str | None:
    """Send a signal: on the bus, or to one or several targets."""
    assert isinstance(directive, ask.Emit)
    kernel = server.kernel
    now_ns, before = cause.now_ns, cause.signal
    hops = before.hops + 1
    signal = Signal(
        directive.type,
        directive.source or server.source,
        directive.data,
        directive.id
        or (now_ns // 1_000_000, server.source, server.generation, cause.seq, cause.index),
        directive.subject,
        now_ns,
        directive.extensions,  # type: ignore[arg-type]
        hops,
        before.ident,
    )
    if kernel.max_hops and hops > kernel.max_hops:
        why = f"over {kernel.max_hops} hops: the signals go in a circle"
        kernel.dead_letters.add(server.place, signal, why)
        return why
    to = directive.to
    if to is None:
        for place in kernel.bus.receivers(signal, server.place):
            send(server, place, signal)
        return None
    targets = to if isinstance(to, tuple) else (to,)
    problems = [problem for one in targets if (problem := _emit_to(server, one, signal, before))]
    return "; ".join(problems) or None


def _emit_to(server: AgentServer, target: object, signal: Signal, before: Signal) -> str | None:
    kernel = server.kernel
    place: Place | None
    match target:
        case "bus":
            for receiver in kernel.bus.receivers(signal, server.place):
                send(server, receiver, signal)
            return None
        case "none":
            return None
        case "self":
            place = server.place
        case "parent":
            place = None if server.args is None else server.args.parent
        case "sender":
            place = kernel.tree.find(before.source)
        case ask.AgentTarget(id=agent_id):
            place = kernel.tree.find(agent_id)
        case ask.ChildTarget(child=tag):
            place = None if server.family is None else server.family.child(tag)
        case "children":
            for child in () if server.family is None else server.family.children():
                send(server, child, signal)
            return None
        case _:
            kernel.dead_letters.add(server.place, signal, f"target {target!r} is not available")
            return f"target {target!r} is not available"
    if place is None or type(place.start) is not AgentStart:
        why = f"no agent {_name(target)!r}"
        kernel.dead_letters.add(server.place, signal, why)
        return why
    send(server, place, signal)
    return None


def _name(target: object) -> object:
    return getattr(target, "id", None) or getattr(target, "child", None) or target


def send(server: AgentServer, place: Place, signal: Signal) -> None:
    """Deliver *signal*; where the mailbox is full and blocks, the directive waits for room."""
    if place._log is not None and has_waiters(place):  # noqa: SLF001 - hot path
        delivery: Delivery = "blocked"  # behind the ones that wait already
    else:
        delivery = deliver(place, signal)
    if delivery == "accepted":
        return
    kernel = server.kernel
    if delivery == "blocked":
        server.parts.waiting_directives += 1
        start = place.start
        assert isinstance(start, AgentStart)

        def done(end: Delivery) -> None:
            server.parts.waiting_directives -= 1
            if end != "accepted":
                kernel.dead_letters.add(place, signal, "mailbox full: no room in time")
            server.release()

        wait_for_room(place, signal, start.program.mailbox.block_timeout_s, done)
    elif delivery == "rejected":
        kernel.dead_letters.add(place, signal, "mailbox full: rejected")


# -- timers


def schedule(server: AgentServer, directive: ask.Directive, cause: Cause) -> str | None:
    """Arm a one-shot timer."""
    assert isinstance(directive, ask.Schedule)
    if directive.durable:
        return "durable timers are not available yet"
    server.parts.need_timers().arm(directive, cause)
    return None


def cancel(server: AgentServer, directive: ask.Directive, _cause: Cause) -> str | None:
    """Cancel a timer by id."""
    assert isinstance(directive, ask.Cancel)
    if server.timers is not None:
        server.timers.cancel(directive.id)
    return None


def cron(server: AgentServer, directive: ask.Directive, _cause: Cause) -> str | None:
    """Register or replace a cron schedule."""
    assert isinstance(directive, ask.Cron)
    return server.parts.need_timers().add_cron(directive)


def cron_cancel(server: AgentServer, directive: ask.Directive, _cause: Cause) -> str | None:
    """End a cron schedule."""
    assert isinstance(directive, ask.CronCancel)
    if server.timers is not None:
        server.timers.cancel(directive.id)
    return None


# -- children, instructions


def spawn_agent(server: AgentServer, directive: ask.Directive, cause: Cause) -> str | None:
    """Start a child agent."""
    assert isinstance(directive, ask.SpawnAgent)

    def done(problem: str | None) -> None:
        record(server, directive, cause, "done" if problem is None else "dead_letter", problem)

    server.parts.need_family().spawn(directive, done)
    return PENDING


def stop_child(server: AgentServer, directive: ask.Directive, _cause: Cause) -> str | None:
    """Stop a child by tag; an unknown tag is no error."""
    assert isinstance(directive, ask.StopChild)
    if server.family is not None:
        server.family.stop_child(directive.tag)
    return None


def run_instruction(server: AgentServer, directive: ask.Directive, cause: Cause) -> str | None:
    """Run an action beside the mailbox."""
    assert isinstance(directive, ask.RunInstruction)
    return server.parts.need_family().run_instruction(directive, cause)


# -- the command's own signal, the agent's own life


def error(server: AgentServer, directive: ask.Directive, cause: Cause) -> str | None:
    """Hand an error to the agent's policy."""
    assert isinstance(directive, ask.Error)
    wanted = on_failure(server, directive, cause.done.error, cause.signal, cause.mail)
    return None if wanted is None else emit(server, wanted, cause)


def reply(_server: AgentServer, _directive: ask.Directive, _cause: Cause) -> str | None:
    """Do nothing: the answer has been given, with this output, when the command settled."""
    return None


def dead_letter(server: AgentServer, directive: ask.Directive, cause: Cause) -> str | None:
    """Put the handled signal among the dead letters."""
    assert isinstance(directive, ask.DeadLetter)
    make_dead_letter(server.place, cause.signal, directive.reason)
    return None


def stop(server: AgentServer, directive: ask.Directive, _cause: Cause) -> str | None:
    """Stop this agent on purpose; it is not restarted for that unless it is permanent."""
    assert isinstance(directive, ask.Stop)
    server.terminate(_reason(directive.reason))
    return None


def _reason(reason: object) -> ExitReason:
    if reason == "normal":
        return NORMAL
    if reason == "shutdown":
        return SHUTDOWN
    assert isinstance(reason, dict)
    return ExitReason("shutdown", reason["shutdown"])


PERFORMERS: dict[type[ask.Directive], Performer] = {
    ask.Emit: emit,
    ask.Error: error,
    ask.Schedule: schedule,
    ask.Cancel: cancel,
    ask.Cron: cron,
    ask.CronCancel: cron_cancel,
    ask.SpawnAgent: spawn_agent,
    ask.StopChild: stop_child,
    ask.RunInstruction: run_instruction,
    ask.Reply: reply,
    ask.DeadLetter: dead_letter,
    ask.Stop: stop,
}
