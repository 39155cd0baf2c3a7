"""The tree as the dashboard holds it: nodes, folding, the selected one, what falls with it.

Nodes are the plain data of the control API. How a row looks is `view.tree_rows`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from jido_cli.observe.text.signs import STATUSES

Node: TypeAlias = Mapping[str, Any]
_WORST = {word: rank for rank, (word, _, _) in enumerate(STATUSES)}


def severity(status: str) -> int:
    """Return the rank of a status, 0 for the worst; one that is not known ranks last."""
    return _WORST.get(status, len(_WORST))


class TreeModel:
    """The newest tree, which parts of it are folded, and which node is selected."""

    def __init__(self) -> None:
        self.answer: Mapping[str, Any] = {}
        self.at = 0.0
        self.version = 0  # counts the trees that came
        self.nodes: Mapping[str, Node] = {}
        self.selected: str | None = None
        self.shows_outer = False
        self._children: dict[str, list[str]] = {}
        self._by_hand: dict[str, bool] = {}  # path -> folded, as the user left it
        self._by_room: set[str] = set()  # folded because the tree is longer than its pane
        self._rows: list[str] = []
        self._room = 0
        self._worst: dict[str, str] = {}
        self._below: dict[str, int] = {}

    # -- what comes in

    def update(self, answer: Mapping[str, Any], at: float) -> bool:
        """Take a new tree that was true at *at*; return whether nodes came or went."""
        self.answer, self.at = answer, at
        self.version += 1
        nodes = {node["path"]: node for node in answer["nodes"]}
        is_new_shape = list(nodes) != list(self.nodes)
        self.nodes = nodes
        self._worst.clear()
        if is_new_shape:
            self._reshape(answer["nodes"])
        return is_new_shape

    def _reshape(self, nodes: Sequence[Node]) -> None:
        self._children = {}
        self._below = {}
        for node in nodes:
            if node["parent"] is not None:
                self._children.setdefault(node["parent"], []).append(node["path"])
        self.selected = self._still_there(self.selected)
        self._by_hand = {path: fold for path, fold in self._by_hand.items() if path in self.nodes}
        self._fold_to_room()

    def _still_there(self, path: str | None) -> str | None:
        """Return *path*, or the nearest ancestor that is left, or the root."""
        while path is not None and path not in self.nodes:
            path = path.rpartition("/")[0] or None
        return path if path is not None else next(iter(self.nodes), None)

    def set_room(self, rows: int) -> None:
        """Say how many rows the pane has: what does not fit is folded, from the end upwards."""
        if rows != self._room:
            self._room = rows
            self._fold_to_room()

    @property
    def stalled(self) -> tuple[str, float] | None:
        """The agent that keeps the loop ("" if it is no node), and for how many seconds."""
        stall = self.answer.get("stalled")
        return (stall.get("agent") or "", float(stall["ms"]) / 1000) if stall else None

    # -- rows

    @property
    def rows(self) -> Sequence[str]:
        """The paths that are not folded away, in the order of the tree."""
        return self._rows

    def children(self, path: str) -> Sequence[str]:
        """Return the paths of a node's children, in start order."""
        return self._children.get(path, ())

    def is_folded(self, path: str) -> bool:
        """Return whether a node's children are hidden."""
        by_hand = self._by_hand.get(path)
        return path in self._by_room if by_hand is None else by_hand

    def is_last(self, path: str) -> bool:
        """Return whether a node is its parent's last child."""
        parent = self.nodes[path]["parent"]
        return parent is None or self._children[parent][-1] == path

    def ancestors(self, path: str) -> Iterator[str]:
        """Yield the paths above a node, nearest first."""
        above = self.nodes[path]["parent"] if path in self.nodes else None
        while above is not None:
            yield above
            above = self.nodes[above]["parent"] if above in self.nodes else None

    def below(self, path: str) -> Iterator[str]:
        """Yield the paths below a node, in the order of the tree."""
        for child in self.children(path):
            yield child
            yield from self.below(child)

    def count_below(self, path: str) -> int:
        """Return how many nodes are below one."""
        found = self._below.get(path)
        if found is None:
            found = self._below[path] = sum(1 for _ in self.below(path))
        return found

    def worst_below(self, path: str) -> str:
        """Return the worst status of a node and all below it."""
        found = self._worst.get(path)
        if found is None:
            statuses = [self.nodes[one]["status"] for one in (path, *self.below(path))]
            found = self._worst[path] = min(statuses, key=severity)
        return found

    # -- moving and folding

    def select(self, path: str) -> None:
        """Select a node; what hides it unfolds."""
        if path not in self.nodes:
            return
        self.selected = path
        hidden = [one for one in self.ancestors(path) if self.is_folded(one)]
        for one in hidden:
            self._by_hand[one] = False
        if hidden:
            self._list_rows()

    def move(self, step: int) -> None:
        """Select the row *step* rows further."""
        if self._rows:
            self.select(self._rows[max(0, min(len(self._rows) - 1, self.index() + step))])

    def index(self) -> int:
        """Return the row of the selected node."""
        return self._rows.index(self.selected) if self.selected in self._rows else 0

    def fold(self, path: str, *, folded: bool) -> None:
        """Hide or show a node's children."""
        if self.children(path):
            self._by_hand[path] = folded
            self._list_rows()

    def fold_all(self, *, folded: bool) -> None:
        """Hide or show the children of every node but the root."""
        roots = {path for path, node in self.nodes.items() if node["parent"] is None}
        self._by_hand = {path: folded for path in self._children if path not in roots}
        if folded and self.selected is not None:
            outer = [one for one in self.ancestors(self.selected) if one not in roots]
            self.selected = outer[-1] if outer else self.selected
        self._list_rows()

    def _fold_to_room(self) -> None:
        """Fold what is longest down the tree until the rest fits; one walk, children first."""
        self._by_room = set()
        self._list_rows()
        spare = self._room - len(self._rows)
        if not self._room or self.selected is None or spare >= 0:
            return
        kept = {self.selected, *self.ancestors(self.selected)}
        heights: dict[str, int] = {}  # rows of a node and of what is shown below it
        for path in reversed(self._rows):
            below = 0
            if not self.is_folded(path):
                below = sum(heights[child] for child in self.children(path))
            if below and spare < 0 and path not in kept and path not in self._by_hand:
                self._by_room.add(path)
                spare += below
                below = 0
            heights[path] = 1 + below
        self._list_rows()

    def _list_rows(self) -> None:
        rows: list[str] = []
        waiting = [path for path, node in self.nodes.items() if node["parent"] is None][::-1]
        while waiting:
            path = waiting.pop()
            rows.append(path)
            if not self.is_folded(path):
                waiting.extend(reversed(self.children(path)))
        self._rows = rows

    # -- what falls with what

    def mates(self, path: str) -> list[str]:
        """Return the siblings that are restarted when a node crashes, by its supervisor's rule."""
        above = self.nodes.get(self.nodes[path]["parent"] or "")
        siblings = list(self.children(above["path"])) if above is not None else []
        match above and above.get("strategy"):
            case "one_for_all":
                return [one for one in siblings if one != path]
            case "rest_for_one":
                return siblings[siblings.index(path) + 1 :]
            case _:
                return []

    def falls_with(self, path: str) -> list[str]:
        """Return what restarts together with a node, in the order of the tree."""
        node = self.nodes.get(path)
        if node is None:
            return []
        heads = {path, *self.mates(path)}
        return [one for one in self._under(heads) if one != path]

    def falls_if_given_up(self, path: str) -> list[str]:
        """Return what falls too if the supervisor above gives up, that supervisor with it."""
        node = self.nodes.get(path)
        if node is None or node["parent"] is None:
            return []
        near = {path, *self.falls_with(path)}
        return [one for one in self._under({node["parent"]}) if one not in near]

    def _under(self, heads: Iterable[str]) -> list[str]:
        wanted: set[str] = set()
        for head in heads:
            if head in self.nodes:
                wanted.update((head, *self.below(head)))
        return [path for path in self.nodes if path in wanted]
