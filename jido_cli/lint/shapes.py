"""The schemas of states and params, read once, those of Python's params from its source.

What is not sound has been reported by the loader, and is None here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from jido_cli.lint.fitting import Scope, Shape, shape_of
from jido_cli.lint.python_function import PythonFunction
from jido_cli.lint.records import Action
from jido_cli.topology.positions import Path

if TYPE_CHECKING:
    from jido_cli.lint.picture import Picture


class Shapes:
    """The schemas of one picture."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._states: dict[str, Shape | None] = {}
        self._params: dict[Path, Shape | None] = {}
        self._shapes: dict[bytes, Shape | None] = {}

    def state(self, agent: str) -> Shape | None:
        """Return the schema of an agent's state; None for any mapping."""
        if agent not in self._states:
            self._states[agent] = self._shape(self._picture.agents[agent].value.get("state"))
        return self._states[agent]

    def params(self, action: Action) -> Shape | None:
        """Return the schema of the params that an action takes, as far as that is known."""
        if action.path not in self._params:
            self._params[action.path] = self._params_of(action)
        return self._params[action.path]

    def scope(self, agent: str, action: Action | None) -> Scope:
        """Return what expressions in an action of an agent may read."""
        state = self.state(agent)
        params = None if action is None else self.params(action)
        return {"state": state, "next": state, "params": params}

    def _shape(self, declared: object) -> Shape | None:
        """Return what a schema says; many agents and actions say the same."""
        text = msgspec.json.encode(declared)
        if text not in self._shapes:
            self._shapes[text] = shape_of(declared)
        return self._shapes[text]

    def _params_of(self, action: Action) -> Shape | None:
        if "params" in action.value or action.run is None:
            return self._shape(action.value.get("params"))
        function = self._picture.python.function(action.run)
        if not isinstance(function, PythonFunction) or not function.is_known:
            return None
        if function.has_own_params or any(each.flaw for each in function.params):
            return None
        properties = {each.name: _shape(each.schema, each.has_default) for each in function.params}
        needed = [each.name for each in function.params if not each.has_default]
        shape = {"type": "object", "properties": properties, "additionalProperties": False}
        return shape_of({**shape, "required": needed} if needed else shape)


def _shape(schema: Mapping[str, object], has_default: bool) -> Mapping[str, object]:
    """A default of None allows null, and what the default is does not matter here."""
    return {} if has_default else schema
