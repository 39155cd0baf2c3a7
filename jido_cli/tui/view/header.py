"""The header and the attention line: health in words, figures, trouble in a fixed place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.signs import HUNG, counted, health, role, sign
from jido_cli.tui.model.trouble import Trouble
from jido_cli.tui.text import Line, Row, Span, cells, cut, display
from jido_cli.tui.view.layout import MIDDLE

_LEAST_GAP = 8


@dataclass(frozen=True, slots=True)
class HeaderFace:
    """What the header shows.

    Args:
        name: the topology's.
        counts: nodes by status.
        uptime_s: of the engine.
        rate: signals a second; None when it is not known yet.
        restarts: since start.
        revision: of the tree.
        stalled: an agent keeps the loop.
        lost: what is said when the engine is lost, with the time of what is shown.
    """

    name: str
    counts: Mapping[str, int]
    uptime_s: float
    rate: float | None
    restarts: int
    revision: int
    stalled: bool = False
    lost: str = ""


def header_line(face: HeaderFace, width: int) -> Line:
    """Return the first line of the screen."""
    is_wide = width >= MIDDLE
    gap = "   " if is_wide else "  "
    left = Row(width).put(1, "jido", "busy").add("  ").add(display(face.name)).add(gap)
    left.add(*health_span(face))
    parts = _figures(face, is_wide=is_wide)
    while parts and left.at + _LEAST_GAP + cells(gap.join(parts)) > width - 1:
        parts.pop()
    right = gap.join(parts)
    return left.put_right(width - 1, right, "dim").line()


def _figures(face: HeaderFace, *, is_wide: bool) -> list[str]:
    if face.lost:
        return [f"last rev {measures.count(face.revision)}"]
    rate = measures.count(round(face.rate)) if face.rate is not None else measures.NOT_KNOWN
    parts = [f"up {uptime(face.uptime_s)}"]
    parts.append(f"{rate} signal{'' if rate == '1' else 's'}/s" if is_wide else f"{rate}/s")
    if is_wide:
        parts.append(measures.plural(face.restarts, "restart"))
    return [*parts, f"rev {measures.count(face.revision)}"]


def uptime(value: float) -> str:
    """Return an uptime that moves once a second in the first minute, then once a minute."""
    if value < 60:
        return f"{int(value)}s"
    return measures.seconds(float(int(value // 60) * 60))


def health_span(face: HeaderFace) -> Span:
    """Return the health in words, the worst first, counts that add up to all nodes."""
    if face.lost:
        return (face.lost, "bad")
    if face.stalled and not face.counts.get(HUNG):  # held by something that is no node
        words = ", ".join(words for _, words in counted(face.counts))
        return (f"× the loop is held, {words}", "bad")
    if face.counts == {"running": 1}:
        return ("● 1 running, no children", "ok")
    return health(face.counts)


def attention_line(troubles: Sequence[Trouble], width: int) -> Line:
    """Return what is wrong, and the key that goes there."""
    first = troubles[0]
    number = len(troubles)
    keys = "! go there" if number == 1 else f"! next of {measures.count(number)}"
    row = Row(width).put(1, first.sign, first.role)
    row.put(3, first.text, first.role, room=width - 4)
    end = _right_end(width)
    if row.at + 2 + cells(keys) <= end:  # the words go before the key
        row.put_right(end, keys, "busy")
    return row.line()


def _right_end(width: int) -> int:
    return width - (2 if width >= MIDDLE else 1)


def message_line(text: str, style: str, width: int, keys: str = "") -> Line:
    """Return a message in the place of the attention line."""
    row = Row(width).put(1, cut(text, width - 2 - (cells(keys) + 2 if keys else 0)), style)
    return row.put_right(_right_end(width), keys, "busy").line()


def words_lines(
    face: HeaderFace, troubled: Sequence[Mapping[str, Any]], width: int, height: int, now: float
) -> list[Line]:
    """Return what a terminal too small for panes shows: words only, the worst first."""
    words, style = health_span(face)
    total = sum(face.counts.values())
    first = f"{display(face.name)} {words}"
    texts: list[Span] = [(first.split(", ")[0], style)]
    for node in troubled:
        since = uptime(max(0.0, now - float(node["since"])))
        text = f"{sign(node['status'])} {display(node['id'])} {display(node['status'])} {since}"
        texts.append((text, role(node["status"])))
    running = face.counts.get("running", 0)
    if running and running != total:
        texts.append((f"{measures.count(running)} running", "text"))
    tail: list[Span] = [
        (f"{width}x{height} is too small for", "dim"),
        ("panes; ? help  q quit", "dim"),
    ]
    room = max(1, height - len(tail))
    return [Line(((cut(text, width), style),)) for text, style in (*texts[:room], *tail)][:height]
