"""The schemas of states and params, compiled once, those of Python's params from its source.

What is not sound has been reported by the loader, and is None here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jido_cli.core.schema import Schema
from jido_cli.lint.fitting import Scope, compiled
from jido_cli.lint.python_function import PythonFunction
from jido_cli.lint.records import Action
from jido_cli.topology.positions import Path

if TYPE_CHECKING:
    from jido_cli.lint.picture import Picture


class Shapes:
    """The schemas of one picture."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._states: dict[str, Schema | None] = {}
        self._params: dict[Path, Schema | None] = {}

    def state(self, agent: str) -> Schema | None:
        """Return the schema of an agent's state; None for any mapping."""
        if agent not in self._states:
            declared = self._picture.agents[agent].value.get("state")
            self._states[agent] = compiled(declared)
        return self._states[agent]

    def params(self, action: Action) -> Schema | None:
        """Return the schema of the params that an action takes, as far as that is known."""
        if action.path not in self._params:
            self._params[action.path] = self._params_of(action)
        return self._params[action.path]

    def scope(self, agent: str, action: Action | None) -> Scope:
        """Return what expressions in an action of an agent may read."""
        state = self.state(agent)
        params = None if action is None else self.params(action)
        return {"state": state, "next": state, "params": params}

    def _params_of(self, action: Action) -> Schema | None:
        if "params" in action.value or action.run is None:
            return compiled(action.value.get("params"))
        function = self._picture.python.function(action.run)
        if not isinstance(function, PythonFunction) or not function.is_known:
            return None
        if function.has_own_params or any(each.flaw for each in function.params):
            return None
        properties = {each.name: _shape(each.schema, each.has_default) for each in function.params}
        needed = [each.name for each in function.params if not each.has_default]
        shape = {"type": "object", "properties": properties, "additionalProperties": False}
        return compiled({**shape, "required": needed} if needed else shape)


def _shape(schema: Mapping[str, object], has_default: bool) -> Mapping[str, object]:
    """A default of None allows null, and what the default is does not matter here."""
    return {} if has_default else schema
