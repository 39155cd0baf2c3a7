"""The canonical form of a trace: what really happens at the same time, in one agreed order.

Orphans (who lost a supervisor by a kill) are taken out of the events, and terminations of the
children of a dynamic supervisor, which all stop at once, are sorted. Everything else keeps its
order. The state runs over a whole scenario: feed the observations of one run in order.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.conformance.otp_world import Json, RawObservation

Event = list[Json]


class Canon:
    """Brings the raw observations of one run into canonical form."""

    def __init__(self) -> None:
        self._parent_of: dict[tuple[str, int], int] = {}
        self._killed: set[tuple[str, int]] = set()

    def observation(self, raw: RawObservation) -> Mapping[str, Json]:
        """Return *raw* in canonical form."""
        for event in raw["events"]:
            if event[0] == "start":
                self._parent_of[event[1], event[2]] = event[3]
        self._killed.update((path, n) for path, n, reason in raw["downs"] if reason == "killed")
        events: list[Event] = []
        orphans: list[Event] = []
        for event in raw["events"]:
            is_orphaned = event[0] == "term" and self._is_orphaned(event[1], event[2])
            (orphans if is_orphaned else events).append(list(event))
        return {
            "ret": raw["ret"],
            "events": _sort_runs([e if e[0] == "term" else e[:3] for e in events], 1),
            "orphans": sorted(orphans, key=lambda e: (e[1], e[2])),
            "downs": sorted(([*down] for down in raw["downs"]), key=lambda d: (d[0], d[1])),
            "root": raw["root"],
            "tree": raw["tree"],
        }

    def _is_orphaned(self, path: str, n: int) -> bool:
        while "/" in path:
            n = self._parent_of.get((path, n), 0)
            path = path.rpartition("/")[0]
            if (path, n) in self._killed:
                return True
        return False


def _sort_runs(events: list[Event], depth: int) -> list[Event]:
    """Sort each run of terminations below one dynamic supervisor, stably, by the child's index."""
    out: list[Event] = []
    run: list[Event] = []
    run_of: tuple[str, ...] | None = None
    for event in [*events, None]:
        pool = None if event is None else _outermost_pool(event, depth)
        if run_of is not None and pool != run_of:
            out += _sort_run(run, len(run_of))
            run = []
        run_of = pool
        if event is not None:
            (out if pool is None else run).append(event)
    return out


def _sort_run(run: list[Event], depth: int) -> list[Event]:
    by_index: dict[int, list[Event]] = {}
    for event in run:
        index = int(event[1].split("/")[depth].removeprefix("#"))
        by_index.setdefault(index, []).append(event)
    out: list[Event] = []
    for index in sorted(by_index):
        out += _sort_runs(by_index[index], depth + 1)
    return out


def _outermost_pool(event: Event, depth: int) -> tuple[str, ...] | None:
    """Return the path of the outermost dynamic supervisor, at *depth* or below, over *event*."""
    if event[0] != "term":
        return None
    parts = event[1].split("/")
    for place in range(depth, len(parts)):
        if parts[place].startswith("#"):
            return tuple(parts[:place])
    return None
