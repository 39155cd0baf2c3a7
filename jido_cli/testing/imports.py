"""Modules of users that are imported for one topology, and forgotten before the next."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

OURS: Final = __name__.partition(".")[0]


@contextmanager
def imports_of(project: Path) -> Iterator[None]:
    """Forget at the end what was imported from *project*, and how it was found.

    Two topologies may each have a module of one name beside them. Installed packages stay, also
    those of an environment within the project.
    """
    path, known = list(sys.path), set(sys.modules)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and _is_of(Path(file), project) and _first(name) != OURS:
                del sys.modules[name]


def _is_of(file: Path, project: Path) -> bool:
    is_installed = "site-packages" in file.parts or file.is_relative_to(sys.prefix)
    return file.is_relative_to(project) and not is_installed


def _first(name: str) -> str:
    return name.partition(".")[0]
