"""From the files of a topology to one document: what parts declare, joined with the file's own.

Names live in one space, so the same name in two files is an error that shows both. What belongs
to one file only, such as its `supervisor` and its `defaults`, is not merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jido_cli.topology import raw
from jido_cli.topology.parts import Part
from jido_cli.topology.positions import MapMark, Mark, ScalarMark, pos_of
from jido_cli.topology.raw import Raw
from jido_cli.topology.rules import DUPLICATE_NAME, Findings

MERGED: Final = ("vars", "signals", "actions", "agents", "targets")


def merge(
    parts: Sequence[Part], findings: Findings, keys: Sequence[str] = MERGED
) -> tuple[Raw, MapMark]:
    """Return the document of the first part with what the others declare under *keys*."""
    first = parts[0]
    if len(parts) == 1:
        return first.value, first.mark
    document: dict[str, object] = dict(first.value)
    mark = MapMark(first.mark.pos, dict(first.mark.keys), dict(first.mark.values))
    for key in keys:
        found = [part for part in parts if isinstance(part.value.get(key), dict)]
        if found and found != [first]:
            names, below = _joined(key, found, findings)
            document[key] = names
            mark.keys.setdefault(key, found[0].mark.keys[key])
            mark.values[key] = below
    return document, mark


def _joined(
    key: str, parts: Sequence[Part], findings: Findings
) -> tuple[dict[str, object], MapMark]:
    names: dict[str, object] = {}
    keys: dict[str, ScalarMark] = {}
    values: dict[str, Mark] = {}
    for part in parts:
        mark = part.mark.values[key]
        assert isinstance(mark, MapMark)
        for name, value in raw.mapping(part.value[key]).items():
            place = mark.keys[name]
            if name in names and not name.startswith("x-"):
                here, there = pos_of(place), pos_of(keys[name])
                word = key.removesuffix("s")
                fact = f"{word} {name!r} is already declared at {findings.line(there, here)}"
                findings.add(
                    DUPLICATE_NAME, here, fact, hint="files that belong together share names"
                )
                continue
            names[name], keys[name], values[name] = value, place, mark.values[name]
    pos = parts[0].mark.values[key]
    assert isinstance(pos, MapMark)
    return names, MapMark(pos.pos, keys, values)
