"""Whether an environment has a package, found out without importing anything of it.

The environments are those that `jido up` may choose by itself: this Python, the active virtual
environment, the project's own. Of this one Python's finders are asked, which look and run nothing;
of the others the folders are read, and what their `.pth` files may add is not followed.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

Presence: TypeAlias = Literal["there", "absent", "unclear"]
# Files that add no package, or only jido itself.
_HARMLESS: Final = ("distutils-precedence.pth", "_virtualenv.pth", "a1_coverage.pth")
_OURS: Final = ("__editable__.jido_cli", "__editable___jido_cli")


def installed(top: str, folders: Sequence[Path]) -> Presence:
    """Return whether a package of that name is there; `unclear` where an environment may add it.

    Args:
        top: the first part of a module's name.
        folders: where a project's own environment may lie.
    """
    if _is_found_here(top):
        return "there"
    presence: Presence = "absent"
    for site in _sites(folders):
        names = {entry.name for entry in site.iterdir()}
        if top in names or any(name.startswith(f"{top}.") for name in names):
            return "there"
        editable = [name for name in names if name.startswith("__editable__")]
        if any(top in name for name in editable):
            return "there"
        if any(_may_add(name) for name in names):
            presence = "unclear"
    return presence


def _is_found_here(top: str) -> bool:
    try:
        return importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):  # a module that is loaded and does not know from where
        return top in sys.modules


def _sites(folders: Sequence[Path]) -> Iterator[Path]:
    """Yield where the other environments keep their packages."""
    homes = [folder / name for folder in folders for name in (".venv", "venv")]
    active = os.environ.get("VIRTUAL_ENV")
    homes += [Path(active)] if active else []
    this = Path(sys.prefix).resolve()
    for home in dict.fromkeys(homes):
        if home.is_dir() and home.resolve() != this:
            yield from home.glob("lib/python3*/site-packages")


def _may_add(name: str) -> bool:
    return name.endswith(".pth") and name not in _HARMLESS and not name.startswith(_OURS)
