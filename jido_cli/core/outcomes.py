"""What becomes of a command: records that it and the runtime hand to each other.

Records only; `jido_cli.core.command` makes and takes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jido_cli.core.action import Action
from jido_cli.core.agent import Agent
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.failures import ActionFailure
from jido_cli.core.values import FrozenDict

if TYPE_CHECKING:
    from jido_cli.core.command import Command


class Done(msgspec.Struct, frozen=True):
    """A command that is over.

    Attributes:
        agent: the next agent; the very same object when nothing changed, as after a failure.
        directives: in order. Those of a failed command are what its `on_error` asks for and,
            last, the one `Error` that reports it to the agent's policy.
        output: the mapping that the last action returned, frozen.
        error: why the command failed, None if it did not.
    """

    agent: Agent
    directives: tuple[Directive, ...] = ()
    output: object = None
    error: ActionFailure | None = None


class Call(msgspec.Struct, frozen=True):
    """Effectful work that the runtime is to do: `action.run(state, params, ctx)`.

    For the kind `async` that gives a coroutine to await in the loop, for `thread` it is to be
    called on a thread. All that is passed is read-only.
    """

    action: Action
    params: FrozenDict
    state: FrozenDict
    ctx: Context


class Suspended(msgspec.Struct, frozen=True):
    """A command that waits for the outcome of *call*; `resume(command, outcome)` goes on."""

    command: Command
    call: Call


class Unrouted(msgspec.Struct, frozen=True):
    """No route takes the signal: none matches its type, or no condition of those holds."""

    signal_type: str


class Returned(msgspec.Struct, frozen=True):
    """The work of a call returned *value*."""

    value: object


class Raised(msgspec.Struct, frozen=True):
    """The work of a call failed; `failure_from(action.name, exception)` makes the *error*."""

    error: ActionFailure
