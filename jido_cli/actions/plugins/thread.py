"""`jido.plugin.thread`: a log of what happened, to which entries are only ever added.

The revision is the number of entries that were added. One with a bound (`max_entries`) forgets the
oldest ones, and counts them. Who read the log and adds to it says which revision that
was; if another entry has come meanwhile, the addition is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from jido_cli.core.action import ActionError, action
from jido_cli.core.context import Context
from jido_cli.core.plugins.contract import Function, Plugin
from jido_cli.core.plugins.shapes import BUILT_IN
from jido_cli.core.updates import extended
from jido_cli.core.values import FrozenDict, FrozenList, freeze

Entry = Mapping[str, Any]
_NOTHING: Mapping[str, Any] = {}


@action
def append(
    state: Mapping[str, Any],
    ctx: Context,
    kind: str = "note",
    payload: dict[str, Any] = _NOTHING,  # type: ignore[assignment]
    refs: dict[str, Any] = _NOTHING,  # type: ignore[assignment]
    expect_rev: int | None = None,
) -> dict[str, Any]:
    """Add one entry; with `expect_rev` only if the thread is still at that revision."""
    entry = {"kind": kind, "payload": payload, "refs": refs}
    return appended(state, ctx, [entry], expect_rev=expect_rev)


def appended(
    thread: Mapping[str, Any],
    ctx: Context,
    entries: Sequence[Entry],
    *,
    expect_rev: int | None = None,
) -> dict[str, Any]:
    """Return the changes of a thread that gets *entries*, all or none of them.

    Args:
        thread: the slice.
        ctx: for ids and time.
        entries: `{kind, payload, refs}`, each of them optional.
        expect_rev: the revision that the thread must be at.

    Raises:
        ActionError: it is at another one; code `rev_conflict`.
    """
    rev = thread["rev"]
    if expect_rev is not None and expect_rev != rev:
        raise ActionError(
            f"the thread is at revision {rev}, not at {expect_rev}",
            code="rev_conflict",
            details={"expected": expect_rev, "rev": rev},
        )
    new = [
        {
            "id": f"entry_{ctx.uuid()}",
            "seq": rev + index,
            "at": ctx.now,
            "kind": one.get("kind", "note"),
            "payload": one.get("payload", {}),
            "refs": one.get("refs", {}),
        }
        for index, one in enumerate(entries)
    ]
    count, most = rev + len(new), thread.get("max_entries")
    kept = extended(_frozen(thread["entries"]), new, most=most)
    stats = {"entry_count": len(kept)}
    if most is not None:
        stats["dropped"] = count - len(kept)
    return {
        "id": thread["id"] or f"thread_{ctx.uuid()}",
        "rev": count,
        "entries": kept,
        "stats": stats,
        "created_at": thread["created_at"] or ctx.now,
        "updated_at": ctx.now,
    }


def last(thread: Mapping[str, Any] | None) -> Entry | None:
    """Return the newest entry, if there is one."""
    entries = _entries(thread)
    return entries[-1] if entries else None


def get_entry(thread: Mapping[str, Any] | None, seq: int) -> Entry | None:
    """Return the entry of that number, if there is one and it is not dropped."""
    entries = _entries(thread)
    index = seq - entries[0]["seq"] if entries else 0
    return entries[index] if 0 <= index < len(entries) else None


def between(thread: Mapping[str, Any] | None, first: int, final: int) -> list[Entry]:
    """Return the entries of these numbers, both included."""
    return [one for one in _entries(thread) if first <= one["seq"] <= final]


def of_kind(thread: Mapping[str, Any] | None, *kinds: str) -> list[Entry]:
    """Return the entries of these kinds; none of a thread that is not there."""
    return [one for one in _entries(thread) if one["kind"] in kinds]


def _frozen(entries: object) -> FrozenList:
    frozen = freeze(entries)
    assert isinstance(frozen, FrozenList), "the slice's schema says so"
    return frozen


def _entries(thread: Mapping[str, Any] | None) -> Sequence[Entry]:
    return () if thread is None else thread["entries"]


class Thread(Plugin):
    """A log of what happened; route `append {kind, payload, refs, expect_rev}`."""

    name = "thread"
    description = "A log of what happened, to which entries are only ever added."
    state_schema = BUILT_IN["jido.plugin.thread"].state
    config_schema = BUILT_IN["jido.plugin.thread"].config
    actions = (append,)
    signal_routes: ClassVar[Mapping[str, Function]] = {"append": append}
    singleton = True

    def mount(self, state: FrozenDict) -> Mapping[str, object]:  # noqa: ARG002 - the same for all
        """Return the metadata that the thread begins with, and its bound."""
        return {key: self.config[key] for key in ("metadata", "max_entries")}
