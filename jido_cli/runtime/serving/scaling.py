"""More or fewer members of a group of replicas, or children of a dynamic supervisor.

New members are started as the child API of the supervisor starts them; of those that are too
many the newest stops first, in order, and what waits for it becomes dead letters with its place
(runtime.md 16). A supervisor that is restarted starts as many as there were.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableSequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import ControlError, JidoCliError
from jido_cli.runtime.hearing import group_of
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, ChildArgs, GroupStart, SupervisorStart
from jido_cli.runtime.supervising.supervisor import SupervisorRunner
from jido_cli.supervision.events import (
    Call,
    DeleteChildCall,
    StartChildCall,
    TerminateChildCall,
)
from jido_cli.supervision.specs import ChildSpec

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel

Data = dict[str, Any]
Do = Callable[[SupervisorRunner, Call, Place], Awaitable[None]]
"""Makes a call of the child API; raises `ControlError` unless it is done."""
MAX_COUNT: Final = 200_000


@dataclass(frozen=True, slots=True)
class Scaled:
    """What can be scaled: a group under a supervisor, or (without a group) a dynamic supervisor."""

    above: Place
    group: GroupStart | None

    @property
    def path(self) -> str:
        """The supervisor's path, with the group's name."""
        above = self.above.path
        return above if self.group is None else f"{above}/{self.group.name}"


class Scaling:
    """Scales, one order at a time for each group."""

    def __init__(self, kernel: Kernel, do: Do) -> None:
        self._kernel = kernel
        self._do = do
        self._busy: set[str] = set()

    async def scale(self, ident: str, count: int) -> Data:
        """Bring what *ident* names to *count*; what was begun is done when this returns.

        Raises:
            ControlError: it cannot be scaled, or not so; `did` tells how far it came.
        """
        scaled = find(self._kernel, ident)
        runner = scaled.above.process
        path = scaled.path
        if not isinstance(runner, SupervisorRunner):
            why = f"{scaled.above.path} does not run: it is {scaled.above.status}"
            raise ControlError(why, code="wrong-state", where=path)
        if self._kernel.keyed.of(scaled.above) is not None:
            why = f"{scaled.above.id} cannot be scaled: each of its children has a key"
            raise ControlError(why, code="wrong-state", where=path)
        _check_count(scaled, count)
        if path in self._busy:
            raise ControlError(f"{path} is being scaled", code="wrong-state", where=path)
        self._busy.add(path)
        try:
            if scaled.group is None:
                return await self._children(scaled, runner, count)
            return await self._members(scaled, runner, count)
        finally:
            self._busy.discard(path)

    # -- groups of replicas

    async def _members(self, scaled: Scaled, runner: SupervisorRunner, count: int) -> Data:
        group = cast("GroupStart", scaled.group)
        specs = cast("MutableSequence[ChildSpec]", runner.start.specs)
        was = len(members_of(specs, group.name))
        started: list[str] = []
        stopped: list[str] = []
        try:
            while len(now := members_of(specs, group.name)) < count:
                spec = _next(scaled.above, group, now)
                await self._do(runner, StartChildCall(spec), scaled.above)
                specs.append(spec)  # last in start order, as the child API has it
                started.append(spec.id)
            while len(now := members_of(specs, group.name)) > count:
                newest = now[-1]
                await self._do(runner, TerminateChildCall(newest.id), scaled.above)
                await self._do(runner, DeleteChildCall(newest.id), scaled.above)
                specs.remove(newest)
                stopped.append(newest.id)
        finally:
            told = self._tell(scaled, was, started, stopped)
        return told

    # -- dynamic supervisors

    async def _children(self, scaled: Scaled, runner: SupervisorRunner, count: int) -> Data:
        above = scaled.above
        template = runner.start.specs[0]
        was = len(above.children or {})
        started: list[str] = []
        stopped: list[str] = []
        try:
            while len(above.children or {}) < count:
                child_id = self._kernel.next_child_id(above, template.id)
                call = StartChildCall(id=child_id, args=ChildArgs(tag=child_id))
                await self._do(runner, call, above)
                started.append(child_id)
            while len(above.children or {}) > count:
                newest = next(reversed(above.children or {}))
                await self._do(runner, TerminateChildCall(newest), above)
                stopped.append(newest)
        finally:
            told = self._tell(scaled, was, started, stopped)
        return told

    def _tell(self, scaled: Scaled, was: int, started: list[str], stopped: list[str]) -> Data:
        now = was + len(started) - len(stopped)
        if now != was:
            of = "" if scaled.group is None else f"{scaled.group.name} "
            text = f"{of}{was} → {now}"
            self._kernel.events.fact("scaled", scaled.above, text, was=was, now=now)
        return {
            "path": scaled.path,
            "was": was,
            "count": now,
            "started": started,
            "stopped": stopped,
        }


def find(kernel: Kernel, ident: str) -> Scaled:
    """Return what *ident*, a path or a unique tail of one, names that can be scaled.

    Raises:
        ControlError: `no-node`, `ambiguous-node`, or `wrong-state` for what cannot be scaled.
    """
    groups = [one for one in _groups(kernel) if f"/{one.path}".endswith(f"/{ident}")]
    dynamic = [
        Scaled(place, None) for place in kernel.tree.matching(ident) if is_dynamic(place.start)
    ]
    found = groups + dynamic
    if len(found) == 1:
        return found[0]
    if found:
        where = ", ".join(one.path for one in found)
        raise ControlError(
            f"{len(found)} groups are named {ident!r}, say which one",
            code="ambiguous-node",
            where=where,
            hints=(f"use more of the path: {found[0].path}",),
        )
    known = [one.group.name for one in _groups(kernel) if one.group is not None]
    near = did_you_mean(ident.split("/")[-1], known)
    matching = kernel.tree.matching(ident)
    if not matching:
        if (several := kernel.tree.group_of_supervisors(ident)) is not None:
            raise several
        text = f"no group {ident!r}" + (f"; {near}" if near else "")
        raise ControlError(text, code="no-node", hints=("jido ps",))
    place = kernel.tree.resolve(ident)
    group = group_of(place)
    raise ControlError(
        f"{place.id} cannot be scaled: it is no group of replicas and no dynamic supervisor",
        code="wrong-state",
        where=place.path,
        hints=() if group is None else (f"its group is {group.name}",),
    )


def is_dynamic(start: object) -> bool:
    """Whether *start* is that of a dynamic supervisor."""
    return isinstance(start, SupervisorStart) and start.flags.strategy == "dynamic"


def _groups(kernel: Kernel) -> list[Scaled]:
    """Return all groups of replicas."""
    found: list[Scaled] = []
    for place in kernel.tree.walk():
        start = place.start
        if isinstance(start, SupervisorStart) and start.flags.strategy != "dynamic":
            names: dict[str, GroupStart] = {}
            for spec in start.specs:
                if type(spec.start) is AgentStart and spec.start.group is not None:
                    names[spec.start.group.name] = spec.start.group
            found += [Scaled(place, group) for group in names.values()]
    return found


def members_of(specs: MutableSequence[ChildSpec], name: str) -> list[ChildSpec]:
    """Return the specifications of a group's members, in the order of their start."""
    return [
        spec
        for spec in specs
        if type(spec.start) is AgentStart
        and spec.start.group is not None
        and spec.start.group.name == name
    ]


def _next(above: Place, group: GroupStart, members: list[ChildSpec]) -> ChildSpec:
    """Return the specification of one member more."""
    newest = members[-1]
    child_id = f"{group.name}-{int(newest.id.rpartition('-')[2]) + 1}"
    if above.child(child_id) is not None:
        raise ControlError(
            f"{above.path} has a child {child_id!r} already, which is not of the group",
            code="wrong-state",
            where=above.path,
        )
    assert group.state_of is not None, "members of replicas know how to be more"
    try:
        state = group.state_of(int(child_id.rpartition("-")[2]))
    except JidoCliError as error:
        raise ControlError(
            f"{child_id} has no initial state: {error.message}", code="wrong-state"
        ) from error
    return replace(
        newest, id=child_id, start=replace(cast("AgentStart", newest.start), state=state)
    )


def _check_count(scaled: Scaled, count: int) -> None:
    """Refuse numbers that cannot be."""
    where = scaled.path
    if count > MAX_COUNT:
        raise ControlError(f"{count:,} are more than {MAX_COUNT:,}", code="bad-value", where=where)
    if scaled.group is None:
        limit = cast("SupervisorStart", scaled.above.start).flags.max_children
        if limit is not None and count > limit:
            why = f"{count:,} are more than max_children, {limit:,}"
            raise ControlError(why, code="too-many", where=where)
        return
    if count < 1:
        raise ControlError(
            "a group has one member at least",
            code="bad-value",
            where=where,
            hints=(f"jido stop {scaled.group.name}-1",),
        )
    specs = cast("SupervisorStart", scaled.above.start).specs
    if scaled.group.fixed_by is not None and count > len(
        members_of(cast("MutableSequence[ChildSpec]", specs), scaled.group.name)
    ):
        raise ControlError(
            f"{scaled.group.name} cannot grow: its {scaled.group.fixed_by!r} reads replica.index",
            code="wrong-state",
            where=where,
            hints=("change `replicas` in the file",),
        )
