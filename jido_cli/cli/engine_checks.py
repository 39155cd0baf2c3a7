"""What `jido doctor` finds out about engines, and what it mends: what dead ones left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jido_cli
from jido_cli.cli.checkup import Check, broken
from jido_cli.control import leftovers
from jido_cli.control.engines import FoundEngine
from jido_cli.control.handle import EngineHandle
from jido_cli.control.words import pasted, shown
from jido_cli.errors import ControlError
from jido_cli.observe.text.measures import plural
from jido_cli.observe.text.signs import stall_text

Connect = Callable[[FoundEngine], EngineHandle]
_FIX = ("jido doctor --fix",)


def engines(found: Sequence[FoundEngine], connect: Connect) -> Iterator[Check]:
    """Check the engines; one that is well has no line."""
    for engine in found:
        try:
            yield from _engine(engine, connect)
        except (ControlError, OSError) as error:
            problem = broken("engine", error)
            yield Check("engine", "broken", f"{engine.name}: {problem.facts}", problem.hints)


def mend(found: Sequence[FoundEngine]) -> Iterator[Check]:
    """Remove what dead engines left, each under its own lock."""
    for engine in found:
        try:
            removed = leftovers.sweep(engine.place) if leftovers.of_engine(engine) else []
        except (ControlError, OSError) as error:
            problem = broken("engine", error)
            yield Check("engine", "broken", f"{engine.name}: {problem.facts}", problem.hints)
            continue
        if removed:
            what = _left(engine, removed)
            yield Check("engine", "mended", f"{engine.name}: {what} removed")


def listing(
    runtime: Path, found: Sequence[FoundEngine], *, now: float, is_mended: bool
) -> Iterator[Check]:
    """Check the folder in which all engines of the user are listed."""
    try:
        yield from (broken("listing", problem) for problem in leftovers.not_believed(runtime))
        left = leftovers.of_listing(runtime, found, now=now)
        removed = leftovers.remove(left) if is_mended else []
    except (ControlError, OSError) as error:
        yield broken("listing", error)
        return
    if removed:
        text = f"{plural(len(removed), 'file')} of engines that are gone removed"
        yield Check("listing", "mended", f"{shown(runtime)}: {text}")
    elif left:
        text = f"{plural(len(left), 'file')} of engines that are gone"
        yield Check("listing", "warning", f"{shown(runtime)}: {text}", _FIX)


def _engine(engine: FoundEngine, connect: Connect) -> Iterator[Check]:
    name = engine.name
    if engine.problem is not None:
        raise engine.problem
    if engine.status == "dead":
        left = leftovers.of_engine(engine)
        if left:
            facts = f"{name}: {_left(engine, left)}, its process is gone"
            yield Check("engine", "warning", facts, _FIX)
    elif engine.status == "starting":
        facts = f"{name}: holds its lock and takes no calls, it is starting or held"
        yield Check("engine", "warning", facts, ("jido ls",))
    else:
        yield from _living(engine, connect)


def _left(engine: FoundEngine, left: Sequence[Path]) -> str:
    halves = [path for path in left if path != engine.place.socket]
    parts = [] if len(halves) == len(left) else ["stale socket"]
    parts += [plural(len(halves), "half-written file")] if halves else []
    return " and ".join(parts)


def _living(engine: FoundEngine, connect: Connect) -> Iterator[Check]:
    name = engine.name
    with connect(engine) as handle:
        health = handle.health()
        told: Mapping[str, Any] = {} if engine.record else handle.engine()
    version = engine.record.version if engine.record else told["version"]
    if health.get("stalled"):
        facts = f"{name}: {stall_text(health['stalled'])}"
        yield Check("engine", "warning", facts, (f"jido ps -e {name}",))
    if version != jido_cli.__version__:
        facts = f"{name}: runs jido {version}, this is {jido_cli.__version__}"
        again = f", then jido up {pasted(engine.record.file)}" if engine.record else ""
        yield Check("engine", "warning", facts, (f"jido down -e {name}{again}",))
