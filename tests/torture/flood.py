"""A million signals at a mailbox of ten thousand, with each overflow policy: what is kept of it.

`python -m tests.torture.flood`; `--signals` for another number. Everything sent is accounted for,
and memory ends where it was once the flood has passed.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tracemalloc
from collections import Counter
from typing import get_args

from jido_cli.runtime.supervising.starts import MailboxPolicy, Overflow
from tests.helpers.actions import COUNT, add
from tests.helpers.programs import agent, program, tree
from tests.helpers.worlds import World

ROOM = 10_000
BURST = 25_000  # more than fits, before anything is handled
PREFILL = 8  # bursts: then every ring is full
MOST_GROWTH = 1_000_000  # bytes


def main() -> int:
    """Flood once with each policy; return 0 if all of it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000)
    options = parser.parse_args()
    ok = True
    for overflow in get_args(Overflow):
        ok = _flood(overflow, options.signals) and ok
    return 0 if ok else 1


def _flood(overflow: Overflow, signals: int) -> bool:
    mailbox = MailboxPolicy(ROOM, overflow, block_timeout_s=1.0)
    world = World(tree(agent("a", program("counter", {"add": add}, state=COUNT, mailbox=mailbox))))
    world.boot()
    told: Counter[str] = Counter()
    tracemalloc.start()
    # What is kept for ever is bounded: fill it first, then measure.
    for _ in range(PREFILL):
        _burst(world, told, BURST)
    before = _held()
    for _ in range(max(1, signals // BURST)):
        _burst(world, told, BURST)
    grown = _held() - before
    tracemalloc.stop()
    sent = sum(told.values())
    accepted, rejected, dropped, dead = world.counts("a")
    handled = world.state("a")["count"]
    world.close()
    held_back = told["blocked"]  # not taken: who sends waits, or says so
    is_whole = accepted + rejected + dropped + dead + held_back == sent
    is_counted = handled == accepted
    is_flat = grown < MOST_GROWTH
    print(
        f"{overflow:<12} sent {sent:,}  accepted {accepted:,}  rejected {rejected:,}"
        f"  dropped {dropped:,}  dead {dead:,}  held back {held_back:,}  handled {handled:,}"
        f"  grown {grown / 1e6:.2f} MB"
    )
    for is_so, what in (
        (is_whole, "something sent is not accounted for"),
        (is_counted, "something accepted was not handled"),
        (is_flat, f"more than {MOST_GROWTH:,} bytes are kept"),
    ):
        if not is_so:
            print(f"  {what}", file=sys.stderr)
    return is_whole and is_counted and is_flat


def _burst(world: World, told: Counter[str], count: int) -> None:
    for _ in range(count):
        told[world.cast("a", "add", {"by": 1})] += 1
    world.settle()
    world.advance(1.0)


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


if __name__ == "__main__":
    sys.exit(main())
