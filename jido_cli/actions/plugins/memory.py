"""`jido.plugin.memory`: what an agent keeps in mind, in spaces that are maps or lists.

Each change counts up the revision of its space and of the whole. The spaces `world` and `tasks` are
always there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from jido_cli.core.action import ActionError, action
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.plugins.contract import Function, Plugin
from jido_cli.core.plugins.shapes import BUILT_IN
from jido_cli.core.state_ops import DeletePath, SetPath, StateOp

RESERVED = ("world", "tasks")
Kind = Literal["map", "list"]
Edit = tuple[dict[str, Any], list[StateOp | Directive]]
_CONTENT: Mapping[str, str] = {"map": "data", "list": "items"}


@action
def put(state: Mapping[str, Any], ctx: Context, space: str, key: str, value: Any) -> Edit:
    """Put a value under a key of a map."""
    _space(state, space, "map")
    return _edit(state, ctx, space, SetPath(("spaces", space, "data", key), value))


@action
def forget(state: Mapping[str, Any], ctx: Context, space: str, key: str) -> Edit:
    """Delete a key of a map; one that is not there is no error."""
    _space(state, space, "map")
    return _edit(state, ctx, space, DeletePath(("spaces", space, "data", key)))


@action
def append(state: Mapping[str, Any], ctx: Context, space: str, value: Any) -> Edit:
    """Add a value at the end of a list."""
    items = _space(state, space, "list")["items"]
    return _edit(state, ctx, space, SetPath(("spaces", space, "items"), [*items, value]))


@action
def ensure_space(state: Mapping[str, Any], ctx: Context, space: str, kind: Kind = "map") -> Edit:
    """Make a space unless it is there; what is there is left as it is."""
    found = state["spaces"].get(space)
    if found is not None:
        _space(state, space, kind)
        return {}, []
    empty: object = {} if kind == "map" else []
    new = {"rev": 0, "kind": kind, _CONTENT[kind]: empty}
    return _changed(state, ctx), [SetPath(("spaces", space), new)]


@action
def delete_space(state: Mapping[str, Any], ctx: Context, space: str) -> Edit:
    """Delete a space with all that is in it."""
    if space in RESERVED:
        text = f"space {space!r} is always there: it cannot be deleted"
        raise ActionError(text, code="reserved_space", retryable=False)
    if space not in state["spaces"]:
        return {}, []
    return _changed(state, ctx), [DeletePath(("spaces", space))]


def _space(state: Mapping[str, Any], name: str, kind: Kind) -> Mapping[str, Any]:
    space: Mapping[str, Any] | None = state["spaces"].get(name)
    if space is None:
        known = ", ".join(repr(each) for each in state["spaces"])
        raise ActionError(
            f"there is no space {name!r}; there are {known}", code="no_space", retryable=False
        )
    if space["kind"] != kind:
        text = f"space {name!r} is a {space['kind']}, not a {kind}"
        raise ActionError(text, code="wrong_kind", retryable=False)
    return space


def _edit(state: Mapping[str, Any], ctx: Context, space: str, op: StateOp) -> Edit:
    rev = state["spaces"][space]["rev"] + 1
    return _changed(state, ctx), [op, SetPath(("spaces", space, "rev"), rev)]


def _changed(state: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    return {
        "rev": state["rev"] + 1,
        "created_at": state["created_at"] or ctx.now,
        "updated_at": ctx.now,
    }


class Memory(Plugin):
    """What an agent keeps in mind; a route for each of its actions."""

    name = "memory"
    description = "What an agent keeps in mind, in spaces."
    state_schema = BUILT_IN["jido.plugin.memory"].state
    actions = (put, forget, append, ensure_space, delete_space)
    signal_routes: ClassVar[Mapping[str, Function]] = {
        "put": put,
        "forget": forget,
        "append": append,
        "ensure_space": ensure_space,
        "delete_space": delete_space,
    }
    singleton = True
