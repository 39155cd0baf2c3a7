"""Failures of actions as data, and how exceptions become them.

What a failure leads to (the command's fate, policies, retries) is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

import msgspec

from jido_cli.core.action import ActionError
from jido_cli.core.directive_types import DirectiveError
from jido_cli.core.directives import Error
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.state_ops import StateOpError
from jido_cli.core.values import FrozenDict, ValueDomainError, freeze_mapping

_OWN_CODE = "<jido "
"""Start of the file name of generated code, whose frames tell users nothing."""


MAX_TEXT = 2000
"""How many characters of an error's text are kept."""


class ActionFailure(msgspec.Struct, frozen=True, eq=False):
    """Why a command failed.

    Attributes:
        message: for people; one line.
        code: `invalid_params`, `invalid_output`, `invalid_state`, `invalid_result`,
            `illegal_transition`, `not_allowed`, `unknown_action`, `exception`, `timeout`, or
            what an `ActionError` says.
        action: name of the action that failed.
        retryable: whether the same command may succeed later.
        is_declared: whether it is of a kind that the author foresaw (`ActionError`, `require`,
            validation, time-out) rather than a bug.
        exception: what was raised, for its traceback; None for what jido itself found wrong.
        details: further facts.
    """

    message: str
    code: str
    action: str
    retryable: bool = False
    is_declared: bool = True
    exception: BaseException | None = None
    details: FrozenDict | None = None


def failure_from(action: str, error: BaseException) -> ActionFailure:
    """Return the failure of *action* that raising *error* is.

    Call it in the frame that caught *error*: that frame is taken off the traceback.
    """
    error.with_traceback(_user_traceback(error.__traceback__))
    if isinstance(error, ActionError):
        return ActionFailure(
            message=bounded(error.message),
            code=error.code,
            action=action,
            retryable=error.retryable,
            exception=error,
            details=_details(error.details),
        )
    if isinstance(error, TimeoutError):
        text = error_text(error) or "timeout"
        return ActionFailure(text, "timeout", action, retryable=True, exception=error)
    if isinstance(error, DirectiveError | StateOpError | ValueDomainError):
        # Raised where a directive was made, by jido, about what the action put into it.
        return ActionFailure(
            f"{action}: {error}", "invalid_result", action, is_declared=False, exception=error
        )
    text = error_text(error)
    name = type(error).__name__
    message = f"{name}: {text}" if text else name
    return ActionFailure(
        message, "exception", action, retryable=True, is_declared=False, exception=error
    )


def invalid(code: str, action: str, message: str) -> ActionFailure:
    """Return the failure of something that jido checked; never retryable."""
    return ActionFailure(message, code, action)


def invalid_params(action: str, error: SchemaError) -> ActionFailure:
    """Return the failure of params that do not fit."""
    return invalid("invalid_params", action, f"params of {action}: {error}")


def error_directive(failure: ActionFailure) -> Error:
    """Return the directive that reports *failure* to the agent's policy."""
    return Error(
        message=failure.message or failure.code,
        code=failure.code or "error",
        action=failure.action,
        retryable=failure.retryable,
        details=failure.details,
    )


def _user_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """Drop the caller's frame, and generated ones, from the front: they tell users nothing.

    They would also keep alive what they refer to for as long as the failure is kept.
    """
    if traceback is None or traceback.tb_next is None:
        return traceback
    here = traceback.tb_next
    while here.tb_next is not None and here.tb_frame.f_code.co_filename.startswith(_OWN_CODE):
        here = here.tb_next
    return here


def _details(details: Mapping[str, object] | None) -> FrozenDict | None:
    if details is None:
        return None
    try:
        return freeze_mapping(details, where="details")
    except ValueDomainError as error:
        return freeze_mapping({"unreadable": str(error)})


def error_text(error: BaseException) -> str:
    """Return the text of what was raised, with an end: it is kept in records and shown in lines."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the text is the user's code too, and may fail like it
        return "(its text cannot be read)"
    return bounded(text)


def bounded(text: str) -> str:
    """Return *text*, cut where it is longer than anybody reads; it says how long it was."""
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}… ({len(text):,} characters in all)"
