"""Where a signal can go: the words and the records that `Emit.to` knows.

Whom a target means is not decided here: that is the runtime's business.
"""

from __future__ import annotations

import msgspec

from jido_cli.core.directive_types import DirectiveError
from jido_cli.core.suggestions import did_you_mean

PLACES = ("bus", "self", "parent", "children", "sender", "log", "console", "none")
"""The words that `Emit.to` knows."""


class AgentTarget(msgspec.Struct, frozen=True, tag_field="target", tag="agent"):
    """The agent with this path or id."""

    id: str


class ChildTarget(msgspec.Struct, frozen=True, tag_field="target", tag="child"):
    """The child with this tag."""

    child: str


class KeyTarget(msgspec.Struct, frozen=True, tag_field="target", tag="key"):
    """The child with this key of the dynamic supervisor *of*."""

    key: str
    of: str


class NamedTarget(msgspec.Struct, frozen=True, tag_field="target", tag="name"):
    """The place outside that the topology's `targets` name so."""

    name: str


Target = str | AgentTarget | ChildTarget | KeyTarget | NamedTarget
"""Where a signal goes: a word of `PLACES` or a record."""


def checked_targets(to: object) -> Target | tuple[Target, ...] | None:
    """Return where a signal goes as `Emit` holds it: the bus is None, a list a tuple.

    Raises:
        DirectiveError: it is no word of `PLACES` and no target, or has one that is none.
    """
    if isinstance(to, list | tuple):
        return tuple(_checked_target(target) for target in to)
    target = _checked_target(to)
    return None if target == "bus" else target


def _checked_target(target: object) -> Target:
    if isinstance(target, AgentTarget | ChildTarget | KeyTarget | NamedTarget):
        return target
    if isinstance(target, str):
        if target in PLACES:
            return target
        hint = did_you_mean(target, PLACES) or f"an agent is named by AgentTarget({target!r})"
        raise DirectiveError(f"emit: to {target!r} is not one of {', '.join(PLACES)}; {hint}")
    raise DirectiveError(f"emit: to {target!r} is not a target")
