"""Short names of nodes: the shortest tail of a path that names exactly one node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """Return for each path its shortest tail that no other path ends with."""
    all_paths = list(paths)
    tails: Counter[str] = Counter()
    for path in all_paths:
        tails.update(_tails(path))
    return {
        path: next((tail for tail in _tails(path) if tails[tail] == 1), path) for path in all_paths
    }


def last_part(path: str) -> str:
    """Return the last segment of a path: the node's own id."""
    return path.rsplit("/", 1)[-1]


def _tails(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts) - 1, -1, -1)]
