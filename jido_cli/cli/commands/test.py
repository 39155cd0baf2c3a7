"""`jido test`: the scenarios of topologies, each on an engine of its own, on a virtual clock."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jido_cli.cli import failures, interpreter, options, variables
from jido_cli.cli.application import session_of
from jido_cli.cli.checked import Checked, checked, existing
from jido_cli.cli.failures import CommandError
from jido_cli.cli.session import Session

if TYPE_CHECKING:  # the engine costs start-up time that other commands do not need
    from jido_cli.testing.scenario_run import ScenarioResult
    from jido_cli.topology.scenarios import ScenarioDecl

EXAMPLES = (
    "jido test topologies/counter.yaml",
    "jido test topologies/*.yaml --junit scenarios.xml",
    "jido test topologies/counter.yaml -k crash --trace",
)


def command(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="The topologies.")],
    only: Annotated[
        str | None,
        typer.Option("-k", metavar="NAME", help="Only scenarios that have this in their name."),
    ] = None,
    junit: Annotated[
        str | None,
        typer.Option("--junit", metavar="FILE", help="Also write the results as JUnit XML."),
    ] = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Show all that happened in each scenario.")
    ] = False,
    python: Annotated[
        str | None,
        typer.Option("--python", metavar="PATH", help="The Python that has your packages."),
    ] = None,
    assignments: variables.Set = None,
    set_files: variables.SetFile = None,
    values: variables.Values = None,
    as_json: options.Json = False,
) -> int:
    """Run the scenarios of topologies on a virtual clock."""
    session = session_of(ctx)
    paths = [existing(file) for file in files]
    given = variables.given(assignments, set_files, values)
    words = [*given.words(), *(["-k", only] if only is not None else [])]
    words += [*(["--junit", junit] if junit is not None else []), *(["--trace"] if trace else [])]
    words += ["--json"] if as_json else []
    _run_elsewhere(session, paths[0], python, [*words, "--", *files])
    topologies = [checked(path, given.sources(session.environ)) for path in paths]
    chosen = [_chosen(one, only) for one in topologies]
    if not any(chosen):
        raise _nothing_to_run(files, topologies, only)
    began = time.perf_counter()
    results: dict[str, list[ScenarioResult]] = {}
    for file, one, scenarios in zip(files, topologies, chosen, strict=True):
        if scenarios:
            results[file] = _run(session, file, one, scenarios, trace=trace, as_json=as_json)
    _sum_up(session, results, time.perf_counter() - began, as_json=as_json)
    if junit is not None:
        _write_junit(junit, results)
    is_good = all(one.is_pass for each in results.values() for one in each)
    return failures.OK if is_good else failures.FAILED


def _run_elsewhere(session: Session, path: Path, python: str | None, words: list[str]) -> None:
    """Let the Python that has the user's packages do it, if it is another one."""
    from jido_cli.topology.project import project_root

    found = interpreter.choose(project_root(path), session.environ, python)
    if found.is_other:
        arguments = found.command(["test", "--python", str(found.path), *words])
        os.execv(arguments[0], arguments)  # noqa: S606 - the user's own Python


def _chosen(one: Checked, only: str | None) -> list[ScenarioDecl]:
    from jido_cli.cli.render.scenarios import shown_name

    return [
        scenario
        for name, scenario in one.topology.scenarios.items()
        if only is None or only in name or only in shown_name(name)
    ]


def _nothing_to_run(
    files: Sequence[str], topologies: Sequence[Checked], only: str | None
) -> CommandError:
    names = [name for one in topologies for name in one.topology.scenarios]
    if not names or only is None:
        return CommandError(
            f"{', '.join(files)}: there are no scenarios to run",
            code="no-scenario",
            hints=("write some under scenarios:",),
            exit_code=failures.FAILED,
        )
    from jido_cli.control.words import near

    return CommandError(
        f"no scenario has {only!r} in its name{near(only, names)}",
        code="no-scenario",
        where=f"there is {', '.join(names)}",
        exit_code=failures.NOT_FOUND,
    )


def _run(
    session: Session,
    file: str,
    one: Checked,
    scenarios: Sequence[ScenarioDecl],
    *,
    trace: bool,
    as_json: bool,
) -> list[ScenarioResult]:
    from jido_cli.cli.render.scenarios import result_lines
    from jido_cli.observe.text.display import display
    from jido_cli.testing.imports import imports_of
    from jido_cli.testing.scenario_run import run_scenario

    terminal = session.terminal
    results = []
    if not as_json:
        terminal.out(display(file))
    with imports_of(one.topology.project_root):
        for scenario in scenarios:
            result = run_scenario(one.topology, scenario, has_trace=trace)
            results.append(result)
            if not as_json:
                terminal.out(*result_lines(file, result, terminal.paint, has_trace=trace))
    if not as_json:
        terminal.out("")
    return results


def _sum_up(
    session: Session,
    results: dict[str, list[ScenarioResult]],
    took_s: float,
    *,
    as_json: bool,
) -> None:
    from jido_cli.cli.render.scenarios import result_object, summary_line

    everything = [one for each in results.values() for one in each]
    terminal = session.terminal
    if as_json:
        rows = [result_object(file, one) for file, each in results.items() for one in each]
        failed = sum(1 for one in everything if not one.is_pass)
        terminal.out_json({"scenarios": rows, "failed": failed, "took_s": took_s})
    else:
        terminal.out(summary_line(everything, took_s, terminal.paint))


def _write_junit(junit: str, results: dict[str, list[ScenarioResult]]) -> None:
    from jido_cli.testing.junit import junit_xml

    try:
        Path(junit).write_text(junit_xml(results), encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"--junit {junit!r} cannot be written: {error.strerror}", code="system"
        ) from error
