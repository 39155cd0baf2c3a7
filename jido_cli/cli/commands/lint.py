"""`jido lint`: what is wrong with topologies, without running or importing anything of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jido_cli.cli import failures, options, variables
from jido_cli.cli.application import session_of
from jido_cli.cli.failures import CommandError
from jido_cli.cli.terminal import Terminal, still_judging
from jido_cli.errors import UsageError
from jido_cli.topology.collector import collector_paused

if TYPE_CHECKING:  # the loader and the rules cost start-up time that other commands do not need
    from jido_cli.lint.many import FileVerdict
    from jido_cli.lint.reporters import Summary
    from jido_cli.topology.diagnostics import Diagnostic

EXAMPLES = (
    "jido lint",
    "jido lint topologies/counter.yaml",
    "jido lint topologies/ --format json",
)
_FORMATS = ("text", "json", "github")


def command(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Files, and folders with all topologies beneath; this folder if left out.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--format", metavar="text|json|github", help="How findings are printed.")
    ] = "text",
    assignments: variables.Set = None,
    set_files: variables.SetFile = None,
    values: variables.Values = None,
    as_json: options.Json = False,
) -> int:
    """Check topologies without running them."""
    if output not in _FORMATS:
        raise UsageError(f"--format: {output!r} is not one of {', '.join(_FORMATS)}")
    terminal = session_of(ctx).terminal
    given = variables.given(assignments, set_files, values)
    # What is made for a file goes with it, and the process is short.
    with collector_paused(), still_judging():
        run, counts = _linted(paths or ["."], given)
        _print(terminal, "json" if as_json else output, run, counts)
    return failures.FAILED if run.findings else failures.OK


def _linted(paths: Sequence[str], given: variables.Given) -> tuple[_Run, Summary]:
    from jido_cli.lint.many import judge_files
    from jido_cli.lint.reporters import summary

    begun = time.monotonic()
    run = _Run()
    files = _files(paths)
    verdicts = judge_files(files, given.sources({}, may_assume=True))
    for file, verdict in zip(files, verdicts, strict=True):
        run.keep(file, verdict)
    seconds = time.monotonic() - begun
    counts = summary(
        run.findings, files=len(files), ignored=run.ignored, parts=len(run.parts), seconds=seconds
    )
    return run, counts


@dataclass(slots=True)
class _Run:
    """What the files of one run gave; a finding in a shared part counts once."""

    findings: list[Diagnostic] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    ignored: int = 0
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def keep(self, file: Path, verdict: FileVerdict) -> None:
        self.texts |= verdict.texts
        self.ignored += verdict.ignored
        if verdict.is_part:
            self.parts.append(str(file))
        for found in verdict.findings:
            place = (os.path.realpath(found.file), found.line, found.column, found.code)
            key = (*place, found.message)
            if key not in self._seen:
                self._seen.add(key)
                self.findings.append(found)


def _files(paths: Sequence[str]) -> list[Path]:
    from jido_cli.lint.files import NoFileError, topologies

    try:
        return topologies(paths)
    except NoFileError as error:
        raise CommandError(str(error), code="no-file", where=str(Path.cwd())) from error


def _print(terminal: Terminal, output: str, run: _Run, counts: Summary) -> None:
    from jido_cli.cli.render.lint import part_lines, summary_lines
    from jido_cli.lint.reporters import as_github, as_json

    if output == "json":
        terminal.out_json(as_json(run.findings, counts))
        return
    if output == "github":
        terminal.out(*as_github(run.findings))
        return
    terminal.out(*_drawn(terminal, run))
    terminal.out(*part_lines(run.parts), *summary_lines(run.findings, counts, terminal.paint))


def _drawn(terminal: Terminal, run: _Run) -> Iterator[str]:
    from jido_cli.cli.render.lint import finding_lines

    for found in run.findings:
        yield from finding_lines(found, run.texts, terminal.paint)
        yield ""
