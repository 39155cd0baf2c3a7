"""What is asked before something that cannot be taken back, and before leaving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jido_cli.observe.text import measures
from jido_cli.tui.model.tree import Node, TreeModel
from jido_cli.tui.text import Line, display, wrapped
from jido_cli.tui.view.dialog import pair, text
from jido_cli.tui.view.state_parts import names
from jido_cli.tui.view.tree_rows import window_bar

WIDTH: Final = 68
_COLUMN: Final = 22
_NAMES: Final = (16, 8, 4, 1)
_NAMES_LINES: Final = 3
_TITLES: Final = {"kill": "Kill", "stop": "Stop", "restart": "Restart", "start": "Start"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one answer that does it."""

    title: str
    body: tuple[Line, ...]
    command: str
    does: str


def needs_asking(verb: str, tree: TreeModel, node: Node) -> bool:
    """Return whether an order is asked for: it takes more with it than the node itself."""
    if verb in ("kill", "stop"):
        return True
    if verb == "start":
        return False
    return node["kind"] == "supervisor" or len(tree.falls_with(node["path"])) > 1


def question(
    verb: str, tree: TreeModel, node: Node, inspect: Mapping[str, Any] | None, command: str
) -> Question:
    """Return what to ask before *verb* is done to a node."""
    below = list(tree.below(node["path"]))
    match verb:
        case "kill":
            lines = _kill(tree, node, inspect)
        case "stop":
            lines = [text("It shuts down in order and stays down until it is started.")]
            lines += [Line(), *_named("┃ stops with it", below)]
        case _:
            lines = [text("It shuts down in order and starts again. No crash is counted.")]
            lines += [Line(), *_named("┃ restarts with it", below)]
            lines += _named("┊ stays as it is", _mates(tree, node, below))
    body = (*lines, Line(), text(command, "busy"))
    return Question(f"{_TITLES[verb]} {display(node['path'])}", body, command, verb)


def _kill(tree: TreeModel, node: Node, inspect: Mapping[str, Any] | None) -> list[Line]:
    lines = [text("Kill cannot be trapped: no terminate hook, no checkpoint."), Line()]
    restart = ((inspect or {}).get("child") or {}).get("restart")
    if node["parent"] is None:
        return [*lines, text("It is the root: the engine ends with it.", "bad")]
    if restart == "temporary":
        lines.append(text("It is temporary: it is not restarted.", "warn"))
    lines += _named("┃ restarts with it", tree.falls_with(node["path"]))
    above = tree.nodes[node["parent"]]
    window = above.get("window")
    if window and restart != "temporary":
        lines.append(pair("window", _next_window(above, window), _COLUMN, _style(window)))
    if node["kind"] == "agent":
        is_kept = node.get("persist") not in (None, "none")
        after = (
            "goes back to its last checkpoint" if is_kept else "begins anew: nothing of it is kept"
        )
        lines.append(pair("state", after, _COLUMN))
    return lines


def _named(label: str, paths: list[str]) -> list[Line]:
    parts: list[str] = []
    for most in _NAMES:  # however long they are: how many there are is told
        parts = wrapped(names(paths, most=most).split(" "), WIDTH - 3 - _COLUMN)
        if len(parts) <= _NAMES_LINES:
            break
    return [
        pair(label if number == 0 else "", part, _COLUMN)
        for number, part in enumerate(parts[:_NAMES_LINES])
    ]


def _mates(tree: TreeModel, node: Node, below: list[str]) -> list[str]:
    return [path for path in tree.falls_with(node["path"]) if path not in below]


def _next_window(above: Node, window: Mapping[str, Any]) -> str:
    used, allowed = int(window["used"]), int(window["max_restarts"])
    then = f", this makes it {used + 1}/{allowed}" if used < allowed else ": it gives up"
    name = display(above["id"])
    return f"{name} {measures.window(dict(window))} {window_bar(window)}{then}"


def _style(window: Mapping[str, Any]) -> str:
    return "bad" if window["used"] >= window["max_restarts"] else "text"


def leaving(name: str, nodes: int, pid: object, chosen: str) -> list[Line]:
    """Return what is asked before leaving a dashboard that opened its engine."""
    choices = (
        ("detach", "d", f"it goes on; jido tui -e {display(name)} comes back"),
        ("stop", "s", "stops all in reverse order of their start"),
    )
    lines = [text(f"{measures.plural(nodes, 'node')} run in the engine, pid {pid}."), Line()]
    for word, key, says in choices:
        sign = "►" if word == chosen else " "
        lines.append(text(f"{sign} {key}  {word.ljust(9)}{says}"))
    return [*lines, Line(), text("No store keeps what agents hold: stop forgets it.", "dim")]
