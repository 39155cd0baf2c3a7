"""Files of golden cases, one JSON object a line: reading, running and telling.

What a kind of case means is said where its function is; this only counts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
Case = Mapping[str, Any]
Run = Callable[[Case], object]
"""Runs a case and returns what should equal its `expect`."""


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases of a file in order."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def failures_of(cases: Iterator[Case], kinds: Mapping[str, Run]) -> Iterator[tuple[Case, str]]:
    """Yield each case with what is wrong about it, the empty text if nothing is."""
    for case in cases:
        run = kinds.get(case["kind"])
        if run is None:
            yield case, f"{case['id']}: unknown kind {case['kind']!r}"
            continue
        got = run(case)
        # As text, because Python holds 1, 1.0 and True for equal.
        wanted_text, got_text = (
            json.dumps(value, sort_keys=True) for value in (case["expect"], got)
        )
        wrong = got_text != wanted_text
        yield case, f"{case['id']}: wanted {wanted_text}, got {got_text}" if wrong else ""


def main(kinds: Mapping[str, Run], arguments: Sequence[str] | None = None) -> int:
    """Run the cases of the files named, print what fails, and return the exit code."""
    files = list(sys.argv[1:] if arguments is None else arguments)
    if not files:
        print("usage: python -m tests.conformance.NAME FILE...", file=sys.stderr)
        return 2
    passed = failed = 0
    for file in files:
        for _, wrong in failures_of(read_cases(Path(file)), kinds):
            if wrong:
                failed += 1
                print(wrong)
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
