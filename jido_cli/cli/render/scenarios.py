"""`jido test`: scenarios with what came of them, and the line that sums them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jido_cli.control.words import pasted
from jido_cli.observe.text.display import Paint, display, plain
from jido_cli.observe.text.measures import milliseconds_or_more, plural, setting

if TYPE_CHECKING:
    from jido_cli.testing.scenario_run import Failure, ScenarioResult

NAME_WIDTH = 48
WORD_WIDTH = 10
WIDEST = 100


def result_lines(
    file: str, result: ScenarioResult, paint: Paint = plain, *, has_trace: bool = False
) -> list[str]:
    """Return one scenario as it is drawn, with why it fails."""
    sign = paint("ok", "●") if result.is_pass else paint("bad", "×")
    name = shown_name(result.scenario.name)
    signals = plural(result.signals, "signal")
    clock = setting(round(result.clock_s * 1000)) if result.clock_s else "0s"
    took = milliseconds_or_more(result.took_s)
    lines = [f"  {sign} {name:{NAME_WIDTH}} {signals:>11}  {clock:>5} of clock in {took}"]
    if has_trace:
        lines += [f"      {display(line)}" for line in result.trace]
    if result.failure is not None:
        lines += _failure_lines(file, result, result.failure, has_trace=has_trace)
    return lines


def shown_name(name: str) -> str:
    """Return the name of a scenario as a sentence."""
    return name.replace("_", " ")


def _failure_lines(
    file: str, result: ScenarioResult, failure: Failure, *, has_trace: bool
) -> list[str]:
    place = f"line {failure.pos.line}"
    lines = []
    for at, (word, text) in enumerate(failure.error.parts()):
        line = f"      {word:{WORD_WIDTH - 1}} {display(text)}".rstrip()
        lines.append(f"{line:54}  {place}" if at == 0 else line)
    if not has_trace:
        again = f"jido test {pasted(file)} -k {result.scenario.name} --trace"
        lines.append(f"      {'see':{WORD_WIDTH - 1}} {again}")
    return lines


def summary_line(results: Sequence[ScenarioResult], took_s: float, paint: Paint = plain) -> str:
    """Return the line of counts."""
    failed = sum(1 for one in results if not one.is_pass)
    passed = len(results) - failed
    took = milliseconds_or_more(took_s)
    head = plural(len(results), "scenario")
    if not failed:
        told = "passes" if passed == 1 else "all pass"
        return paint("ok", f"{head}: {told} ({took})")
    verb = "fails" if failed == 1 else "fail"
    parts = [f"{passed:,} pass"] if passed else []
    return f"{head}: {', '.join([*parts, f'{failed:,} {verb}'])} ({took})"


def result_object(file: str, result: ScenarioResult) -> Mapping[str, Any]:
    """Return one result as a mapping of JSON values."""
    failure = result.failure
    return {
        "file": file,
        "name": result.scenario.name,
        "line": result.scenario.pos.line,
        "ok": result.is_pass,
        "signals": result.signals,
        "clock_s": result.clock_s,
        "took_s": result.took_s,
        "failure": None
        if failure is None
        else {
            "line": failure.pos.line,
            "column": failure.pos.column,
            "expected": failure.error.expected,
            "got": failure.error.got,
            "why": list(failure.error.why),
        },
    }
