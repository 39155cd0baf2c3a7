"""The keys: one table for bindings, help and palette. A letter means one thing on every screen.

Only keys that work are in it. What an action does is the screen's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from textual.binding import Binding

Where: TypeAlias = Literal["everywhere", "node", "tree", "state", "log"]


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the key map.

    Args:
        keys: the keys, in textual's names.
        shown: the keys as help shows them.
        does: what they do, in a word or two.
        action: the name of the screen's action.
        where: on which panes it means something; `node` is on whatever names one.
        in_help: whether help has a row for it.
    """

    keys: str
    shown: str
    does: str
    action: str
    where: Where = "everywhere"
    in_help: bool = True


KEYS: Final[tuple[Key, ...]] = (
    Key("1", "1", "tree", "pane('tree')", in_help=False),
    Key("2", "2", "state", "pane('state')", in_help=False),
    Key("3", "3", "directives", "pane('log')", in_help=False),
    Key("6", "6", "schedules", "schedules"),
    Key("tab", "tab", "next pane", "next_pane(1)"),
    Key("shift+tab", "shift+tab", "previous pane", "next_pane(-1)", in_help=False),
    Key("j,down", "j", "down", "step(1)", in_help=False),
    Key("k,up", "k", "up", "step(-1)", in_help=False),
    Key("h,left", "h", "fold", "fold", in_help=False),
    Key("l,right", "l", "unfold", "unfold", in_help=False),
    Key("H", "H L", "fold, unfold all", "fold_all(True)", where="tree"),
    Key("L", "L", "unfold all", "fold_all(False)", where="tree", in_help=False),
    Key("g,home", "g", "top", "ends(False)", in_help=False),
    Key("G,end", "G", "bottom", "ends(True)", in_help=False),
    Key("ctrl+d,pagedown", "^d", "half a page down", "page(1)", in_help=False),
    Key("ctrl+u,pageup", "^u", "half a page up", "page(-1)", in_help=False),
    Key("enter", "enter", "open the row", "open"),
    Key("escape", "esc", "back", "back"),
    Key("slash", "/", "filter", "filter", where="log"),
    Key("left_square_bracket", "[ ]", "previous, next tab", "tab(-1)", where="state"),
    Key("right_square_bracket", "]", "next tab", "tab(1)", where="state", in_help=False),
    Key("a", "a", "scope: selected, all", "scope", where="log"),
    Key("e", "e", "trouble only", "only_trouble", where="log"),
    Key("exclamation_mark", "!", "next trouble", "trouble"),
    Key("y", "y", "copy", "copy"),
    Key("Y", "Y", "copy as command", "copy_command"),
    Key("z", "z", "zoom this pane", "zoom"),
    Key("colon,ctrl+p", ":", "command palette", "palette"),
    Key("question_mark", "?", "help here", "help"),
    Key("T", "T", "theme", "theme"),
    Key("ctrl+r", "ctrl+r", "connect again", "reconnect"),
    Key("ctrl+l", "ctrl+l", "paint again", "paint_again"),
    Key("q,ctrl+c", "q", "quit or detach", "leave"),
    Key("ctrl+z", "ctrl+z", "to the shell", "to_shell"),
    Key("s", "s", "send", "send", where="node"),
    Key("c", "c", "call", "call", where="node"),
    Key("r", "r", "restart", "restart", where="node"),
    Key("x", "x", "stop or start", "stop_or_start", where="node"),
    Key("X", "X", "kill", "kill", where="node"),
    Key("i", "i", "inspect", "inspect", where="node"),
    Key("b", "b", "boundary", "boundary", where="node"),
    Key("p", "p", "pause, resume", "pause", where="log"),
    Key("f", "f", "follow", "follow", where="log"),
    Key("v", "v", "supervision events", "events", where="log"),
    Key("m", "m", "draw a mark line", "mark", where="log"),
)


def bindings() -> list[Binding]:
    """Return textual's bindings for the whole map; none of them overtakes a key typed before it."""
    return [Binding(key, one.action, show=False) for one in KEYS for key in one.keys.split(",")]


def keys_for(where: Where) -> Sequence[Key]:
    """Return the keys that help shows for a place."""
    return [one for one in KEYS if one.where == where and one.in_help]
