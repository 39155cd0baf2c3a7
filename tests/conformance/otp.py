"""Run traces of OTP's supervisor: `python -m tests.conformance.otp FILE [--level LEVEL]`.

Here lives reading, comparing and telling. What the level `machine` or `runtime` does to follow a
scenario is in `otp_machine` and `otp_runtime`; both export `make_world`.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conformance.otp_canon import Canon
from tests.conformance.otp_world import Json, MakeWorld, Step

LEVELS: Final = ("machine", "runtime")


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first observation of a scenario that differs from OTP's."""

    scenario: str
    place: str
    key: str
    want: Json
    got: Json

    def __str__(self) -> str:
        want, got = json.dumps(self.want), json.dumps(self.got, default=str)
        return f"{self.scenario}: {self.place}: {self.key}\n  wanted {want}\n  got    {got}"


def read(path: Path) -> Iterator[Mapping[str, Json]]:
    """Yield the scenarios of a `.jsonl` or `.jsonl.gz` file."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    for line in content.splitlines():
        if line.strip():
            yield json.loads(line)


def run(scenario: Mapping[str, Json], make_world: MakeWorld) -> Divergence | None:
    """Follow *scenario* in a world of its own and return where it first differs."""
    world = make_world(scenario["tree"])
    canon = Canon()
    expect = scenario["expect"]
    try:
        divergence = _compare(scenario, "boot", expect["boot"], canon.observation(world.boot()))
        for number, (step, want) in enumerate(
            zip(scenario["steps"], expect["steps"], strict=True), start=1
        ):
            if divergence is not None:
                return divergence
            got = canon.observation(world.step(step))
            divergence = _compare(scenario, f"step {number} ({_words(step)})", want, got)
        return divergence
    finally:
        world.close()


def run_all(
    scenarios: Iterable[Mapping[str, Json]], make_world: MakeWorld
) -> Iterator[Divergence | None]:
    """Run each of *scenarios*; what breaks in the driver or below is a divergence too."""
    for scenario in scenarios:
        try:
            yield run(scenario, make_world)
        except Exception:  # noqa: BLE001 - the edge: one broken scenario must not hide the others
            yield Divergence(scenario["id"], "driver", "exception", None, traceback.format_exc())


def _compare(
    scenario: Mapping[str, Json], place: str, want: Mapping[str, Json], got: Mapping[str, Json]
) -> Divergence | None:
    for key in ("ret", "events", "orphans", "downs", "root", "tree"):
        if want[key] != got[key]:
            return Divergence(scenario["id"], place, key, want[key], got[key])
    return None


def _words(step: Step) -> str:
    named = (step.get("path") or step.get("sup") or "", step.get("id") or "", step.get("reason"))
    return " ".join([step["op"], *(str(word) for word in named if word)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a file of traces and tell what diverged; 0 only if nothing did."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.otp")
    parser.add_argument("file", type=Path, metavar="FILE", help=".jsonl or .jsonl.gz")
    parser.add_argument("--level", choices=LEVELS, default="machine")
    parser.add_argument("--only", metavar="TEXT", default="", help="scenarios with TEXT in the id")
    options = parser.parse_args(arguments)
    make_world = importlib.import_module(f"tests.conformance.otp_{options.level}").make_world
    scenarios = (s for s in read(options.file) if options.only in s["id"])
    passed = failed = 0
    for divergence in run_all(scenarios, make_world):
        if divergence is None:
            passed += 1
        else:
            failed += 1
            sys.stdout.write(f"{divergence}\n")
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
