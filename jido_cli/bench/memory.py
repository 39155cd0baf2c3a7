"""Memory of idle agents, measured in a process of its own."""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
from pathlib import Path

from jido_cli.bench import fixtures
from jido_cli.bench.trees import start_pool
from jido_cli.runtime.engine import Engine

AGENTS = 100_000


def bytes_per_idle_agent() -> float:
    """Resident memory that 100,000 idle agents add to a process, after a collection of garbage,
    divided by their number: places, specifications, states and supervision included."""
    code = "from jido_cli.bench.memory import measure; print(measure())"
    done = subprocess.run(  # noqa: S603 - our own interpreter with our own text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def measure() -> float:
    """Measure in this very process."""

    async def work(engine: Engine) -> float:
        await start_pool(engine, ["warm"])
        gc.collect()
        before = _resident()
        await start_pool(engine, [f"agent-{number}" for number in range(AGENTS)])
        gc.collect()
        return (_resident() - before) / AGENTS

    return fixtures.on_engine(fixtures.pool(fixtures.python_counter()), work)


def _resident() -> int:
    """Return the resident set of this process in bytes."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: bytes, and only the peak
