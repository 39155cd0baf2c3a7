"""A typo in every key and a wrong type at every value of a whole file: each one finding, exact.

What is mistaken is taken from the valid files, so that a new key is tried as soon as it is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from jido_cli.topology.load import load_text
from jido_cli.topology.positions import ListMark, MapMark, Mark, ScalarMark
from jido_cli.topology.rules import Findings
from jido_cli.topology.var_sources import VarSources
from jido_cli.topology.yaml_reader import read

HERE = Path(__file__).parent
GIVEN = VarSources(environ={"MORE_KEY": "x"})
VALID = sorted((HERE / "valid").glob("*.yaml"))
# Below these names are the user's own, or data of any shape.
_NAMED = {"actions", "agents", "labels", "routes", "scenarios", "schedules", "sensors", "signals"}
_NAMED |= {"plugins", "transitions", "vars"}
_FREE = {"state", "params", "output", "data", "set", "merge", "with", "extensions", "reply", "meta"}
_FREE |= {"append", "prepend", "replace", "locals", "default", "items", "keep", "delete"}
_FREE |= {"require", "message", "for_each", "type", "enum", "at"}
_FREE |= {"script", "start"}


class Spot(NamedTuple):
    """One key of a file that is ours, with its value."""

    file: Path
    path: tuple[str | int, ...]
    key: ScalarMark
    value: object
    mark: Mark

    def __str__(self) -> str:
        return f"{self.file.stem}:{self.key.line}:{self.path[-1]}"


def spots(file: Path) -> Iterator[Spot]:
    document = read(file.read_text(encoding="utf-8"), Findings("t.yaml"))
    assert document.mark is not None
    yield from _below(file, (), document.value, document.mark)


def _below(file: Path, path: tuple[str | int, ...], value: object, mark: Mark) -> Iterator[Spot]:
    if isinstance(value, list) and isinstance(mark, ListMark):
        for index, (each, place) in enumerate(zip(value, mark.items, strict=True)):
            yield from _below(file, (*path, index), each, place)
    if not isinstance(value, dict) or not isinstance(mark, MapMark):
        return
    has_names = bool(path) and path[-1] in _NAMED
    for key, each in value.items():
        if key.startswith("x-") and path[-1:] != ("routes",):
            continue
        if not has_names:
            yield Spot(file, (*path, key), mark.keys[key], each, mark.values[key])
        if key not in _FREE or has_names:
            yield from _below(file, (*path, key), each, mark.values[key])


SPOTS = [spot for file in VALID for spot in spots(file)]


def edited(spot: Spot, place: ScalarMark, new: str) -> str:
    lines = spot.file.read_text(encoding="utf-8").split("\n")
    head = [*lines[: place.line - 1], lines[place.line - 1][: place.column - 1]]
    tail = [lines[place.end_line - 1][place.end_column - 1 :], *lines[place.end_line :]]
    return "\n".join(head) + new + "\n".join(tail)


def test_there_are_enough_spots() -> None:
    assert len(SPOTS) > 150


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_a_typo_in_a_key_is_one_finding_at_that_key(spot: Spot) -> None:
    name = str(spot.path[-1])
    text = edited(spot, spot.key, f"{name[0]}{name}")
    found = load_text(text, spot.file, values=GIVEN).diagnostics
    places = [(each.line, each.column, each.end_column, each.code) for each in found]
    end = spot.key.end_column + 1
    assert places == [(spot.key.line, spot.key.column, end, "JD105")], list(map(str, found))
    assert found[0].hint is not None


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_a_value_of_the_wrong_type_is_one_finding_at_that_value(spot: Spot) -> None:
    if spot.path[-1] in ("enum", "minimum", "maximum"):
        return  # another bound makes another mistake of the default
    mark = spot.mark if isinstance(spot.mark, ScalarMark) else spot.mark.pos
    if mark.style in ("|", ">") or mark.end_line != mark.line:
        return
    for wrong in wrong_values(spot.value):
        found = load_text(edited(spot, mark, wrong), spot.file, values=GIVEN).diagnostics
        # Where data of any shape may stand, nothing need be wrong.
        places = [(each.line, each.column) for each in found]
        begin, end = (spot.key.line, spot.key.column), (mark.line, mark.column + len(wrong))
        assert all(begin <= place <= end for place in places), list(map(str, found))
        assert len(found) < 2, list(map(str, found))


def wrong_values(value: object) -> list[str]:
    wrong = ["[[1]]", "-7.5", "true", '"${{ nope }}"', "~"]
    wrong += ["{zz: 1}"] if isinstance(value, int | list) else []
    return [each for each in wrong if each != json.dumps(value)]
