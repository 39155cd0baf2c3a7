"""Near names for words that are not known.

Only the comparison of words lives here; what the words mean is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return `did you mean 'x'?` for the known word nearest to *word*, None if none is near.

    Capitals make no distance: `TICK` is near to `tick`.
    """
    spelled = {one.casefold(): one for one in known}
    near = get_close_matches(word.casefold(), list(spelled), n=1, cutoff=0.6)
    return f"did you mean {spelled[near[0]]!r}?" if near else None
