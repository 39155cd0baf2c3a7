"""A topology that may be used: loaded, and without a finding that is an error.

`up`, `plan` and `graph` come through here, so that they refuse the same files as `jido lint`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jido_cli.cli.failures import CommandError, FindingsError
from jido_cli.control.words import nearest

if TYPE_CHECKING:  # costs start-up time that other commands do not need
    from jido_cli.topology.load import LoadResult
    from jido_cli.topology.model import Topology
    from jido_cli.topology.var_sources import VarSources


class Checked(NamedTuple):
    """A topology, what came of loading it, and how many warnings `jido lint` has for it."""

    topology: Topology
    result: LoadResult
    warnings: int = 0


def existing(file: str, *, option: str | None = None) -> Path:
    """Return the path of a file that is there; *option* names it, if it is no argument.

    Raises:
        CommandError: it is not.
    """
    path = Path(file)
    if file and path.is_file():
        return path
    head = f"{option}: " if option else ""
    raise CommandError(head + _no_file(file, path), code="no-file", where=str(Path.cwd()))


def _no_file(file: str, path: Path) -> str:
    if not file:
        return "no file is named: the name is empty"
    if path.is_dir():
        return f"{file} is a folder, wanted is a file"
    if os.path.lexists(path):
        return f"{file} is no plain file"
    try:
        found = nearest(path.name, [one.name for one in path.parent.iterdir()])
    except OSError:  # a folder that is not there has nothing near
        found = None
    meant = f"; did you mean {str(path.with_name(found))!r}?" if found is not None else ""
    return f"{file} is not there{meant}"


def checked(file: Path, values: VarSources | None = None) -> Checked:
    """Return the topology of *file* with the *values* given for its vars.

    Raises:
        FindingsError: it has errors.
    """
    from jido_cli.lint.judge import check
    from jido_cli.topology.load import load
    from jido_cli.topology.report import render, to_dict

    result = load(file, values=values) if values is not None else load(file)
    told = check(result)
    findings = [one for one in told if one.severity == "error"]
    if result.topology is not None and not findings:
        return Checked(result.topology, result, len(told))
    raise FindingsError(
        f"{file} cannot be run",
        lines=render(findings, result.texts).split("\n"),
        findings=[to_dict(one) for one in findings],
    )
