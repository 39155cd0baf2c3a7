"""Does what came fit what was expected? And if nothing does, what is nearest, and how far off?

A mapping fits if it has at least what is expected; all else must be equal. Pure: values in, values
out.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

MAX_SHOWN: Final = 200


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Misfit:
    """One value that is not as expected; `path` is dotted, `ABSENT` stands for none."""

    path: str
    expected: object
    got: object


def misfits(expected: object, got: object, path: str = "") -> Iterator[Misfit]:
    """Yield where *got* does not fit *expected*."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, below in expected.items():
            yield from misfits(below, got.get(key, ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        for at in range(max(len(expected), len(got))):
            here = expected[at] if at < len(expected) else ABSENT
            there = got[at] if at < len(got) else ABSENT
            yield from misfits(here, there, f"{path}[{at}]")
    elif not _is_same(expected, got):
        yield Misfit(path, expected, got)


def fits(expected: object, got: object) -> bool:
    """Tell whether *got* has what *expected* asks for."""
    return next(misfits(expected, got), None) is None


def nearest(
    expected: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the candidate that fits best: of the same type if there is one."""

    def distance(candidate: Mapping[str, Any]) -> tuple[float, int]:
        here, there = str(expected.get("type", "")), str(candidate.get("type", ""))
        alike = 1.0 if here == there else difflib.SequenceMatcher(None, here, there).ratio() / 2
        return -alike, sum(1 for _ in misfits(expected, candidate))

    return min(candidates, key=distance, default=None)


def diff_lines(expected: object, got: object) -> list[str]:
    """Return a line for each value that is not as expected."""
    found = list(misfits(expected, got))
    width = max((len(one.path) for one in found), default=0)
    return [
        f"  {one.path:{width}}  expected {shown(one.expected)}, got {shown(one.got)}"
        for one in found
    ]


def shown(value: object) -> str:
    """Return a value as it is written in a file, cut where it gets long."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _is_same(expected: object, got: object) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    return expected == got
