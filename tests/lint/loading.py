"""Loading as `jido lint` does it: vars need no values, a file without a tree is a part."""

from __future__ import annotations

from pathlib import Path

from jido_cli.topology.load import LoadResult, load
from jido_cli.topology.var_sources import VarSources


def lint_load(path: Path | str) -> LoadResult:
    return load(path, values=VarSources(may_assume=True), as_part=True)
