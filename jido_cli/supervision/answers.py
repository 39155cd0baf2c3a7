"""What the child API answers: the records in `effects.Reply`.

Records only; which call may be answered by which is in the docstring of `calls`.
"""

from __future__ import annotations

from typing import Literal

from jido_cli.supervision.reasons import ExitReason
from jido_cli.supervision.records import record
from jido_cli.supervision.specs import ChildSpec, ChildType
from jido_cli.supervision.validation import Problem

Liveness = Literal["alive", "undefined", "restarting"]


@record
class Started:
    """The child runs, as attempt *ref*."""

    ref: int
    id: str


@record
class Ignored:
    """The start succeeded without a process."""


@record
class StartError:
    """The child's start failed with *reason*."""

    reason: ExitReason


@record
class AlreadyStarted:
    """A child with this id runs, as attempt *ref*."""

    ref: int


@record
class AlreadyPresent:
    """A child with this id has a specification and no process."""


@record
class BadSpec:
    """The specification is wrong; nothing was done."""

    problem: Problem


@record
class MaxChildren:
    """The `dynamic` supervisor has its *limit* of children."""

    limit: int


@record
class NotFound:
    """There is no such child."""


@record
class Running:
    """The child has a process, which the call does not allow."""


@record
class Restarting:
    """The child is being restarted, which the call does not allow."""


@record
class IsDynamic:
    """A `dynamic` supervisor does not offer this call (OTP's `simple_one_for_one`)."""


@record
class Ok:
    """Done, or nothing was to do."""


@record
class SpecFound:
    """The specification of the child, defaults filled in."""

    spec: ChildSpec


@record
class ChildInfo:
    """One child in the answer to `WhichChildrenCall`; *ref* 0 is a child that never had a start."""

    id: str
    liveness: Liveness
    type: ChildType
    ref: int


@record
class Children:
    """All children in start order."""

    children: tuple[ChildInfo, ...]


@record
class Counts:
    """How many specifications, living processes, and children of each type."""

    specs: int
    active: int
    supervisors: int
    workers: int


Answer = (
    Started
    | Ignored
    | StartError
    | AlreadyStarted
    | AlreadyPresent
    | BadSpec
    | MaxChildren
    | NotFound
    | Running
    | Restarting
    | IsDynamic
    | Ok
    | SpecFound
    | Children
    | Counts
)
