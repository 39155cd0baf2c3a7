"""What the dashboard costs the engine that it watches: `python -m tests.benchmarks.dashboard`.

An engine at full speed is watched and not watched in turns, with one of its agents selected, so
that the state of that is followed too. Printed are the fall of its throughput with its interval,
the dashboard's share of a core, its memory over a minute, and how long a key takes to the screen.
"""

from __future__ import annotations

import argparse
import fcntl
import math
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jido_cli.control.client import EngineClient
from jido_cli.control.state_dir import StateDir
from tests.cli.processes import new_project

TOPOLOGY = """\
jido: v1
name: load
bus: {{max_hops: 0}}
agents:
  pinger:
    state: {{count: 0}}
    mailbox: {{max: 100000}}
    routes:
      ping:
        require: state.count >= 0
        set: {{count: "${{{{ state.count + 1 }}}}"}}
        emit: {{type: ping, to: self}}
supervisor:
  strategy: one_for_one
  children:
{children}
"""
AGENTS = 20
SETTLE_S = 2.0
STARTS_S = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Dashboard:
    """`jido tui` in a terminal of its own, whose output is read and thrown away."""

    def __init__(self, command: list[str], cwd: Path, environ: dict[str, str]) -> None:
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(command[0], command, environ | {"TERM": "xterm-256color"})
        size = struct.pack("HHHH", 36, 120, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    def read_for(self, seconds: float, wanted: bytes | None = None) -> bool:
        """Read for some time, or until *wanted* comes; return whether it came."""
        end = time.monotonic() + seconds
        tail = b""  # what is waited for may come in two parts
        while (left := end - time.monotonic()) > 0:
            if not select.select([self._terminal], [], [], left)[0]:
                continue
            read = tail + os.read(self._terminal, 1 << 16)
            if wanted is not None and wanted in read:
                return True
            tail = read[-8:]
        return False

    def key_ms(self, key: bytes) -> float:
        """Return how long a key takes until the cursor is drawn anew."""
        begun = time.monotonic()
        os.write(self._terminal, key)
        assert self.read_for(5.0, "►".encode())
        return (time.monotonic() - begun) * 1000

    def cpu_s(self) -> float:
        """Return the processor time used so far."""
        return cpu_s(self.pid)

    def rss_mib(self) -> float:
        """Return the memory in use."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass
class Load:
    """An engine at full speed, and how to look at it."""

    command: list[str]
    cwd: Path
    environ: dict[str, str]
    handle: EngineClient
    pid: int


@contextmanager
def engine() -> Iterator[Load]:
    """Start the engine in a folder of its own, let it run at full speed, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project = new_project(root)
        children = "\n".join(f"    - {{id: p{n}, agent: pinger}}" for n in range(AGENTS))
        (root / "load.yaml").write_text(TOPOLOGY.format(children=children))
        done = project.jido("up", "load.yaml", "-d")
        assert done.code == 0, done
        place = StateDir.of(root, project.environ).place("load")
        with EngineClient(place) as handle:
            for number in range(AGENTS):
                handle.send(f"root/p{number}", {"type": "ping"})
            pid = int(handle.engine()["pid"])
            yield Load(project.command("tui"), root, project.environ, handle, pid)
        project.jido("down", "-e", "load")


def signals(load: Load) -> int:
    """Return how many signals were handled so far."""
    head = 0
    for node in load.handle.tree()["nodes"]:
        if node["kind"] == "agent":
            head += int(load.handle.state(node["path"], "count")["state"])
    return head


@dataclass(frozen=True)
class Rate:
    """Signals handled by the clock, and by the engine's own processor time."""

    a_second: float
    a_cpu_second: float


def rate(load: Load, seconds: float, dashboard: Dashboard | None) -> Rate:
    """Return how fast the engine is over some time.

    On a machine that others use too, the second figure is the one that tells.
    """
    before, begun, used = signals(load), time.monotonic(), cpu_s(load.pid)
    if dashboard is None:
        time.sleep(seconds)
    else:
        dashboard.read_for(seconds)
    handled = signals(load) - before
    return Rate(handled / (time.monotonic() - begun), handled / (cpu_s(load.pid) - used))


@dataclass
class Figures:
    """What was measured."""

    off: list[Rate] = field(default_factory=list)
    on: list[Rate] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [
            f"not watched  {statistics.median(one.a_second for one in self.off):,.0f} directives/s",
            f"watched      {statistics.median(one.a_second for one in self.on):,.0f} directives/s",
            *self._fall("by the clock", "a_second"),
            *self._fall("by the engine's processor time", "a_cpu_second"),
            f"dashboard    {statistics.median(self.cpu):.0%} of a core",
            f"key          {statistics.median(self.keys):.0f}ms, {max(self.keys):.0f}ms at most",
            f"memory       {' '.join(f'{one:.0f}' for one in self.memory)} MiB",
        ]

    def _fall(self, how: str, name: str) -> list[str]:
        pairs = zip(self.on, self.off, strict=True)
        falls = [1 - getattr(on, name) / getattr(off, name) for on, off in pairs]
        mean = statistics.mean(falls)
        lines = [f"fall         {mean:.1%} {how}, {len(falls)} pairs"]
        if len(falls) > 1:
            half = student_t(len(falls) - 1) * statistics.stdev(falls) / math.sqrt(len(falls))
            lines.append(f"             95 % interval {mean - half:.1%} to {mean + half:.1%}")
        return lines


def student_t(freedom: int) -> float:
    """Return the two-sided 95 % point of Student's t (expansion of Cornish and Fisher)."""
    z = statistics.NormalDist().inv_cdf(0.975)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


@contextmanager
def watching(load: Load) -> Iterator[Dashboard]:
    """Open the dashboard, select an agent, and close it again."""
    dashboard = Dashboard(load.command, load.cwd, load.environ)
    try:
        assert dashboard.read_for(STARTS_S, "►".encode())
        dashboard.read_for(SETTLE_S)
        dashboard.key_ms(b"j")
        yield dashboard
    finally:
        dashboard.close()


def measure(pairs: int, seconds: float, minute: float) -> Figures:
    """Measure in turns, then a long run for the memory; each pair is told as it comes."""
    figures = Figures()
    with engine() as load:
        time.sleep(SETTLE_S)
        for number in range(pairs):
            for is_on in (False, True) if number % 2 else (True, False):
                if is_on:
                    _watched(load, seconds, figures)
                else:
                    figures.off.append(rate(load, seconds, None))
            off, on = figures.off[-1].a_second, figures.on[-1].a_second
            sys.stderr.write(f"pair {number + 1} of {pairs}: {off:,.0f}, watched {on:,.0f}\n")
        with watching(load) as dashboard:
            for _ in range(6):
                dashboard.read_for(minute / 6)
                figures.memory.append(dashboard.rss_mib())
    return figures


def _watched(load: Load, seconds: float, figures: Figures) -> None:
    with watching(load) as dashboard:
        before, begun = dashboard.cpu_s(), time.monotonic()
        figures.on.append(rate(load, seconds, dashboard))
        spent = time.monotonic() - begun
        figures.cpu.append((dashboard.cpu_s() - before) / spent)
        figures.keys += [dashboard.key_ms(key) for key in (b"j", b"j", b"k")]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20, help="how often in turns (20)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement (4)")
    parser.add_argument("--minute", type=float, default=60.0, help="seconds for the memory (60)")
    given = parser.parse_args()
    if given.pairs < 1 or min(given.seconds, given.minute) <= 0:
        parser.error("there is nothing to measure: all three are above 0")
    figures = measure(given.pairs, given.seconds, given.minute)
    sys.stdout.write("\n".join(figures.lines()) + "\n")


if __name__ == "__main__":
    main()
