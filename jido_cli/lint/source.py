"""What rules read: the document of a loaded file, its places, and the texts it came from.

The only module that knows how the loader hands these over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from jido_cli.topology.load import LoadResult
from jido_cli.topology.positions import Path as ValuePath
from jido_cli.topology.positions import Positions
from jido_cli.topology.raw import Raw


class Source(msgspec.Struct, frozen=True):
    """A document, its places, the names and texts of its files, and the folder of the first."""

    document: Raw
    positions: Positions
    names: Sequence[str]
    texts: Sequence[str]
    folder: Path
    is_part: bool = False
    mounted: Mapping[ValuePath, Source] = {}


def read(result: LoadResult) -> Source | None:
    """Return what was loaded; None where there is no document to speak of."""
    if result.document is None or result.places is None:
        return None
    return Source(
        result.document,
        result.places,
        result.files,
        [result.texts.get(name, "") for name in result.files],
        Path(result.file).absolute().parent,
        result.is_part,
        {
            path: source
            for path, below in result.mounted.items()
            if (source := read(below)) is not None
        },
    )
