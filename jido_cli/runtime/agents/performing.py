"""Performs directives after the commit, each with one recorded outcome (runtime.md 11).

One function for each kind, in `PERFORMERS`. How a signal gets to its receivers is in `emitting`,
how directives of users' own are carried out in `own_directives`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from jido_cli.core import directives as ask
from jido_cli.core.agent import Agent
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import ActionFailure, error_directive
from jido_cli.core.outcomes import Done
from jido_cli.core.sensor_directives import StartSensor, StopSensor
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents import family
from jido_cli.runtime.agents.emitting import emit
from jido_cli.runtime.agents.failures import on_failure
from jido_cli.runtime.agents.mailbox import make_dead_letter
from jido_cli.runtime.agents.own_directives import perform_own
from jido_cli.runtime.agents.recording import PENDING, Cause, record
from jido_cli.runtime.agents.sensing import start_sensor, stop_sensor
from jido_cli.runtime.supervising.crash_reports import describe_error
from jido_cli.supervision.reasons import NORMAL, SHUTDOWN, ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer

MAX_DIRECTIVES: Final = 256
Performer = Callable[["AgentServer", Directive, Cause], str | None]
# A performer returns None when all is done, else what is wrong; PENDING: it records the end itself.


def perform(server: AgentServer, directive: Directive, cause: Cause) -> None:
    """Perform *directive* and record its outcome."""
    performer = PERFORMERS.get(type(directive), perform_own)
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


def too_many(agent: Agent, signal: Signal, done: Done) -> Done:
    """Return the failed command in place of *done*, which asks for more than may ever wait."""
    text = f"{signal.type} asks for {len(done.directives)} directives; {MAX_DIRECTIVES} at most"
    failure = ActionFailure(text, "too_many_directives", signal.type)
    return Done(agent, (error_directive(failure),), None, failure)


# -- timers


def schedule(server: AgentServer, directive: Directive, cause: Cause) -> str | None:
    """Arm a one-shot timer."""
    assert isinstance(directive, ask.Schedule)
    if directive.durable:
        return "durable timers are not available yet"
    server.parts.need_timers().arm(directive, cause)
    return None


def cancel(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
    """Cancel a timer by id."""
    assert isinstance(directive, ask.Cancel)
    if server.timers is not None:
        server.timers.cancel(directive.id)
    return None


def cron(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
    """Register or replace a cron schedule."""
    assert isinstance(directive, ask.Cron)
    return server.parts.need_timers().add_cron(directive)


def cron_cancel(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
    """End a cron schedule."""
    assert isinstance(directive, ask.CronCancel)
    if server.timers is not None:
        server.timers.cancel(directive.id)
    return None


# -- children, instructions


def spawn_agent(server: AgentServer, directive: Directive, cause: Cause) -> str | None:
    """Start a child agent."""
    assert isinstance(directive, ask.SpawnAgent)

    def done(problem: str | None) -> None:
        record(server, directive, cause, "done" if problem is None else "dead_letter", problem)

    server.parts.need_family().spawn(directive, done)
    return PENDING


def stop_child(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
    """Stop a child by tag; an unknown tag is no error."""
    assert isinstance(directive, ask.StopChild)
    family.stop_child(server, directive.tag)
    return None


def adopt_child(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
    """Make a running agent a child of this one."""
    assert isinstance(directive, ask.AdoptChild)
    return server.parts.need_family().adopt(directive)


def run_instruction(server: AgentServer, directive: Directive, cause: Cause) -> str | None:
    """Run an action beside the mailbox."""
    assert isinstance(directive, ask.RunInstruction)
    return server.parts.need_instructions(perform).run(directive, cause)


def cancel_instruction(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
    """Cancel an action that runs beside the mailbox; none of that id is no error."""
    assert isinstance(directive, ask.CancelInstruction)
    server.parts.need_instructions(perform).cancel(directive.id, "cancelled by its agent")
    return None


# -- the command's own signal, the agent's own life


def error(server: AgentServer, directive: Directive, cause: Cause) -> str | None:
    """Hand an error to the agent's policy."""
    assert isinstance(directive, ask.Error)
    wanted = on_failure(server, directive, cause.done.error, cause.signal, cause.mail)
    problem = None if wanted is None else emit(server, wanted, cause)
    return None if problem is PENDING else problem


def reply(_server: AgentServer, _directive: Directive, _cause: Cause) -> str | None:
    """Do nothing: the answer has been given, with this output, when the command settled."""
    return None


def dead_letter(server: AgentServer, directive: Directive, cause: Cause) -> str | None:
    """Put the handled signal among the dead letters."""
    assert isinstance(directive, ask.DeadLetter)
    make_dead_letter(server.place, cause.signal, directive.reason)
    return None


def stop(server: AgentServer, directive: Directive, _cause: Cause) -> str | None:
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


PERFORMERS: dict[type[Directive], Performer] = {
    ask.Emit: emit,
    ask.Error: error,
    ask.Schedule: schedule,
    ask.Cancel: cancel,
    ask.Cron: cron,
    ask.CronCancel: cron_cancel,
    ask.SpawnAgent: spawn_agent,
    ask.StopChild: stop_child,
    ask.AdoptChild: adopt_child,
    ask.RunInstruction: run_instruction,
    ask.CancelInstruction: cancel_instruction,
    ask.Reply: reply,
    ask.DeadLetter: dead_letter,
    ask.Stop: stop,
    StartSensor: start_sensor,
    StopSensor: stop_sensor,
}
