"""The parts of a topology as rules look at them: actions, routes, agents, children, supervisors.

Records over the document; what they mean together is in `picture`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from jido_cli.topology import raw
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

MANY: Final = 2


class Action(msgspec.Struct, frozen=True, eq=False):
    """An action, declared by name or in place of a route."""

    name: str
    path: Path
    value: Raw

    @property
    def run(self) -> str | None:
        """The Python function that does its work, as `module:function`."""
        return raw.text(self.value.get("run"))


class Route(msgspec.Struct, frozen=True, eq=False):
    """A route of an agent; `path` leads to its form, which is `value`."""

    agent: str
    pattern: str
    path: Path
    value: object
    actions: tuple[Action, ...]

    @property
    def with_(self) -> object:
        """The params that the route gives; None where they come from the signal's data."""
        return raw.mapping(self.value).get("with")

    @property
    def is_conditional(self) -> bool:
        """Whether it may stand aside although its pattern matches."""
        return not {"when", "in"}.isdisjoint(raw.mapping(self.value))


class Agent(msgspec.Struct, frozen=True, eq=False):
    """An agent with its routes."""

    name: str
    path: Path
    value: Raw
    routes: tuple[Route, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions that its routes run, each once."""
        return tuple({a.path: a for route in self.routes for a in route.actions}.values())


class PythonClassName(msgspec.Struct, frozen=True, eq=False):
    """A class that an agent names under *path*, and what it must be a kind of."""

    path: Path
    run: str
    base: Literal["Strategy", "Plugin"]


class Child(msgspec.Struct, frozen=True, eq=False):
    """A child or the template of a supervisor; `agent` is None where it is a supervisor.

    `copies` says how many of it there are, at least: `replicas` of it and of what is above.
    """

    id: str
    path: Path
    value: Raw
    agent: str | None
    restart: object
    copies: int = 1
    is_template: bool = False


class Supervisor(msgspec.Struct, frozen=True, eq=False):
    """A supervisor; figures that are no plain numbers are None."""

    id: str
    path: Path
    value: Raw
    children: tuple[Child, ...]

    @property
    def strategy(self) -> object:
        """The strategy as written."""
        return self.value.get("strategy", "one_for_one")

    @property
    def max_restarts(self) -> int | None:
        """How many restarts are allowed within `max_seconds`."""
        number = _number(self.value.get("max_restarts", 3))
        return None if number is None else int(number)

    @property
    def max_seconds(self) -> float | None:
        """The length of the window."""
        number = _number(self.value.get("max_seconds", 5))
        return None if number is None or number <= 0 else number


def directives(action: Action, kind: str) -> Iterator[object]:
    """Yield the declared directives of one kind, those for a failure too."""
    for block in (action.value, raw.mapping(action.value.get("on_error"))):
        for item in raw.items(block.get("directives")):
            if isinstance(item, dict) and kind in item:
                yield item[kind]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value
