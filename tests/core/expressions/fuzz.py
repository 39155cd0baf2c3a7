"""Compares random expressions with the library for as long as it is told to.

Run it as `python -m tests.core.expressions.fuzz [EVALUATIONS [SEED]]`; it prints every difference
that is not on the list, then how often each rule was needed, and fails if there was one.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from random import Random

from tests.core.expressions.comparison import differences, library

PART = 2_000
"""Expressions for one judge: each null that it returns costs it a reference."""


def main(evaluations: int = 1_000_000, seed: int = 0) -> int:
    """Compare; return the number of differences."""
    found: Counter[str] = Counter()
    wrong = 0
    start = time.monotonic()
    while found["evaluations"] < evaluations:
        with library() as other:
            depth = 2 + seed % 3
            for each in differences(other, Random(seed), PART, found, depth):
                wrong += 1
                print(each)
        seed += 1
        if seed % 10 == 0:
            print(f"{found['evaluations']:,} after {time.monotonic() - start:.0f} s", flush=True)
    for rule, count in found.most_common():
        print(f"{count:10,} {rule}")
    print(f"{wrong:10,} differences that are not on the list")
    return wrong


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
