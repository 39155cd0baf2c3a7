"""The command palette's entries: every action on every node, found by a few letters. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jido_cli.observe.text.names import short_names
from jido_cli.tui.model.tree import Node, TreeModel
from jido_cli.tui.text import display

SHOWN: Final = 50
_NODES_LOOKED_AT: Final = 2000


@dataclass(frozen=True, slots=True)
class Command:
    """One entry.

    Args:
        title: what it does, to what.
        where: the node's path, or the place it belongs to.
        key: the key that does the same.
        action: the name of the screen's action.
        path: the node to select first, if any.
        line: the command line that does the same, if there is one.
    """

    title: str
    where: str
    key: str
    action: str
    path: str | None = None
    line: str = ""


_ON_NODES: Final = (
    ("Restart", "r", "restart", "restart"),
    ("Kill", "X", "kill", "kill"),
    ("Inspect", "i", "inspect", "inspect"),
    ("Send a signal to", "s", "send", ""),
    ("Call", "c", "call", ""),
    ("Go to", "", "go", ""),
)
_GENERAL: Final = (
    Command("Help", "dashboard", "?", "help"),
    Command("Next trouble", "dashboard", "!", "trouble"),
    Command("Pause or resume", "directives", "p", "pause"),
    Command("Filter", "directives", "/", "filter"),
    Command("Trouble only", "directives", "e", "only_trouble"),
    Command("Supervision events", "directives", "v", "events"),
    Command("Follow", "directives", "f", "follow"),
    Command("Scope: selected or all", "directives", "a", "scope"),
    Command("Schedules", "dashboard", "6", "schedules", line="jido schedule list"),
    Command("Zoom this pane", "dashboard", "z", "zoom"),
    Command("Theme", "dashboard", "T", "theme"),
    Command("Connect again", "dashboard", "ctrl+r", "reconnect"),
    Command("Quit or detach", "dashboard", "q", "leave"),
)


class CommandList:
    """All entries for one tree.

    Args:
        tree: whose nodes can be acted on.
        engine_flag: how command lines name the engine.
    """

    def __init__(self, tree: TreeModel, engine_flag: str = "") -> None:
        self._tree = tree
        self._flag = engine_flag
        self._names = short_names(tree.nodes)

    def find(self, typed: str) -> Sequence[Command]:
        """Return the entries that *typed* fits, the best first."""
        words = typed.casefold().split()
        found: list[tuple[int, int, Command]] = []
        for number, command in enumerate(self._all(words)):
            score = _score(words, f"{command.title} {command.where}".casefold())
            if score is not None:
                found.append((score, number, command))
        found.sort(key=lambda one: one[:2])
        return [command for _, _, command in found[:SHOWN]]

    def _all(self, words: Sequence[str]) -> Iterator[Command]:
        selected = self._tree.nodes.get(self._tree.selected or "")
        if selected is not None:
            yield from self._of(selected)
        yield from _GENERAL
        if not words:
            return
        looked_at = 0
        for path, node in self._tree.nodes.items():
            if path == self._tree.selected or not _may_fit(words, path.casefold()):
                continue
            yield from self._of(node)
            looked_at += 1
            if looked_at == _NODES_LOOKED_AT:
                return

    def _of(self, node: Node) -> Iterator[Command]:
        path = node["path"]
        name = display(self._names[path])
        is_down = node["status"] in ("stopped", "failed")
        verb = "Start" if is_down else "Stop"
        line = f"jido {verb.lower()} {name}{self._flag}"
        yield Command(f"{verb} {name}", path, "x", "stop_or_start", path, line)
        for title, key, action, command in _ON_NODES:
            if action in ("send", "call") and node["kind"] != "agent":
                continue
            if is_down and action in ("restart", "kill"):
                continue
            line = f"jido {command} {name}{self._flag}" if command else ""
            yield Command(f"{title} {name}", path, key, action, path, line)


def _may_fit(words: Sequence[str], path: str) -> bool:
    """Return whether one of the words is about the node: else it is not looked at further."""
    return any(_subsequence(word, path) for word in words)


def _score(words: Sequence[str], text: str) -> int | None:
    """Return how well words fit, 0 for the best; None if one does not."""
    total = 0
    for word in words:
        points = _points(word, text)
        if points is None:
            return None
        total += points
    return total


def _points(word: str, text: str) -> int | None:
    if text.startswith(word) or f" {word}" in text:
        return 0
    if f"/{word}" in text:
        return 2
    if word in text:
        return 3
    return 9 if _subsequence(word, text) else None


def _subsequence(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)
