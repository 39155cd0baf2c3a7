"""`jido bench`: this machine's figures."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from jido_cli.cli import failures, options
from jido_cli.cli.application import session_of
from jido_cli.cli.failures import CommandError
from jido_cli.cli.render.bench import bench_lines, definition_lines, is_within
from jido_cli.cli.terminal import still_judging
from jido_cli.errors import UsageError

EXAMPLES = (
    "jido bench",
    "jido bench restart_us --explain",
    "jido bench --json > before.json",
    "jido bench --against before.json",
)


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Only these.", show_default=False),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what each figure means; measure nothing.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FILE", help="Show the change from these figures."),
    ] = None,
    as_json: options.Json = False,
) -> int:
    """Measure this machine."""
    from jido_cli import bench

    terminal = session_of(ctx).terminal
    definitions = bench.definitions()
    for name in names or ():
        if name not in definitions:
            raise UsageError(f"no benchmark {name!r}", where=f"there are {', '.join(definitions)}")
    chosen = {key: text for key, text in definitions.items() if not names or key in names}
    before = _read_figures(against) if against is not None else None
    if explain:
        if as_json:
            terminal.out_json(chosen)
        else:
            terminal.out(*definition_lines(chosen))
        return failures.OK
    begun = time.monotonic()
    results = [_plain(result) for result in bench.run(list(chosen))]
    seconds = time.monotonic() - begun
    with still_judging():
        if as_json:
            shown = [result | {"is_within": is_within(result)} for result in results]
            told = {"machine": _machine(), "seconds": round(seconds, 1), "results": shown}
            terminal.out_json(told)
        else:
            terminal.out(*bench_lines(results, _machine(), seconds, terminal.paint, before=before))
    return failures.OK if all(map(is_within, results)) else failures.FAILED


def _plain(result: Any) -> dict[str, Any]:
    keys = ("key", "title", "value", "unit", "limit", "better", "runs")
    found = {key: getattr(result, key) for key in keys}
    runs = found["runs"]
    return found | {"runs": runs if isinstance(runs, int) else len(runs)}


def _machine() -> dict[str, Any]:
    has_uvloop = importlib.util.find_spec("uvloop") is not None
    return {
        "cores": os.cpu_count() or 1,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "loop": "uvloop" if has_uvloop else "asyncio",
    }


def _read_figures(file: str) -> Mapping[str, float]:
    path = Path(file)
    if not path.is_file():
        raise CommandError(f"{file} is not there", code="no-file", where=str(Path.cwd()))
    try:
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
        return {result["key"]: float(result["value"]) for result in results}
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{file} holds no figures of jido bench",
            code="bad-figures",
            why=f"{type(error).__name__}: {error}",
            hints=(f"jido bench --json > {file}",),
        ) from error
