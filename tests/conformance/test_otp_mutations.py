"""Faults put into the runtime on purpose: the corpus must see them at level `runtime`, and only
there. Without these nobody knows whether that level looks at the runtime at all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from jido_cli.runtime.supervising.supervisor import SupervisorRunner
from jido_cli.supervision import effects as do
from jido_cli.supervision.reasons import KILLED, SHUTDOWN
from tests.conformance import otp_machine, otp_runtime
from tests.conformance.otp import read, run_all
from tests.conformance.otp_world import Json, MakeWorld

KILL = SupervisorRunner.kill
CORPUS = Path(__file__).parent / "data" / "otp_supervisor.jsonl.gz"
AT_LEAST = 20


@pytest.fixture(scope="module")
def corpus() -> list[Mapping[str, Json]]:
    return list(read(CORPUS))


def failing(corpus: list[Mapping[str, Json]], make_world: MakeWorld) -> list[str]:
    return [found.scenario for found in run_all(corpus, make_world) if found is not None]


class NewestFirst(deque[Any]):
    """A mailbox that gives the newest message instead of the oldest."""

    def popleft(self) -> Any:
        return self.pop()


def break_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let supervisors read their mailbox from the wrong end."""
    make = SupervisorRunner.__init__

    def broken(self: SupervisorRunner, *args: Any) -> None:
        make(self, *args)
        self._inbox = NewestFirst()

    monkeypatch.setattr(SupervisorRunner, "__init__", broken)


def break_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let supervisors ask where they should kill."""

    def broken(self: SupervisorRunner, effect: do.KillChild) -> None:
        process = self.process_of(effect.ref)
        if process is not None:
            process.terminate(SHUTDOWN)

    performers = {**SupervisorRunner._PERFORM, do.KillChild: broken}
    monkeypatch.setattr(SupervisorRunner, "_PERFORM", performers)


def break_orphans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the children of a supervisor that was killed live on."""

    def broken(self: SupervisorRunner, detail: object = None) -> None:
        if self.is_alive:
            self._end(KILLED)

    monkeypatch.setattr(SupervisorRunner, "kill", broken)


class TidyWorld(otp_runtime.RuntimeWorld):
    """A world that leaves nobody behind, whatever is broken."""

    def close(self) -> None:
        for _ in range(10):  # what is broken may start others while it ends
            for place in [] if self._engine is None else [*self._engine.kernel.tree.walk()]:
                if isinstance(place.process, SupervisorRunner):
                    KILL(place.process)
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_idle()
        super().close()


@pytest.mark.parametrize("fault", [break_order, break_kill, break_orphans])
def test_a_fault_of_the_runtime_is_seen_by_the_corpus_and_not_by_the_machine(
    corpus: list[Mapping[str, Json]], monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    fault(monkeypatch)
    assert len(failing(corpus, TidyWorld)) >= AT_LEAST
    assert failing(corpus, otp_machine.make_world) == []
