"""How a machine of states guards the ways into an agent's state.

A definition checks every next state in one of three ways; a machine is put around them, so that
agents without one pay nothing. What the table says is `jido_cli.core.fsm`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from jido_cli.core.fsm import Fsm
from jido_cli.core.schema_absorb import Absorb
from jido_cli.core.values import FrozenDict

Merge = Callable[[FrozenDict, Mapping[str, object]], FrozenDict]
"""(valid state, changes) -> the next state, or SchemaError"""
Recheck = Callable[[FrozenDict, FrozenDict], FrozenDict]
"""(valid state, next state) -> the next state, or SchemaError"""


class Checks(msgspec.Struct, frozen=True, eq=False):
    """The three ways in which a next state is made or taken."""

    absorb: Absorb
    merge: Merge
    recheck: Recheck


def guarded(checks: Checks, fsm: Fsm) -> Checks:
    """Return *checks* that also refuse what *fsm* does not allow, as `TransitionError`."""

    def absorb(base: FrozenDict, result: Mapping[str, object]) -> tuple[FrozenDict, FrozenDict]:
        state, output = checks.absorb(base, result)
        fsm.check(base, state)
        return state, output

    def merge(base: FrozenDict, changes: Mapping[str, object]) -> FrozenDict:
        state = checks.merge(base, changes)
        fsm.check(base, state)
        return state

    def recheck(base: FrozenDict, state: FrozenDict) -> FrozenDict:
        checked = checks.recheck(base, state)
        fsm.check(base, checked)
        return checked

    return Checks(absorb, merge, recheck)
