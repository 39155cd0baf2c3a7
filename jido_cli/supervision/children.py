"""The children of one supervisor: records in start order, found by id and by process.

Book-keeping only: every change of a child's status goes through here, so that the counts are
right at any time; nothing here decides what status a child should have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from jido_cli.supervision.specs import ChildSpec

# `waiting` is a child whose restart waits for its backoff: to the child API it is restarting.
Status = Literal["undefined", "alive", "restarting", "waiting"]


class Child:
    """One child. Slots and nothing shared copied: a `dynamic` supervisor may have 100,000."""

    __slots__ = ("args", "id", "process", "ref", "spec", "status")

    def __init__(self, ident: str, spec: ChildSpec, args: object = None) -> None:
        self.id = ident
        self.spec = spec  # for `dynamic` the template's own record
        self.args = args
        self.status: Status = "undefined"
        self.ref = 0  # the last start attempt
        self.process = 0  # the last attempt that had a process


class ChildTable:
    """The children in start order.

    `by_process` knows a living child, to match its exit, and one whose process exited and that is
    being restarted, because callers of a `dynamic` supervisor still know it by that process.
    """

    __slots__ = ("active", "by_id", "by_process", "significant")

    def __init__(self) -> None:
        self.by_id: dict[str, Child] = {}  # keeps the start order
        self.by_process: dict[int, Child] = {}
        self.active = 0  # children with a living process
        self.significant = 0  # significant children that are not undefined

    def __len__(self) -> int:
        return len(self.by_id)

    def __iter__(self) -> Iterator[Child]:
        return iter(self.by_id.values())

    def add(self, child: Child) -> None:
        """Put *child* last in start order."""
        self.by_id[child.id] = child

    def remove(self, child: Child) -> None:
        """Forget *child*, whatever its status."""
        self.set_undefined(child)
        del self.by_id[child.id]

    def set_alive(self, child: Child) -> None:
        """Note that the last attempt of *child* is up."""
        if child.status != "undefined":
            self.by_process.pop(child.process, None)
        elif child.spec.significant:
            self.significant += 1
        child.process = child.ref
        child.status = "alive"
        self.by_process[child.ref] = child
        self.active += 1

    def set_restarting(self, child: Child, status: Literal["restarting", "waiting"]) -> None:
        """Note that *child* has no process and is about to have one again."""
        if child.status == "alive":
            self.active -= 1
        elif child.status == "undefined" and child.spec.significant:
            self.significant += 1
        child.status = status

    def set_undefined(self, child: Child) -> None:
        """Note that *child* has no process and will get none by itself."""
        if child.status == "undefined":
            return
        if child.status == "alive":
            self.active -= 1
        if child.spec.significant:
            self.significant -= 1
        self.by_process.pop(child.process, None)
        child.status = "undefined"
