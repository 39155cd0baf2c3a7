"""A supervisor gives up before its restarts become a storm.

Why: a supervisor counts restarts so that a fault that does not go away is handed up, and in the
end ends the engine, where somebody sees it. With a window that allows more than 20 restarts a
second, and more than 20 in all and 3 for each child, a crash loop goes on for ever: it costs a
processor, floods the log, and nobody is told. Where every child has a `backoff`, the waits keep
the rate down, and the rule is silent.

FAIL:

    jido: v1
    name: storm
    agents:
      worker: {state: {done: 0}, routes: {job.done: {set: {done: "${{ state.done + 1 }}"}}}}
    supervisor:
      max_restarts: 1000
      max_seconds: 5
      children: [{agent: worker}]

PASS:

    jido: v1
    name: calm
    agents:
      worker: {state: {done: 0}, routes: {job.done: {set: {done: "${{ state.done + 1 }}"}}}}
    supervisor:
      max_restarts: 10
      max_seconds: 60
      children: [{agent: worker, backoff: {initial: 100ms, max: 10s}}]

Fix: OTP's default is 3 restarts in 5 seconds. Allow a few more over a longer window where children
fail often by nature, and give them a `backoff` to wait between restarts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Child, Supervisor
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path

RULE: Final = Rule("JD301", "restart-storm", "error")
_PER_SECOND: Final = 20
_IN_ALL: Final = 20
_PER_CHILD: Final = 3
_UNBOUNDED: Final = 10  # children that a dynamic supervisor without a bound is taken to have


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every window that a crash loop never fills."""
    for supervisor in picture.supervisors:
        restarts, seconds = supervisor.max_restarts, supervisor.max_seconds
        if restarts is None or seconds is None or restarts <= (allowed := _allowed(supervisor)):
            continue
        if restarts / seconds <= _PER_SECOND or all(
            "backoff" in c.value for c in supervisor.children
        ):
            continue
        nodes = _restarted_at_once(picture, supervisor)
        rate = f"{round(restarts / seconds):,} restarts a second at the worst"
        yield RULE.found(
            picture,
            picture.value((*supervisor.path, "max_restarts")),
            f"{restarts:,} restarts in {seconds:g}s: {supervisor.id} never gives up",
            hint="OTP's default is 3 in 5s; use `backoff` to wait between restarts",
            notes=(
                f"{rate}, {nodes:,} {'node' if nodes == 1 else 'nodes'} each time",
                f"the bound is {_PER_SECOND} a second, or {allowed:,.0f} in all",
            ),
        )


def _allowed(supervisor: Supervisor) -> float:
    """Return how many restarts are no storm, however short the time."""
    children = supervisor.children
    if any("replicas" in child.value for child in children):
        return inf  # an expression without a value: nobody knows how many children there are
    count = sum(child.copies for child in children)
    if supervisor.strategy == "dynamic":
        bound = supervisor.value.get("max_children", _UNBOUNDED)
        count = bound if isinstance(bound, int) else _UNBOUNDED
    return max(_IN_ALL, _PER_CHILD * count)


def _restarted_at_once(picture: Picture, supervisor: Supervisor) -> int:
    """Return how many nodes start again when the child exits that takes most with it."""
    by_path = {one.path: one for one in picture.supervisors}
    sizes = [_size(by_path, child) for child in supervisor.children] or [1]
    if supervisor.strategy in ("one_for_one", "dynamic"):
        return max(sizes)
    copies = [child.copies for child in supervisor.children]
    return sum(size * count for size, count in zip(sizes, copies, strict=True))


def _size(by_path: Mapping[Path, Supervisor], child: Child) -> int:
    """Return how many nodes a child is, itself and what is below it."""
    below = by_path.get(child.path)
    if below is None:
        return 1
    counted = [(_size(by_path, one), one.copies // child.copies) for one in below.children]
    return 1 + sum(size * count for size, count in counted)
