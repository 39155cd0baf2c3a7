"""What rules read: the document of a loaded file, its places, and the texts it came from.

The only module that knows how the loader hands these over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jido_cli.topology import yaml_reader
from jido_cli.topology.load import LoadResult
from jido_cli.topology.positions import Mark, Positions
from jido_cli.topology.raw import Raw
from jido_cli.topology.rules import Findings


@dataclass(frozen=True, slots=True)
class SourceText:
    """One file of a topology: its name as findings have it, its text, the marks of its values."""

    name: str
    text: str
    root: Mark


@dataclass(frozen=True, slots=True)
class Source:
    """A document, its places, and its files, the topology's own first."""

    document: Raw
    positions: Positions
    files: Sequence[SourceText]
    folder: Path
    is_part: bool = False


def read(result: LoadResult) -> Source | None:
    """Return what was loaded; None where there is no document to speak of."""
    found = yaml_reader.read(result.text, Findings(result.file))
    if found.mark is None or not isinstance(found.value, dict):
        return None
    file = SourceText(result.file, result.text, found.mark)
    return Source(found.value, Positions(found.mark), [file], Path(result.file).absolute().parent)
