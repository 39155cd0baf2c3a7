"""The rules between the panes, with their titles: the frame that the panes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jido_cli.tui.text import FRAME, Line, Span, cells, cut


@dataclass(frozen=True, slots=True)
class Title:
    """A text that interrupts a rule, its style, and how many dashes stand before it."""

    text: str
    style: str = "text"
    gap: int = 1


def rule(
    width: int,
    corners: str,
    *,
    left: Sequence[Title] = (),
    right: Title | None = None,
    tail: int = 1,
    joint: int | None = None,
) -> Line:
    """Return a rule of *width* cells.

    Args:
        width: cells of the whole rule.
        corners: three characters: the ends, and between them the joint.
        left: titles from the left.
        right: a title that ends *tail* dashes before the end.
        tail: dashes behind the right title.
        joint: the column where a bar of the neighbouring row meets the rule.
    """
    spans: list[Span] = [(corners[0], FRAME)]
    at = 1
    end = width - 1
    if right is not None:
        room = end - tail - 2 - sum(cells(one.text) + 2 + one.gap for one in left) - at
        text = cut(right.text, room)
        right = Title(text, right.style) if text else None
    stop = end if right is None else end - tail - cells(right.text) - 2

    def dashes(until: int) -> None:
        nonlocal at
        if until > at:
            text = "─" * (until - at)
            if joint is not None and at <= joint < until:
                text = text[: joint - at] + corners[1] + text[joint - at + 1 :]
            spans.append((text, FRAME))
            at = until

    for title in left:
        text = cut(title.text, stop - at - title.gap - 3)
        if not text:
            break
        dashes(at + title.gap)
        spans.append((f" {text} ", title.style))
        at += cells(text) + 2
    dashes(stop)
    if right is not None:
        spans.append((f" {right.text} ", right.style))
        at += cells(right.text) + 2
    dashes(end)
    spans.append((corners[2], FRAME))
    return Line(tuple(spans))
