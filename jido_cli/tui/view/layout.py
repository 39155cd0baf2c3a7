"""How a screen of some size is divided, and what folds when it gets narrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Pane: TypeAlias = Literal["tree", "state", "log"]
PANES: tuple[Pane, ...] = ("tree", "state", "log")

WIDE, MIDDLE, NARROW = 120, 100, 80
LEAST_WIDTH, LEAST_HEIGHT = 60, 16
_CHROME = 5  # header, three rules, footer
_LOG_LEAST = 6


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of the insides of the panes; 0 where a pane is not shown."""

    width: int
    height: int
    tree_width: int = 0
    tree_height: int = 0
    state_width: int = 0
    log_height: int = 0
    is_words: bool = False
    zoomed: Pane | None = None

    @property
    def is_wide(self) -> bool:
        """Whether all columns and tabs are there."""
        return self.width >= WIDE

    @property
    def log_width(self) -> int:
        """The inside of the log."""
        return self.width - 2


def layout_for(
    width: int,
    height: int,
    *,
    has_attention: bool = False,
    zoomed: Pane | None = None,
    shown: Pane = "tree",
    rows: int = 0,
) -> Layout:
    """Return how to divide a terminal.

    Args:
        width: columns.
        height: rows.
        has_attention: the attention line takes one row from the log.
        zoomed: the pane that has everything.
        shown: which of Tree and State is shown where there is room for one.
        rows: how many rows the tree would like, its head included.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return Layout(width, height, is_words=True)
    inside = height - _CHROME - has_attention
    if zoomed is not None:
        return _zoomed(width, height, inside + 1, zoomed)
    upper = height * 7 // 12 - 3
    if height > 36:
        upper = max(18, min(rows, upper))  # height goes to the log unless the tree needs it
    upper = min(upper, inside - _LOG_LEAST)
    tree, state = _split(width, shown)
    return Layout(width, height, tree, upper, state, inside - upper)


def _split(width: int, shown: Pane) -> tuple[int, int]:
    """Return the insides of Tree and State."""
    if width < NARROW:
        return (0, width - 2) if shown == "state" else (width - 2, 0)
    if width >= WIDE:
        tree = 66
    elif width >= MIDDLE:
        tree = 58
    else:
        tree = 46 + (width - NARROW) // 2
    return tree, width - 3 - tree


def _zoomed(width: int, height: int, inside: int, zoomed: Pane) -> Layout:
    if zoomed == "log":
        return Layout(width, height, log_height=inside, zoomed=zoomed)
    is_tree = zoomed == "tree"
    return Layout(
        width,
        height,
        tree_width=width - 2 if is_tree else 0,
        state_width=0 if is_tree else width - 2,
        tree_height=inside,
        zoomed=zoomed,
    )
