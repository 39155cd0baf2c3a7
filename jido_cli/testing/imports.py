"""Modules of users that are imported for one topology, and forgotten before the next."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def imports_of(project: Path) -> Iterator[None]:
    """Forget at the end what was imported from *project*, and how it was found.

    Two topologies may each have a module of one name beside them.
    """
    path, known = list(sys.path), set(sys.modules)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and Path(file).is_relative_to(project):
                del sys.modules[name]
