"""Topologies that are written for one test, and forgotten after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    """Return a function that writes a topology, and the modules that it names."""
    path, modules = list(sys.path), set(sys.modules)

    def write(text: str, **sources: str) -> Path:
        (tmp_path / "pyproject.toml").touch()
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(dedent(source), encoding="utf-8")
        file = tmp_path / "topology.yaml"
        file.write_text(dedent(text), encoding="utf-8")
        return file

    yield write
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        found = getattr(sys.modules[name], "__file__", None) or ""
        if found.startswith(str(tmp_path)):
            del sys.modules[name]
