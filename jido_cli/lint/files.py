"""Which files to lint: those that are named, and in folders those that say they are topologies.

Folders that others own (hidden ones, environments, caches) are left out, links are not followed.
Nothing is judged here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from jido_cli.topology.project import UnreadableFileError, read_bytes

SUFFIXES: Final = (".yaml", ".yml")
_NOT_OURS: Final = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))
_BLOCK: Final = re.compile(rb"""^(?:\xef\xbb\xbf)?["']?jido["']?[ \t]*:""", re.MULTILINE)
_FLOW: Final = re.compile(rb"""\s*\{.*["']?jido["']?\s*:""", re.DOTALL)


class NoFileError(Exception):
    """Raised for a path where nothing is to be linted; `path` and `why` say it."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} {why}")
        self.path = path
        self.why = why


def topologies(paths: Iterable[str]) -> list[Path]:
    """Return the files to lint, each once, in the order of *paths* and of their names.

    Args:
        paths: files, which are linted whatever they hold, and folders.

    Raises:
        NoFileError: a path does not exist, or a folder holds no topology.
    """
    found: dict[Path, None] = {}
    for path in paths:
        place = Path(path)
        if not path:
            raise NoFileError("no file is named:", "the name is empty")
        if place.is_dir():
            inside = list(_inside(place))
            if not inside:
                raise NoFileError(path, "holds no topology: no .yaml or .yml file with `jido:`")
            found |= dict.fromkeys(inside)
        elif os.path.lexists(place):
            found[place] = None
        else:
            raise NoFileError(path, "is not there")
    return list(found)


def _inside(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in _NOT_OURS)
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix in SUFFIXES and not path.is_symlink() and _is_topology(path):
                yield path


def _is_topology(path: Path) -> bool:
    try:
        content = read_bytes(path)
    except UnreadableFileError:
        return False
    return bool(_BLOCK.search(content) or _FLOW.match(content))
