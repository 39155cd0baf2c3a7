"""The merge of an action's result into a valid state, member by member.

Only what the result names is looked at: its members are checked, normalised and compared in one
pass, and the rest of the state is shared. What a valid member is, its check says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.schema_quick import ABSENT, Fix
from jido_cli.core.updates import merge
from jido_cli.core.values import (
    MAX_DEPTH,
    FrozenDict,
    FrozenList,
    ValueDomainError,
    check_depth,
    freeze_mapping,
    size_of,
)

Absorb = Callable[[FrozenDict, Mapping[str, object]], tuple[FrozenDict, FrozenDict]]
"""(valid state, result) -> (next state, the result frozen), or SchemaError. The next state is the
given one when nothing changed."""

_SIZED = frozenset({FrozenDict, FrozenList, str})
"""What counts more or less by its content; other scalars all count the same."""


def absorber(fixes: Mapping[str, Fix], undeclared: Callable[[str], Fix]) -> Absorb:
    """Return the merge into states whose members are checked by *fixes*.

    Args:
        fixes: the checks by name.
        undeclared: gives the check of any other member, or raises `SchemaError`.
    """

    def absorb(base: FrozenDict, result: Mapping[str, object]) -> tuple[FrozenDict, FrozenDict]:
        new: dict[str, object] | None = None
        plain = result
        depth, size = base.depth, base.size
        for key, value in result.items():
            fix = fixes.get(key) or undeclared(key)
            old = base.get(key, ABSENT)
            if type(old) is FrozenDict and isinstance(value, dict):
                given: object = _frozen(value, key)
                fixed = fix(merge(old, given))  # type: ignore[arg-type]
            else:
                given = fixed = fix(value)
            if given is not value:
                plain = {**plain, key: given}
            if fixed is old:
                continue
            kind = type(fixed)
            # 1, 1.0 and True are equal to Python and different values to us.
            if kind is not type(old) or kind in _SIZED:
                if kind is str and fixed == old:
                    continue
                size += size_of(fixed) - (-2 - size_of(key) if old is ABSENT else size_of(old))
                if kind is not str and kind in _SIZED and fixed.depth >= depth:  # type: ignore[attr-defined]
                    depth = fixed.depth + 1  # type: ignore[attr-defined]
            elif fixed == old:
                continue
            if new is None:
                new = base.copy()
            new[key] = fixed
        # The state holds all that the result holds, so its bounds hold for the result.
        if new is None:
            return base, _bounded(plain, depth, size)
        state = FrozenDict(new)
        state.depth = depth
        state.size = size
        if depth == 1 and len(plain) == len(new):
            return state, state  # the result named every member, and none of them in part
        if depth > MAX_DEPTH:
            _check_depth(state)
        return state, _bounded(plain, depth, size)

    return absorb


def _bounded(plain: Mapping[str, object], depth: int, size: int) -> FrozenDict:
    frozen = FrozenDict(plain)
    frozen.depth = depth
    frozen.size = size
    return frozen


def _frozen(value: Mapping[str, object], key: str) -> FrozenDict:
    try:
        return freeze_mapping(value)
    except ValueDomainError as error:
        raise SchemaError((key, *error.path), error.reason) from None


def _check_depth(state: FrozenDict) -> None:
    try:
        check_depth(state)
    except ValueDomainError as error:
        raise SchemaError(error.path, error.reason) from None
