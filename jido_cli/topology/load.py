"""Load a topology file: the one way from text to a frozen `Topology`, or to findings.

Joins the parts of this room. Nothing of the user's is imported, nothing is fetched, no file but
the one named is read.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jido_cli.errors import TopologyError
from jido_cli.topology import (
    references,
    signal_checks,
    tree_checks,
    yaml_reader,
)
from jido_cli.topology.action_checks import ActionChecks
from jido_cli.topology.build import build
from jido_cli.topology.data_checks import Schemas
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.model import Topology
from jido_cli.topology.positions import Mark, Pos, Positions
from jido_cli.topology.project import UnreadableFileError, project_root, read_text
from jido_cli.topology.raw import Raw
from jido_cli.topology.rules import (
    FORMAT_VERSION,
    UNREADABLE_FILE,
    WRONG_TYPE,
    Findings,
)
from jido_cli.topology.schema_file import FORMAT, schema
from jido_cli.topology.shape import Shape
from jido_cli.topology.words import Suggester, shown
from jido_cli.topology.yaml_errors import split_lines

_START: Final = Pos(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What came of a file: a topology, or what is wrong with it; and the text, for excerpts."""

    file: str
    topology: Topology | None
    diagnostics: tuple[Diagnostic, ...]
    text: str = ""

    def require(self) -> Topology:
        """Return the topology.

        Raises:
            TopologyError: there is none; it carries the findings.
        """
        if self.topology is not None:
            return self.topology
        count = len(self.diagnostics)
        noun = "1 error" if count == 1 else f"{count} errors"
        raise TopologyError(f"{self.file} has {noun}", diagnostics=self.diagnostics)


def load(path: Path | str) -> LoadResult:
    """Load the topology file at *path*; findings name it as it was given."""
    path = Path(path)
    try:
        text = read_text(path)
    except UnreadableFileError as error:
        findings = Findings(str(path))
        findings.add(UNREADABLE_FILE, _START, f"the file cannot be read: {error}")
        return LoadResult(str(path), None, findings.sorted())
    return load_text(text, path)


def load_text(text: str, path: Path | str) -> LoadResult:
    """Load a topology from text that stands, or will stand, at *path*."""
    path = Path(path)
    findings = Findings(str(path))
    with _collector_paused():
        topology = _load(text, path, findings)
    return LoadResult(str(path), topology, findings.sorted(), text)


def _load(text: str, path: Path, findings: Findings) -> Topology | None:
    read = yaml_reader.read(text, findings)
    if read.mark is None:
        return None
    if not isinstance(read.value, dict):
        fact = f"the file is {shown(read.value)}, not a mapping"
        findings.add(WRONG_TYPE, _START, fact, hint=f"begin it with jido: {FORMAT}")
        return None
    positions = Positions(read.mark)
    if not _is_our_version(read.value, positions, findings):
        return None
    _check(text, read.value, read.mark, positions, findings)
    if len(findings):
        return None
    return build(read.value, positions, file=path, project_root=project_root(path))


def _check(text: str, document: Raw, mark: Mark, positions: Positions, findings: Findings) -> None:
    suggester = Suggester()
    Shape(schema(), findings, suggester).check(document, mark)
    references.check(document, positions, findings, suggester)
    tree_checks.check(document, positions, findings)
    signal_checks.check(document, positions, findings, suggester)
    schemas = Schemas(positions, findings, suggester)
    schemas.check_document(document)
    lines = split_lines(text.removeprefix("\ufeff"))
    ActionChecks(document, lines, positions, findings, schemas).check(suggester)


def _is_our_version(document: Raw, positions: Positions, findings: Findings) -> bool:
    """A file of another version would only give findings that mean nothing."""
    version = document.get("jido", FORMAT)
    if version == FORMAT:
        return True
    place = positions.value(("jido",))
    if isinstance(version, str) and version[:1] == "v" and version[1:].isdecimal():
        newer = int(version[1:6]) > int(FORMAT[1:])
        word = "newer" if newer else "older"
        hint = "pip install --upgrade jido-cli" if newer else f"write jido: {FORMAT}"
        fact = f"format {version!r} is {word} than this program, which reads {FORMAT}"
        findings.add(FORMAT_VERSION, place, fact, hint=hint)
    else:
        fact = f"jido {shown(version)} is not a version of the format"
        findings.add(FORMAT_VERSION, place, fact, hint=f"write jido: {FORMAT}")
    return False


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking what is only being built: it halves the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
