"""A mounted topology as the flow of signals sees it: what it hears of the outer bus, what it sends.

Its own file is judged by itself; here is only what passes between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jido_cli.core.router import PatternError, matches
from jido_cli.topology import raw
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

if TYPE_CHECKING:
    from jido_cli.lint.picture import Picture


class Mount:
    """The picture of a mounted file, and what of its bus the outer one shares.

    Args:
        picture: of the mounted file.
        document: the one that mounts it.
        path: of the child that does.
    """

    def __init__(self, picture: Picture, document: Raw, path: Path) -> None:
        self.picture = picture
        child = raw.mapping(_at(document, path))
        self.id = raw.child_id(child) or ""
        value = raw.mapping(child.get("topology"))
        bridge = raw.mapping(value.get("bridge"))
        is_own = value.get("bus") == "own"
        self._in = _patterns(bridge.get("in")) if is_own else None
        self._out = _patterns(bridge.get("out")) if is_own else None

    def hears(self, type_: str) -> bool:
        """Tell whether anybody in there hears a type of the outer bus."""
        return _passes(type_, self._in) and self.picture.flow.hears(type_)

    @property
    def sent(self) -> frozenset[str]:
        """The types from in there that the outer bus carries."""
        types = self.picture.flow.types
        return frozenset(each for each in types if _passes(each, self._out))


def _at(document: object, path: Path) -> object:
    value = document
    for step in path:
        value = value[step]  # type: ignore[index]
    return value


def _patterns(value: object) -> tuple[str, ...]:
    return tuple(each for each in raw.items(value) if isinstance(each, str))


def _passes(type_: str, patterns: Sequence[str] | None) -> bool:
    """Tell whether a type passes; None is a bus in common, where everything does."""
    if patterns is None:
        return True
    for pattern in patterns:
        try:
            if matches(type_, pattern):
                return True
        except PatternError:
            continue  # told by the loader
    return False
