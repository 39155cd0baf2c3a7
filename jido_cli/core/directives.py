"""Directives: what an agent asks the runtime to do once its command is committed.

The built-in kinds: records only, checked and frozen from the moment they are made; a mistake raises
at the place in the action where it was made. What makes a kind is in `directive_types`, where a
signal can go in `targets`. How they are carried out is the runtime's business: it maps the class to
an executor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import force_setattr

from jido_cli.core.directive_types import Directive, DirectiveError, directive_type
from jido_cli.core.signals import SignalError, check_attribute, freeze_extensions
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.targets import Target, checked_targets
from jido_cli.core.timestamps import parse_time
from jido_cli.core.values import FrozenDict, freeze, freeze_mapping

RESTARTS = ("permanent", "transient", "temporary")
ON_PARENT_DEATH = ("stop", "continue", "emit_orphan")


class SignalSpec(msgspec.Struct, frozen=True):
    """A signal that is to be sent later: what it will be, without id and time."""

    type: str
    data: object = None
    subject: str | None = None

    def __post_init__(self) -> None:
        _check_text("type", self.type)
        if self.subject is not None:
            _check_text("subject", self.subject)
        force_setattr(self, "data", freeze(self.data, where="data"))


@directive_type("emit")
class Emit(Directive, frozen=True, tag="emit"):
    """Send a signal.

    Args:
        type: the signal's type.
        data: any JSON value.
        to: None publishes on the topology's bus; else one target or a list of them.
        subject: CloudEvents' subject.
        source: instead of the agent's own.
        id: instead of the one that follows from the command.
        extensions: CloudEvents' extension attributes.
    """

    type: str
    data: object = None
    to: Target | Sequence[Target] | None = None
    subject: str | None = None
    source: str | None = None
    id: str | None = None
    extensions: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        if type(self.type) is not str or not self.type.isascii() or not self.type.isprintable():
            _check_text("type", self.type)
        if not self.type:
            raise DirectiveError("emit: type is empty")
        if self.data is not None and type(self.data) is not FrozenDict:
            force_setattr(self, "data", freeze(self.data, where="data"))
        if self.to is not None:
            force_setattr(self, "to", checked_targets(self.to))
        if self.subject is not None:
            _check_text("subject", self.subject)
        if self.source is not None:
            _check_text("source", self.source)
        if self.id is not None:
            _check_text("id", self.id)
        if self.extensions is not None:
            force_setattr(self, "extensions", freeze_extensions(self.extensions))


@directive_type("error")
class Error(Directive, frozen=True, tag="error"):
    """Hand an error to the agent's error policy.

    A failed command's last directive is the `Error` that says which action failed and why.
    """

    message: str
    code: str = "error"
    action: str | None = None
    retryable: bool = False
    details: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        _need_text("error", "message", self.message)
        _need_text("error", "code", self.code)
        if self.details is not None:
            force_setattr(self, "details", freeze_mapping(self.details, where="details"))


@directive_type("schedule")
class Schedule(Directive, frozen=True, tag="schedule"):
    """Send *signal* to this agent later; a timer with the same id is replaced.

    Args:
        signal: a `SignalSpec`, or a bare type.
        after_ms: from the commit on; or
        at: RFC 3339 text of a point in time.
        id: name, for `Cancel`; None draws one.
        durable: whether it survives the engine.
    """

    signal: SignalSpec | str
    after_ms: int | None = None
    at: str | None = None
    id: str | None = None
    durable: bool = False

    def __post_init__(self) -> None:
        force_setattr(self, "signal", _spec(self.signal))
        if (self.after_ms is None) == (self.at is None):
            raise DirectiveError("schedule: give either after_ms or at")
        if self.after_ms is not None and (type(self.after_ms) is not int or self.after_ms < 0):
            raise DirectiveError(f"schedule: after_ms {self.after_ms!r} is not an integer of 0 up")
        if self.at is not None:
            try:
                parse_time(self.at)
            except (ValueError, TypeError) as error:
                raise DirectiveError(f"schedule: at: {error}") from None
        if self.id is not None:
            _need_text("schedule", "id", self.id)


@directive_type("cancel")
class Cancel(Directive, frozen=True, tag="cancel"):
    """Cancel the timer *id*; none is no error."""

    id: str

    def __post_init__(self) -> None:
        _need_text("cancel", "id", self.id)


@directive_type("cron")
class Cron(Directive, frozen=True, tag="cron"):
    """Send *signal* to this agent whenever *cron* is due in *timezone*; the same id is replaced."""

    id: str
    cron: str
    signal: SignalSpec | str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        for name in ("id", "cron", "timezone"):
            _need_text("cron", name, getattr(self, name))
        force_setattr(self, "signal", _spec(self.signal))


@directive_type("cron_cancel")
class CronCancel(Directive, frozen=True, tag="cron_cancel"):
    """End the cron schedule *id*; none is no error."""

    id: str

    def __post_init__(self) -> None:
        _need_text("cron_cancel", "id", self.id)


@directive_type("spawn_agent")
class SpawnAgent(Directive, frozen=True, tag="spawn_agent"):
    """Start a child agent under a dynamic supervisor.

    Args:
        agent: name of its definition.
        tag: by which this agent knows it.
        under: id of the dynamic supervisor; None is the agent's own `<id>.children`.
        state: overrides of its initial state.
        meta: facts that it sees as `agent.meta`.
        restart: its restart type; None is that of the template, `transient` without one.
        on_parent_death: what it does when this agent ends; None is what its definition says.
    """

    agent: str
    tag: str | None = None
    under: str | None = None
    state: Mapping[str, object] | None = None
    meta: Mapping[str, object] | None = None
    restart: Literal["permanent", "transient", "temporary"] | None = None
    on_parent_death: Literal["stop", "continue", "emit_orphan"] | None = None

    def __post_init__(self) -> None:
        _need_text("spawn_agent", "agent", self.agent)
        for name in ("tag", "under"):
            if getattr(self, name) is not None:
                _need_text("spawn_agent", name, getattr(self, name))
        for name in ("state", "meta"):
            value = getattr(self, name)
            if value is not None:
                force_setattr(self, name, freeze_mapping(value, where=name))
        if self.restart is not None:
            _need_one_of("spawn_agent", "restart", self.restart, RESTARTS)
        if self.on_parent_death is not None:
            _need_one_of("spawn_agent", "on_parent_death", self.on_parent_death, ON_PARENT_DEATH)


@directive_type("stop_child")
class StopChild(Directive, frozen=True, tag="stop_child"):
    """Stop the child *tag* on purpose, so that it is not restarted; none is no error."""

    tag: str

    def __post_init__(self) -> None:
        _need_text("stop_child", "tag", self.tag)


@directive_type("adopt_child")
class AdoptChild(Directive, frozen=True, tag="adopt_child"):
    """Make an agent that runs and has no parent a child of this one.

    Args:
        child: its path, or a tail of it that names exactly one.
        tag: by which this agent knows it from then on.
        meta: facts that it sees as `agent.meta`; None leaves those that it has.
    """

    child: str
    tag: str
    meta: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        _need_text("adopt_child", "child", self.child)
        _need_text("adopt_child", "tag", self.tag)
        if self.meta is not None:
            force_setattr(self, "meta", freeze_mapping(self.meta, where="meta"))


@directive_type("run_instruction")
class RunInstruction(Directive, frozen=True, tag="run_instruction"):
    """Run *action* beside the mailbox; its outcome comes back as a signal.

    Args:
        action: name of an action of this agent.
        params: what it is given.
        id: name, for people and for cancelling; None draws one.
        on_result: type of the signal that carries the result.
        on_error: type of the signal that carries the error.
    """

    action: str
    params: Mapping[str, object] | None = None
    id: str | None = None
    on_result: str | None = None
    on_error: str | None = None

    def __post_init__(self) -> None:
        _need_text("run_instruction", "action", self.action)
        if self.params is not None:
            force_setattr(self, "params", freeze_mapping(self.params, where="params"))
        for name in ("id", "on_result", "on_error"):
            if getattr(self, name) is not None:
                _need_text("run_instruction", name, getattr(self, name))


@directive_type("cancel_instruction")
class CancelInstruction(Directive, frozen=True, tag="cancel_instruction"):
    """Cancel the instruction *id* that runs beside the mailbox; none is no error."""

    id: str

    def __post_init__(self) -> None:
        _need_text("cancel_instruction", "id", self.id)


@directive_type("reply")
class Reply(Directive, frozen=True, tag="reply"):
    """Answer the caller with *output* instead of the action's own."""

    output: object

    def __post_init__(self) -> None:
        force_setattr(self, "output", freeze(self.output, where="output"))


@directive_type("dead_letter")
class DeadLetter(Directive, frozen=True, tag="dead_letter"):
    """Put the signal that is being handled among the dead letters."""

    reason: str

    def __post_init__(self) -> None:
        _need_text("dead_letter", "reason", self.reason)


@directive_type("stop")
class Stop(Directive, frozen=True, tag="stop"):
    """Stop this agent on purpose: `normal`, `shutdown` or `{"shutdown": detail}`."""

    reason: str | Mapping[str, object] = "normal"

    def __post_init__(self) -> None:
        if self.reason in ("normal", "shutdown"):
            return
        if isinstance(self.reason, Mapping) and set(self.reason) == {"shutdown"}:
            force_setattr(self, "reason", freeze_mapping(self.reason, where="reason"))
            return
        raise DirectiveError(
            f"stop: reason {self.reason!r} is not 'normal', 'shutdown' or {{'shutdown': detail}}",
            hints=("to stop after finished work say 'normal'",),
        )


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise DirectiveError(f"signal: {name} {value!r} is not a string")
    try:
        check_attribute(name, value)
    except SignalError as error:
        raise DirectiveError(str(error)) from None


def _need_text(kind: str, name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise DirectiveError(f"{kind}: {name} {value!r} is not text")


def _need_one_of(kind: str, name: str, value: str, words: Sequence[str]) -> None:
    if value not in words:
        shown = ", ".join(repr(word) for word in words)
        hint = did_you_mean(str(value), words)
        end = f"; {hint}" if hint else ""
        raise DirectiveError(f"{kind}: {name} {value!r} is not one of {shown}{end}")


def _spec(signal: object) -> SignalSpec:
    if isinstance(signal, SignalSpec):
        return signal
    if isinstance(signal, str):
        return SignalSpec(signal)
    raise DirectiveError(f"signal {signal!r} is neither a type nor a SignalSpec")
