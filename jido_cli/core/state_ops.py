"""State operations: edits that an action asks for beside the mapping that is merged.

Records, frozen and in the domain from the moment they are made, and the one function that applies
them. Whether the state that comes out is valid is the schema's business.

A missing last part, or a missing parent, of a path that is deleted is no error. A path through
anything that is not a mapping is one, and so is an empty path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import force_setattr

from jido_cli.core.updates import merge, with_items, without
from jido_cli.core.values import FrozenDict, freeze, freeze_mapping, of_items
from jido_cli.errors import JidoCliError


class StateOpError(JidoCliError):
    """Raised when an operation does not fit the state, or is none."""

    default_code = "bad-state-op"


class StateOp(msgspec.Struct, frozen=True, gc=False):
    """Base of the state operations."""


class SetState(StateOp, frozen=True, gc=False):
    """Merge *attrs* deeply into the state; lists replace."""

    attrs: Mapping[str, object]

    def __post_init__(self) -> None:
        force_setattr(self, "attrs", freeze_mapping(self.attrs, where="attrs"))


class ReplaceState(StateOp, frozen=True, gc=False):
    """Put *state* in place of the whole state."""

    state: Mapping[str, object]

    def __post_init__(self) -> None:
        force_setattr(self, "state", freeze_mapping(self.state, where="state"))


class DeleteKeys(StateOp, frozen=True, gc=False):
    """Delete top-level *keys*; those that are missing are ignored."""

    keys: Sequence[str]

    def __post_init__(self) -> None:
        force_setattr(self, "keys", _checked_path(self.keys, "keys"))


class SetPath(StateOp, frozen=True, gc=False):
    """Put *value* at *path*; mappings on the way are made where they are missing."""

    path: Sequence[str]
    value: object

    def __post_init__(self) -> None:
        force_setattr(self, "path", _checked_path(self.path, "path"))
        force_setattr(self, "value", freeze(self.value))


class DeletePath(StateOp, frozen=True, gc=False):
    """Delete what is at *path*, if it is there."""

    path: Sequence[str]

    def __post_init__(self) -> None:
        force_setattr(self, "path", _checked_path(self.path, "path"))


def apply(state: FrozenDict, ops: Iterable[StateOp]) -> FrozenDict:
    """Return *state* after *ops*, in order; parts that no operation touches are shared.

    Raises:
        StateOpError: a path is empty, or leads through something that is not a mapping.
    """
    for op in ops:
        state = _apply_one(state, op)
    return state


def _apply_one(state: FrozenDict, op: StateOp) -> FrozenDict:
    match op:
        case SetState(attrs):
            return merge(state, attrs)
        case ReplaceState(replacement):
            return (
                replacement if isinstance(replacement, FrozenDict) else freeze_mapping(replacement)
            )
        case DeleteKeys(keys):
            return without(state, keys)
        case SetPath(path, value):
            return _set(state, path, 0, value)
        case DeletePath(path):
            return _delete(state, path, 0)
        case _:
            raise StateOpError(f"{op!r} is not a state operation")


def _set(node: FrozenDict, path: Sequence[str], index: int, value: object) -> FrozenDict:
    key = _part(path, index)
    if index + 1 < len(path):
        child = node[key] if key in node else of_items({})
        value = _set(_mapping(child, path, index), path, index + 1, value)
    if key in node and node[key] is value:
        return node
    return with_items(node, {key: value})


def _delete(node: FrozenDict, path: Sequence[str], index: int) -> FrozenDict:
    key = _part(path, index)
    if key not in node:
        return node
    if index + 1 == len(path):
        return without(node, (key,))
    child = _delete(_mapping(node[key], path, index), path, index + 1)
    return node if child is node[key] else with_items(node, {key: child})


def _part(path: Sequence[str], index: int) -> str:
    if not path:
        raise StateOpError("the path is empty")
    return path[index]


def _mapping(value: object, path: Sequence[str], index: int) -> FrozenDict:
    if type(value) is FrozenDict:
        return value
    place = ".".join(path[: index + 1])
    raise StateOpError(f"{'.'.join(path)}: {place} is {value!r}, not a mapping")


def _checked_path(path: object, what: str) -> tuple[str, ...]:
    if isinstance(path, str) or not isinstance(path, list | tuple):
        raise StateOpError(f"{what} {path!r} is not a list of text")
    for part in path:
        if not isinstance(part, str):
            raise StateOpError(f"{what} {path!r}: {part!r} is not text")
    return tuple(path)
