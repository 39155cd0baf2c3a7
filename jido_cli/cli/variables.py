"""The options that give values to the vars of a topology, and what they come to.

Whether a var is declared and whether a value fits it is the loader's to say; here it is only seen
that the words can be read. A secret is never taken from the command line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from jido_cli.cli.checked import existing
from jido_cli.errors import UsageError

if TYPE_CHECKING:  # the loader costs start-up time that other commands do not need
    from jido_cli.topology.var_sources import VarSources

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="K=V", help="Give a var a value; K:=V takes JSON."),
]
SetFile = Annotated[
    list[str] | None,
    typer.Option("--set-file", metavar="K=PATH", help="Give a var the text of a file."),
]
Values = Annotated[
    str | None,
    typer.Option("--values", metavar="FILE", help="Take the values of vars from a YAML file."),
]
_ASSIGNMENT = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_-]*)\s*(:?=)(.*)", re.DOTALL)


class Given(NamedTuple):
    """What a command line gives for vars."""

    assignments: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    values: str | None = None

    def words(self) -> list[str]:
        """Return the options again, for another process."""
        words = [word for text in self.assignments for word in ("--set", text)]
        words += [word for name, path in self.files for word in ("--set-file", f"{name}={path}")]
        return words + (["--values", self.values] if self.values is not None else [])

    def sources(self, environ: Mapping[str, str], *, may_assume: bool = False) -> VarSources:
        """Return where the loader finds values: here, then in the environment, then in files."""
        from jido_cli.topology.var_sources import VarSources

        return VarSources(
            assignments=self.assignments,
            set_files={name: Path(path) for name, path in self.files},
            values_file=Path(self.values) if self.values is not None else None,
            environ=environ,
            reads_files=not may_assume,
            may_assume=may_assume,
        )


NOTHING = Given()


def given(
    assignments: Sequence[str] | None, files: Sequence[str] | None, values: str | None
) -> Given:
    """Return what the options say.

    Raises:
        UsageError: a word cannot be read, or a var is given twice.
        CommandError: a file is not there.
    """
    seen: dict[str, str] = {}
    for text in assignments or ():
        name, _, _ = _split(text, "--set", "name=value, or name:=json")
        _once(name, "--set", seen)
    paths = []
    for text in files or ():
        name, sign, path = _split(text, "--set-file", "name=path")
        _once(name, "--set-file", seen)
        if sign != "=" or not path:
            raise _unreadable(text, "--set-file", "name=path")
        if path == "-":
            raise UsageError(f"--set-file {text!r}: to read stdin is not available yet")
        paths.append((name, str(existing(path, option=f"--set-file {name}"))))
    kept = str(existing(values, option="--values")) if values is not None else None
    return Given(tuple(assignments or ()), tuple(paths), kept)


def _split(text: str, option: str, wanted: str) -> tuple[str, str, str]:
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        raise _unreadable(text, option, wanted)
    name, sign, value = match.groups()
    return name, sign, value


def _unreadable(text: str, option: str, wanted: str) -> UsageError:
    return UsageError(f"{option}: {text!r} gives no var a value; wanted is {wanted}")


def _once(name: str, option: str, seen: dict[str, str]) -> None:
    if name in seen:
        again = f"by {seen[name]} and {option}" if seen[name] != option else f"by {option}"
        raise UsageError(f"var {name!r} is given twice, {again}")
    seen[name] = option
