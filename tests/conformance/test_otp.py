"""The supervision machine against traces of OTP's supervisor, and the comparison itself."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jido_cli.supervision.effects import Effect, KillChild, RetryLater, StartChild, TerminateChild
from jido_cli.supervision.events import CallReceived, ChildExited, Event
from jido_cli.supervision.machine import Machine
from jido_cli.supervision.reasons import SHUTDOWN, ExitReason
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags
from tests.conformance.otp import main, read, run, run_all
from tests.conformance.otp_canon import Canon
from tests.conformance.otp_machine import MachineWorld, make_world
from tests.conformance.otp_world import Json, RawObservation

DATA = Path(__file__).parent / "data"
CORPUS = DATA / "otp_supervisor.jsonl.gz"
SAMPLE = DATA / "otp_supervisor_sample.jsonl"


@pytest.fixture(scope="module")
def corpus() -> list[Mapping[str, Json]]:
    return list(read(CORPUS))


def test_every_trace_of_otp_is_followed(corpus: list[Mapping[str, Json]]) -> None:
    assert len(corpus) == 1620
    divergences = [str(found) for found in run_all(corpus, make_world) if found is not None]
    assert divergences == []


# --- a broken rule must be caught ---


class Broken(Machine):
    """A machine with one rule broken: in what it is told, or in what it orders."""

    def handle(self, event: Event, now: float) -> list[Effect]:
        return self.ordered(super().handle(self.told(event), now))

    def told(self, event: Event) -> Event:
        return event

    def ordered(self, effects: list[Effect]) -> list[Effect]:
        return effects


class OneRestartTooMany(Broken):
    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        more = flags.max_restarts + 1 if isinstance(flags.max_restarts, int) else flags.max_restarts
        super().__init__(replace(flags, max_restarts=more), specs)


class RestOfOneIsAll(Broken):
    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        is_rest = flags.strategy == "rest_for_one"
        super().__init__(replace(flags, strategy="one_for_all") if is_rest else flags, specs)


class TransientIsPermanent(Broken):
    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        permanent = [
            replace(spec, restart="permanent")
            if spec.restart == "transient" and not spec.significant
            else spec
            for spec in specs
        ]
        super().__init__(flags, permanent)


class NormalIsACrash(Broken):
    def told(self, event: Event) -> Event:
        if isinstance(event, ChildExited) and event.reason.kind == "normal":
            return ChildExited(event.ref, ExitReason("crash"))
        return event


class KilledIsOrderly(Broken):
    def told(self, event: Event) -> Event:
        if isinstance(event, ChildExited) and event.reason.kind == "killed":
            return ChildExited(event.ref, SHUTDOWN)
        return event


class NoRetry(Broken):
    def ordered(self, effects: list[Effect]) -> list[Effect]:
        return [effect for effect in effects if not isinstance(effect, RetryLater)]


class BrutalIsPolite(Broken):
    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        polite = [
            replace(spec, shutdown="infinity") if spec.shutdown == "brutal_kill" else spec
            for spec in specs
        ]
        super().__init__(flags, polite)


class TimeIsNeverOver(Broken):
    def ordered(self, effects: list[Effect]) -> list[Effect]:
        is_kill = bool(effects) and all(isinstance(effect, KillChild) for effect in effects)
        return [TerminateChild(e.ref, SHUTDOWN) for e in effects] if is_kill else effects  # type: ignore[union-attr]


class SignificanceIsIgnored(Broken):
    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        is_lawful = flags.auto_shutdown in ("any_significant", "all_significant")
        if is_lawful and all(spec.restart != "permanent" for spec in specs):
            flags = replace(flags, auto_shutdown="never")
            specs = [replace(spec, significant=False) for spec in specs]
        super().__init__(flags, specs)


class AllIsAny(Broken):
    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        is_all = flags.auto_shutdown == "all_significant"
        super().__init__(
            replace(flags, auto_shutdown="any_significant") if is_all else flags, specs
        )


class StopsInStartOrder(Broken):
    def __init__(self, flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> None:
        super().__init__(flags, list(reversed(specs)))


class ArgumentsAreLost(Broken):
    def ordered(self, effects: list[Effect]) -> list[Effect]:
        return [
            StartChild(e.ref, e.id, e.spec) if isinstance(e, StartChild) else e for e in effects
        ]


class StopOvertakes(Broken):
    """Orders to stop come before the calls and retries that arrived earlier."""

    def accepts(self, event: Event) -> bool:
        if isinstance(event, CallReceived) and not self.is_awaiting:
            return self._state.window.used(0.0) == 0
        return super().accepts(event)


MUTANTS = [
    OneRestartTooMany,
    RestOfOneIsAll,
    TransientIsPermanent,
    NormalIsACrash,
    KilledIsOrderly,
    NoRetry,
    BrutalIsPolite,
    TimeIsNeverOver,
    SignificanceIsIgnored,
    AllIsAny,
    StopsInStartOrder,
    ArgumentsAreLost,
    StopOvertakes,
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_rule_is_caught_by_the_corpus(
    corpus: list[Mapping[str, Json]], mutant: Callable[..., Machine]
) -> None:
    def make_broken(tree: Mapping[str, Json]) -> MachineWorld:
        return MachineWorld(tree, mutant)

    caught = (found for found in run_all(corpus, make_broken) if found is not None)
    assert any(found.key != "exception" for found in caught)


# --- the comparison ---


def raw(*events: list[Json], downs: Sequence[list[Json]] = ()) -> RawObservation:
    alive = {"alive": True}
    observation = {"ret": "ok", "events": list(events), "downs": list(downs)}
    return observation | {"root": alive, "tree": None}


def test_terminations_below_a_dynamic_supervisor_are_sorted_within_each_run() -> None:
    got = Canon().observation(
        raw(
            ["term", "root/p/#2", 1, "shutdown"],
            ["term", "root/p/#1/q/#10", 1, "shutdown"],
            ["term", "root/p/#1/q/#9", 1, "shutdown"],
            ["term", "root/a", 1, "shutdown"],
            ["term", "root/p/#1/x", 1, "shutdown"],
        )
    )
    assert [event[1] for event in got["events"]] == [
        "root/p/#1/q/#9",
        "root/p/#1/q/#10",
        "root/p/#2",
        "root/a",
        "root/p/#1/x",
    ]


def test_who_lost_a_supervisor_by_a_kill_is_an_orphan_even_if_it_was_stopped_before() -> None:
    canon = Canon()
    starts = [["start", "root", 1, 0], ["start", "root/s", 1, 1], ["start", "root/s/a", 1, 1]]
    assert canon.observation(raw(*starts))["events"] == [event[:3] for event in starts]
    got = canon.observation(
        raw(
            ["term", "root/s/a", 1, "shutdown"],
            ["start", "root/s", 2, 1],
            ["start", "root/s/a", 2, 2],
            ["term", "root/s/a", 2, "shutdown"],
            downs=[["root/s/a", 1, "shutdown"], ["root/s", 1, "killed"]],
        )
    )
    assert got["orphans"] == [["term", "root/s/a", 1, "shutdown"]]
    assert got["events"][-1] == ["term", "root/s/a", 2, "shutdown"]
    assert got["downs"] == [["root/s", 1, "killed"], ["root/s/a", 1, "shutdown"]]


def test_the_first_difference_is_told_with_what_was_wanted_and_got() -> None:
    scenario = json.loads(json.dumps(next(iter(read(SAMPLE)))))
    scenario["expect"]["steps"][1]["events"].pop()
    scenario["expect"]["steps"][2]["ret"] = "never reached"
    divergence = run(scenario, make_world)
    assert divergence is not None
    assert (divergence.place, divergence.key) == ("step 2 (exit root/w2 crash)", "events")
    assert divergence.got == [*divergence.want, ["start", "root/w3", 3]]


def test_a_driver_that_breaks_is_a_divergence_and_hides_no_other_scenario() -> None:
    good = next(iter(read(SAMPLE)))
    divergences = list(run_all([{**good, "steps": [{"op": "dance"}]}, good], make_world))
    assert [found is None for found in divergences] == [False, True]
    assert "KeyError: 'sup'" in str(divergences[0])


def test_the_command_ends_with_the_counts_and_fails_only_if_one_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(SAMPLE)]) == 0
    assert capsys.readouterr().out == "12 passed, 0 failed\n"
    scenario = next(iter(read(SAMPLE)))
    scenario["expect"]["boot"]["ret"] = "x"
    bad = tmp_path / "bad.jsonl.gz"
    bad.write_bytes(gzip.compress(json.dumps(scenario).encode() + b"\n\n"))
    assert main([str(bad), "--level", "machine"]) == 1
    assert capsys.readouterr().out == (
        f'{scenario["id"]}: boot: ret\n  wanted "x"\n  got    {{"ok": "started"}}\n'
        "0 passed, 1 failed\n"
    )
