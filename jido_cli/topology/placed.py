"""Records that know where in a file they stand, and are equal when they mean the same.

The base of the model's records; none of them is here.
"""

from __future__ import annotations

from typing import Final

import msgspec

# Fields that say where something stands, not what it is.
_PLACES: Final = frozenset(("pos", "positions", "when_pos", "files"))


class Placed(msgspec.Struct, frozen=True, eq=False):
    """Base of records that know where they stand, and are compared without that.

    Dataclasses would say so field by field, but twenty of them cost a short command a tenth of
    its time.
    """

    def _meaning(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name not in _PLACES)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._meaning() == self._meaning()

    def __hash__(self) -> int:
        return hash(self._meaning())

    def __repr__(self) -> str:
        names = [name for name in self.__struct_fields__ if name not in _PLACES]
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__name__}({fields})"
