"""Figures that need a process of their own: the socket, a cold start."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jido_cli.bench import fixtures
from jido_cli.control.client import EngineClient
from jido_cli.control.server import ControlServer
from jido_cli.control.state_dir import EnginePlace
from jido_cli.runtime.engine import Engine

CALLS = 300
STARTS = 5
COUNTER = """\
jido: v1
name: counter
description: One supervised counter.

agents:
  counter:
    state: {count: 0}
    routes:
      counter.increment:
        params: {by: 1}
        set: {count: "${{ state.count + params.by }}"}
      counter.decrement:
        params: {by: 1}
        set: {count: "${{ state.count - params.by }}"}
      counter.reset:
        set: {count: 0}

supervisor:
  strategy: one_for_one
  max_restarts: 3
  max_seconds: 5
  children:
    - id: counter_agent_server
      agent: counter
"""


def call_socket_us() -> float:
    """One call from another process over the control socket, by the client that the commands
    use; the median of 300 after 30 to warm up."""
    with tempfile.TemporaryDirectory(prefix="jido-bench-") as folder:
        place = EnginePlace(Path(folder) / "bench", Path(folder))
        place.folder.mkdir(mode=0o700)

        async def work(engine: Engine) -> float:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(place.socket))
            server = ControlServer(engine.port, listener)
            server.start()
            try:
                return await asyncio.to_thread(_measure_elsewhere, folder)
            finally:
                server.stop()

        root = fixtures.flat(fixtures.child("counter", fixtures.python_counter()))
        return fixtures.on_engine(root, work)


def _measure_elsewhere(folder: str) -> float:
    code = f"from jido_cli.bench.processes import measure_calls; measure_calls({folder!r})"
    done = subprocess.run(  # noqa: S603 - our own interpreter with our own text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def measure_calls(folder: str) -> None:
    """Print the median of the calls to the engine at *folder*, in microseconds."""
    client = EngineClient(EnginePlace(Path(folder) / "bench", Path(folder)))
    signal = {"type": fixtures.INCREMENT, "data": {"by": 1}}
    times = []
    for _ in range(CALLS + 30):
        began = time.perf_counter()
        client.call("counter", signal)
        times.append(time.perf_counter() - began)
    sys.stdout.write(str(statistics.median(times[30:]) * 1e6))


def help_cold_ms() -> float:
    """`jido --help` in a new process, from its start to its end; the median of 5."""
    return _cold_ms("--help")


def lint_cold_ms() -> float:
    """`jido lint` of the counter in a new process, from its start to its end; the median of 5."""
    with tempfile.TemporaryDirectory(prefix="jido-bench-") as folder:
        file = Path(folder) / "counter.yaml"
        file.write_text(COUNTER, encoding="utf-8")
        return _cold_ms("lint", str(file))


def _cold_ms(*words: str) -> float:
    """Run jido in new processes; the first, which may have to compile it, does not count."""
    environ = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(STARTS + 1):
        began = time.perf_counter()
        subprocess.run(  # noqa: S603 - our own interpreter with our own command
            [sys.executable, "-m", "jido_cli.cli.main", *words],
            capture_output=True,
            check=True,
            env=environ,
        )
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:]) * 1000
