"""Figures that need a process of their own: the socket, a cold start."""

from __future__ import annotations

import asyncio
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
    times = []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "jido_cli.cli.main", "--help"], capture_output=True, check=True
        )
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000
