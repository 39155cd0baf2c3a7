"""The footer: the keys that work now, the most wanted first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from jido_cli.tui.text import Line, Row
from jido_cli.tui.view.layout import WIDE

_ROOM = 400
Item: TypeAlias = tuple[str, str, str]
"""Key as it is shown, what it does, the name of the action."""


@dataclass(frozen=True, slots=True)
class FooterFace:
    """What decides which keys are shown.

    Args:
        kind: of the selected node.
        status: of the selected node.
        takes_signals: the selected node does.
        is_paused: the log is.
        is_lost: the engine is.
        has_trouble: there is one to go to.
        has_story: the selected supervisor gave up lately.
    """

    kind: str = ""
    status: str = ""
    takes_signals: bool = False
    is_paused: bool = False
    is_lost: bool = False
    has_trouble: bool = False
    has_story: bool = False


LOST: tuple[Item, ...] = (
    ("ctrl+r", "try now", "reconnect"),
    ("y", "copy", "copy"),
    ("?", "help", "help"),
    ("q", "quit", "leave"),
)
FILTERING: tuple[Item, ...] = (
    ("enter", "keep", ""),
    ("esc", "clear", ""),
    ("tab", "complete", ""),
    ("↑", "earlier filters", ""),
)


def footer_groups(face: FooterFace, width: int) -> list[list[Item]]:
    """Return the keys in groups, for the selection, for the panes, for the dashboard."""
    if face.is_lost:
        return [list(LOST)]
    is_wide = width >= WIDE
    node = _node_keys(face, is_wide=is_wide)
    panes: list[Item] = [
        ("p", "resume" if face.is_paused else "pause", "pause"),
        ("/", "filter", "filter"),
    ]
    if is_wide:
        panes.append(("!", "next trouble", "trouble"))
    last: list[Item] = [("?", "help", "help"), ("q", "quit", "leave")]
    if is_wide:
        last.insert(0, (":", "palette", "palette"))
    return [node, panes, last]


def _node_keys(face: FooterFace, *, is_wide: bool) -> list[Item]:
    keys: list[Item] = []
    if face.takes_signals:
        keys.append(("s", "send", "send"))
        if is_wide:
            keys.append(("c", "call", "call"))
    if face.status in ("stopped", "failed"):
        keys.append(("x", "start", "stop_or_start"))
    elif face.kind:
        keys += [
            ("r", "restart", "restart"),
            ("x", "stop", "stop_or_start"),
            ("X", "kill", "kill"),
        ]
    if face.kind:
        keys.append(("i", "inspect", "inspect"))
    if face.kind == "supervisor" and is_wide and not face.has_story:
        keys.append(("b", "boundary", "boundary"))
    return keys


@dataclass(frozen=True, slots=True)
class FooterHit:
    """Where a key stands, for the mouse."""

    start: int
    end: int
    action: str


def footer_line(groups: Sequence[Sequence[Item]], width: int) -> tuple[Line, list[FooterHit]]:
    """Return the line, and which action a click at which place means.

    Where there is no room for all, keys of the selection go first, from their end.
    """
    kept = [list(group) for group in groups]
    while True:
        line, hits = _drawn(kept, is_wide=width >= WIDE)
        if len(kept) < 2 or not kept[0] or hits[-1].end <= width:
            return line, hits
        kept[0].pop()


def _drawn(groups: Sequence[Sequence[Item]], *, is_wide: bool) -> tuple[Line, list[FooterHit]]:
    row = Row(_ROOM)
    row.put(0, " ")
    hits: list[FooterHit] = []
    for number, group in enumerate(groups):
        if number and group:
            row.add(" │ " if is_wide else "  ", "dim")
        for at, (key, label, action) in enumerate(group):
            # the longer word takes its room from the gap, so that the keys behind it stay
            gap = "" if at == 0 else " " if group[at - 1][1] == "resume" else "  "
            row.add(gap)
            start = row.at
            row.add(key, "busy").add(f" {label}", "text")
            hits.append(FooterHit(start, row.at, action))
    return row.line(), hits
