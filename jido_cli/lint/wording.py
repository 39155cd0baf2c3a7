"""How rules word what they have in common. Text only."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_ALIKE: Final = 0.85


def slip_of(type_: str, known: Iterable[str]) -> str | None:
    """Return the signal type that was meant, if a slip of the hand made another one of it.

    Types of one topology share their first segments, so near names are not near enough.
    """
    near = get_close_matches(type_, [each for each in known if each != type_], 1, _ALIKE)
    return near[0] if near else None
