"""What a declaration finds: the schema of the state, the topology's variables.

From it come the environments in which expressions are compiled; equal ones are shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from jido_cli.core.expressions import Environment
from jido_cli.core.schema import Schema


class Surroundings(NamedTuple):
    """The state's schema, the type and the values of the variables.

    Attributes:
        state: None is any mapping.
        vars_type: a full JSON Schema, or `map`; None where there are no variables.
        vars: their values.
        is_check: whether expressions are only checked, and not made to run.
    """

    state: Schema | None
    vars_type: Mapping[str, object] | str | None
    vars: Mapping[str, object] | None
    is_check: bool

    @staticmethod
    def of(
        state: Schema | None,
        values: Mapping[str, object] | None,
        schema: Mapping[str, object] | None,
        *,
        is_check: bool,
    ) -> Surroundings:
        """Return the surroundings of a state and of variables, whose schema may be unknown."""
        vars_type = schema if schema is not None or values is None else "map"
        return Surroundings(state, vars_type, values, is_check)

    def environment(self, **variables: Mapping[str, object] | str) -> Environment:
        """Return the environment of *variables* beside the state and the topology's own."""
        state = None if self.state is None else self.state.source
        shown = {"state": state or "map", **variables}
        if self.vars_type is not None:
            shown["vars"] = self.vars_type
        return _environment(shown, is_check=self.is_check)


_KEPT = 64
_environments: dict[bytes, Environment] = {}


def _environment(
    variables: Mapping[str, Mapping[str, object] | str], *, is_check: bool
) -> Environment:
    """Return the environment of such variables; places with the same ones share it."""
    key = msgspec.json.encode((variables, is_check))
    found = _environments.get(key)
    if found is None:
        found = _environments[key] = Environment(variables, is_check=is_check)
        if len(_environments) > _KEPT:
            _environments.pop(next(iter(_environments)), None)  # the oldest
    return found
