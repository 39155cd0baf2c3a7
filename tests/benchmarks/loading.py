"""What loading and linting cost: `python -m tests.benchmarks.loading`.

Three kinds of topologies: all alike, each agent with a state of its own, and no expression twice.
Of each kind a folder of 1,000 files of 100 lines is linted, and one file of 100,000 lines. Printed
are the seconds by the clock, the processor time of all processes, and the most memory that one of
them had; on a machine that others use too, the processor time is the figure that tells.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

FILES: Final = 1_000
LINES: Final = 100_000
_PER_FILE: Final = 9  # agents in a file of 100 lines

_HEAD: Final = """\
jido: v1
name: {name}
description: Made to be measured.
agents:
"""
_AGENT: Final = """\
  {agent}:
    state: {{count: 0, {own}: 0, label: "new"}}
    routes:
      counter.increment:
        params: {{by: 1}}
        set: {{{own}: "${{{{ state.{own} + params.by{more} }}}}"}}
      counter.reset:
        when: state.count > {least}
        set: {{count: 0, label: "reset"}}
"""
_TREE: Final = """\
supervisor:
  strategy: one_for_one
  max_restarts: 3
  max_seconds: 5
  children:
"""


class Kind(NamedTuple):
    """A kind of topology: how the members and the expressions of agent number N are made."""

    name: str
    own: Callable[[int], str]
    more: Callable[[int], str]
    least: Callable[[int], int]


KINDS: Final = (
    Kind("alike", lambda _: "total", lambda _: "", lambda _: 0),
    Kind("own state", "total_{}".format, lambda _: "", lambda _: 0),
    Kind("own expressions", lambda _: "total", " + {}".format, lambda number: number),
)


def agent_lines(kind: Kind, number: int) -> str:
    """Return an agent of a kind; *number* tells it from all others."""
    return _AGENT.format(
        agent=f"agent_{number}",
        own=kind.own(number),
        more=kind.more(number),
        least=kind.least(number),
    )


def topology(kind: Kind, name: str, numbers: range) -> str:
    """Return a topology with one agent and one child for each number."""
    agents = "".join(agent_lines(kind, number) for number in numbers)
    children = "".join(f"    - {{id: child_{n}, agent: agent_{n}}}\n" for n in numbers)
    return _HEAD.format(name=name) + agents + _TREE + children


def write_files(kind: Kind, folder: Path, files: int) -> None:
    """Write that many files of 100 lines."""
    for number in range(files):
        numbers = range(number * _PER_FILE, (number + 1) * _PER_FILE)
        text = topology(kind, f"topology-{number}", numbers)
        (folder / f"topology-{number}.yaml").write_text(text)


def write_large(kind: Kind, folder: Path, lines: int) -> None:
    """Write one file of that many lines."""
    agents = (lines - 9) // 10
    (folder / "large.yaml").write_text(topology(kind, "large", range(agents)))


class Cost(NamedTuple):
    """What a process and its children took."""

    seconds: float
    cpu_s: float
    peak_mb: float


def lint(folder: Path) -> Cost:
    """Lint a folder in a process of its own."""
    command = [sys.executable, "-m", "jido_cli.cli.main", "lint", str(folder)]
    begun = time.monotonic()
    output = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, output, 1)]
    pid = os.posix_spawn(command[0], command, dict(os.environ), file_actions=actions)
    os.close(output)
    _, status, used = os.wait4(pid, 0)
    assert status == 0, f"{folder} is not clean"
    unit = 1 if sys.platform == "darwin" else 1024
    seconds = time.monotonic() - begun
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6)


def measured(kinds: list[Kind], files: int, lines: int) -> Iterator[str]:
    """Measure one after the other, and give a line for each."""
    yield f"{'what':<34}{'clock':>8}{'cpu':>8}{'peak':>9}"
    for kind in kinds:
        for what, write, size in (
            (f"{files:,} files of 100 lines", write_files, files),
            (f"one file of {lines:,} lines", write_large, lines),
        ):
            with tempfile.TemporaryDirectory() as name:
                write(kind, Path(name), size)
                cost = lint(Path(name))
            yield (
                f"{kind.name}, {what}".ljust(44)
                + f"{cost.seconds:>7.2f}s{cost.cpu_s:>7.2f}s{cost.peak_mb:>6.0f} MB"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--kind", choices=[kind.name for kind in KINDS])
    given = parser.parse_args()
    kinds = [kind for kind in KINDS if given.kind in (None, kind.name)]
    for line in measured(kinds, given.files, given.lines):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
