"""`jido bench`: figures of this machine beside their limits, and beside earlier ones."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.observe.text.columns import Cell, tabbed
from jido_cli.observe.text.display import Paint, plain

Result = Mapping[str, Any]

_EXPLAINED = 100
_KEY, _VALUE, _LIMIT, _WAS = 40, 63, 77, 93
_COMPARE = "Compare: jido bench --json > before.json, then jido bench --against before.json"


def is_within(result: Result) -> bool:
    """Return whether a figure keeps its limit; one without a limit does."""
    limit = result["limit"]
    if limit is None:
        return True
    is_higher_better = result["better"] == "higher"
    return bool(result["value"] >= limit if is_higher_better else result["value"] <= limit)


def bench_lines(
    results: Sequence[Result],
    machine: Mapping[str, Any],
    seconds: float,
    paint: Paint = plain,
    *,
    before: Mapping[str, float] | None = None,
) -> list[str]:
    """Return the figures, a head and a verdict."""
    runs = max((result["runs"] for result in results), default=0)
    head = (
        f"{len(results)} benchmark{'s' if len(results) != 1 else ''} of {runs} runs each, medians; "
        f"{machine['cores']} cores, {machine['python']}, {machine['loop']}"
    )
    body = [_line(result, (before or {}).get(result["key"]), paint) for result in results]
    return [head, "", *body, "", _verdict(results, seconds)]


def definition_lines(definitions: Mapping[str, str]) -> list[str]:
    """Return what each figure means."""
    width = max((len(key) for key in definitions), default=0)
    lines = []
    for key, text in definitions.items():
        first, *rest = textwrap.wrap(text, _EXPLAINED - width - 2) or [""]
        lines += [f"{key.ljust(width)}  {first}", *(" " * (width + 2) + line for line in rest)]
    return lines


def _line(result: Result, before: float | None, paint: Paint) -> str:
    text = _figure(result["value"], result["unit"], width=4)
    value = Cell(text, text if is_within(result) else paint("bad", text))
    parts: list[tuple[int, str | Cell]] = [
        (2, result["title"]),
        (_KEY, result["key"]),
        (_VALUE, value),
    ]
    if result["limit"] is not None:
        parts.append((_LIMIT, f"limit {_figure(result['limit'], result['unit'], width=3)}"))
    if before:
        change = (result["value"] - before) / before * 100
        was = _figure(before, result["unit"], width=0)
        parts.append((_WAS, f"was {was}, {change:+.0f}%"))
    return tabbed(parts)


def _figure(value: float, unit: str, *, width: int) -> str:
    if value >= 10 or value == int(value):
        number = f"{round(value):,}".rjust(width)
    else:
        whole, _, part = f"{value:.1f}".partition(".")
        number = f"{whole.rjust(width)}.{part}"
    return number + unit


def _verdict(results: Sequence[Result], seconds: float) -> str:
    over = [result["key"] for result in results if not is_within(result)]
    said = f"beyond the limit: {', '.join(over)}" if over else "all within limits"
    return f"{said} ({seconds:.0f}s). {_COMPARE}"
