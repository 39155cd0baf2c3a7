"""The ids that children started at run time may have, as far as the file and its Python tell.

What cannot be known makes every id possible. Nothing is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jido_cli.lint.fitting import is_constant
from jido_cli.lint.picture import Picture
from jido_cli.topology import raw

_STARTERS: Final = frozenset(("SpawnAgent", "StartSensor"))
_NUMBERED: Final = re.compile(r"(.+)-\d+")


class StartedIds:
    """Which ids children that are started at run time may have."""

    def __init__(self, picture: Picture) -> None:
        runs = [run for _, run in picture.python_actions]
        self._is_any = bool(picture.python_classes) or not picture.python.lacks(runs, _STARTERS)
        self._is_any |= any("keyed_by" in one.value for one in picture.supervisors)
        self._agents = set(picture.agents)
        # The sensors of an agent that is started later are started with it.
        sensors = [raw.mapping(each.value.get("sensors")) for each in picture.agents.values()]
        self._tags: set[str] = {tag for tags in sensors for tag in tags}
        for tag in _tags(picture):
            self._is_any |= not is_constant(tag)
            self._tags.add(tag)

    def may_have(self, ident: str) -> bool:
        """Tell whether a child that is started at run time may be what *ident* names."""
        last = ident.rpartition("/")[2]
        numbered = _NUMBERED.fullmatch(last)
        is_numbered = numbered is not None and numbered[1] in self._agents
        is_own = last.endswith((".children", "sensors"))
        return self._is_any or last in self._tags or is_numbered or is_own


def _tags(picture: Picture) -> Iterator[str]:
    """Yield the tags of what actions start; without one the agent's name and a number is it."""
    for action in picture.all_actions:
        for _, item in raw.directives(action.path, action.value):
            for kind in ("spawn_agent", "start_sensor"):
                tag = raw.mapping(item.get(kind)).get("tag")
                if tag is not None:
                    yield str(tag)
