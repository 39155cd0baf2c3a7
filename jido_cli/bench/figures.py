"""The figures: keys, limits, definitions; and running them.

What is measured and how stands in the modules beside; a limit is a floor of the product's own,
never a verdict on the machine.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jido_cli.bench import commands, memory, processes, trees
from jido_cli.errors import UsageError

RUNS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is called, what is wanted, how it is measured."""

    key: str
    title: str
    unit: Literal["us", "/s", "s", "ms", "B"]
    limit: float | None
    better: Literal["lower", "higher"]
    measure: Callable[[], float]
    runs: int = RUNS


@dataclass(frozen=True, slots=True)
class Result:
    """A measured figure: the median of its runs."""

    key: str
    title: str
    value: float
    unit: str
    limit: float | None
    better: Literal["lower", "higher"]
    runs: tuple[float, ...]

    @property
    def is_within(self) -> bool:
        """Whether the limit is kept; without a limit it is."""
        if self.limit is None:
            return True
        return self.value <= self.limit if self.better == "lower" else self.value >= self.limit


FIGURES: tuple[Figure, ...] = (
    Figure(
        "cmd_python_us",
        "pure command, Python action",
        "us",
        3.0,
        "lower",
        commands.cmd_python_us,
    ),
    Figure(
        "cmd_declarative_us",
        "pure command, declarative",
        "us",
        8.0,
        "lower",
        commands.cmd_declarative_us,
    ),
    Figure("call_us", "call from the engine's loop", "us", 10.0, "lower", commands.call_us),
    Figure(
        "call_socket_us",
        "call over the socket",
        "us",
        None,
        "lower",
        processes.call_socket_us,
    ),
    Figure(
        "cast_one_per_s",
        "signals to one agent",
        "/s",
        200_000,
        "higher",
        commands.cast_one_per_s,
    ),
    Figure(
        "cast_thousand_per_s",
        "signals to 1,000 agents",
        "/s",
        200_000,
        "higher",
        commands.cast_thousand_per_s,
    ),
    Figure(
        "cast_declarative_per_s",
        "signals to one declarative agent",
        "/s",
        100_000,
        "higher",
        commands.cast_declarative_per_s,
    ),
    Figure(
        "ping_pong_per_s",
        "two agents by Emit",
        "/s",
        80_000,
        "higher",
        commands.ping_pong_per_s,
    ),
    Figure("start_10k_s", "10,000 agents started", "s", 0.15, "lower", trees.start_10k_s),
    Figure("start_100k_s", "100,000 agents started", "s", 1.5, "lower", trees.start_100k_s),
    Figure(
        "bytes_per_idle_agent",
        "memory of an idle agent",
        "B",
        1000,
        "lower",
        memory.bytes_per_idle_agent,
    ),
    Figure("restart_us", "restart to first answer", "us", 50.0, "lower", trees.restart_us),
    Figure(
        "boot_tree_10k_s",
        "tree of 10,000 agents, 100 supervisors",
        "s",
        0.3,
        "lower",
        trees.boot_tree_10k_s,
    ),
    Figure("help_cold_ms", "jido --help", "ms", 100.0, "lower", processes.help_cold_ms),
    Figure("lint_cold_ms", "jido lint, the counter", "ms", 150.0, "lower", processes.lint_cold_ms),
)


def figures() -> tuple[Figure, ...]:
    """Return all figures in order."""
    return FIGURES


def definitions() -> Mapping[str, str]:
    """Return what each figure means: the text of its function."""
    return {figure.key: (figure.measure.__doc__ or "").strip() for figure in FIGURES}


def run(names: Iterable[str] = (), *, told: Callable[[Result], None] | None = None) -> list[Result]:
    """Measure the figures *names*, all if there are none, and return the medians.

    Args:
        names: keys.
        told: called with each result as soon as it is there.

    Raises:
        UsageError: a name is no key.
    """
    wanted = list(names)
    known = {figure.key: figure for figure in FIGURES}
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"no benchmark {name!r}",
                code="no-benchmark",
                where=f"there are {', '.join(known)}",
            )
    results = []
    for figure in (known[name] for name in wanted) if wanted else FIGURES:
        runs = tuple(figure.measure() for _ in range(figure.runs))
        result = Result(
            figure.key,
            figure.title,
            statistics.median(runs),
            figure.unit,
            figure.limit,
            figure.better,
            runs,
        )
        results.append(result)
        if told is not None:
            told(result)
    return results
