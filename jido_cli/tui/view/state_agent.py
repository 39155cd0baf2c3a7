"""The State tab of an agent (or any node that is no supervisor): its health, then its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from jido_cli.observe.text import measures
from jido_cli.observe.text.display import display
from jido_cli.observe.text.names import last_part
from jido_cli.tui.model.changes import NOTHING, Change
from jido_cli.tui.model.tree import Node
from jido_cli.tui.model.value_tree import ValueRow, value_rows
from jido_cli.tui.model.watched import Watched
from jido_cli.tui.text import EMPTY, Line, Row
from jido_cli.tui.view.state_parts import (
    StateFace,
    entry,
    names,
    status_line,
    text_line,
    title,
    wrapped_lines,
)
from jido_cli.tui.view.tree_rows import came_back_s, window_bar
from jido_cli.tui.view.values import spelled


@dataclass(frozen=True, slots=True)
class StateHead:
    """The row over the state; folds all of it."""

    line: Line
    is_folded: bool


StateRow: TypeAlias = Line | ValueRow | StateHead
CRASHED = ("crash", "killed")
_TROUBLED = ("crash_looping", "failed", "backing_off", "degraded")
_LABEL = 14
_DIFF_SHOWN = 6
_AGO_S = 10.0


def agent_rows(node: Node, watched: Watched, face: StateFace) -> list[StateRow]:
    """Return all rows of the State tab for an agent."""
    extras = [str(face.child().get("restart") or ""), _persist(node)]
    rows: list[StateRow] = [title(node, face), status_line(node, face, extras=extras)]
    last = node.get("last_exit")
    is_crash = last is not None and last["kind"] in CRASHED
    came_back = came_back_s(face.tree, node, face.now) is not None
    is_troubled = node["status"] in _TROUBLED or (is_crash and came_back)
    if is_troubled and not face.is_lost:
        rows += _trouble(node, face)
    else:
        rows += _mail(node, face)
    rows.append(EMPTY)
    if node["kind"] != "agent":
        return rows
    rows += _state(watched, face, is_open=not is_troubled)
    if is_crash and not is_troubled and last is not None:
        rows += [EMPTY, *_last_exit(last, face)]
    return rows


def _persist(node: Node) -> str:
    persist = node.get("persist")
    return "" if persist in (None, "none") else str(persist)


# -- health


def _mail(node: Node, face: StateFace) -> list[StateRow]:
    """Return mailbox and commands."""
    inspect = face.inspect or {}
    mail, commands = inspect.get("mailbox_detail"), inspect.get("commands")
    depth = node.get("mailbox")
    if depth is None:
        return []
    limit = measures.count(mail["max"]) if mail else measures.NOT_KNOWN
    if not face.is_wide:
        text = f"mail {measures.count(depth)}/{limit}"
        if face.is_lost:
            text += f" at {face.times.clock(face.lost_at)}"
        elif commands and commands.get("p95_ms") is not None:
            text += f"  p95 {measures.milliseconds(commands['p95_ms'])}"
        return [text_line(text)]
    text = f"mailbox {measures.count(depth)} of {limit}"
    if commands:
        text += f"    commands {measures.count(commands['ok'] + commands['failed'])}"
        if commands.get("p95_ms") is not None:
            text += f"   p95 {measures.milliseconds(commands['p95_ms'])}"
    return [text_line(text)]


def _trouble(node: Node, face: StateFace) -> list[StateRow]:
    """Return what went wrong, how often, and what the next time leads to."""
    last = node.get("last_exit")
    rows: list[StateRow] = []
    since = _ago(node["since"], face) if node.get("since") else ""
    if face.is_wide and node["status"] in ("running", "crash_looping") and since:
        rows += [text_line(f"restarted {since}"), EMPTY]
    elif not face.is_wide and node["status"] != "backing_off":
        rows += [text_line(_restarts(node, face)), EMPTY]
    else:
        rows.append(EMPTY)
    if last:
        rows += _last_exit(last, face)
    elif face.inspect and face.inspect.get("why_failed"):
        rows += wrapped_lines(face, display(face.inspect["why_failed"]), style="bad")
    if face.is_wide:
        rows += entry(face, "restarts", _restarts(node, face), column=_LABEL)
        mates = names(face.tree.falls_with(node["path"]))
        rows.append(Row(face.width).put(1, "falls with it", "dim").put(21, mates).line())
    rows += _next(node, face)
    return rows


def _ago(at: float, face: StateFace) -> str:
    """Return an age in whole seconds under a minute, else the moment."""
    age = max(0, int(face.now - at))
    return f"{age}s ago" if age < 60 else f"at {face.times.clock(at)}"


def _restarts(node: Node, face: StateFace) -> str:
    total = measures.count(node["restarts"])
    window = _window_above(node, face)
    exits = (face.inspect or {}).get("exits") or ()
    if window is None or not exits:
        return f"{total} since start" if face.is_wide else f"restarts {total}"
    since = face.now - float(window["max_seconds"])
    recent = sum(1 for one in exits if one["at"] >= since and one["kind"] in CRASHED)
    length = measures.window_length(dict(window))
    if face.is_wide:
        return f"{total} since start, {recent} in the last {length}"
    return f"restarts {total}, {recent} in {length}"


def _last_exit(last: Mapping[str, Any], face: StateFace) -> list[StateRow]:
    """Return the exit, where it came from, on which signal."""
    reason, frame = display(last["reason"]), last.get("frame")
    rows: list[StateRow] = []
    if face.is_wide:
        rows += entry(
            face,
            "last exit",
            f"{face.times.moment(last['at'])}  {reason}",
            column=_LABEL,
            style="loop",
        )
    else:
        rows.append(text_line(f"last exit  {_ago(last['at'], face)}"))
        rows += wrapped_lines(face, reason, style="loop")
    if frame:
        rows.append(text_line(display(frame), indent=3))
        code = _code(last)
        if code and face.is_wide:
            rows.append(text_line(display(code), "dim", indent=5))
    if last.get("signal"):
        signal = display(last["signal"])
        if face.is_wide:
            rows += entry(face, "on signal", signal, column=_LABEL)
        else:
            rows.append(text_line(f"on {signal}"))
    return rows


def _code(last: Mapping[str, Any]) -> str:
    """Return the source line of the innermost frame of the user's."""
    trace: Sequence[str] = last.get("trace") or ()
    if len(trace) > 2 and last.get("frame") and trace[1].strip() == last["frame"]:
        line = str(trace[2])
        return line.strip() if line.startswith("    ") else ""
    return ""


def _window_above(node: Node, face: StateFace) -> Mapping[str, Any] | None:
    for path in face.tree.ancestors(node["path"]):
        window = face.tree.nodes[path].get("window")
        if window:
            found: Mapping[str, Any] = window
            return found
    return None


def _next(node: Node, face: StateFace) -> list[StateRow]:
    """Return how full the window above is, and what comes when it is over."""
    above = node["parent"]
    window = face.tree.nodes[above].get("window") if above in face.tree.nodes else None
    if not window:
        return []
    name = display(last_part(above))
    left = max(0, int(window["max_restarts"]) - int(window["used"]))
    style = "warn" if left <= 1 else "text"
    bar = window_bar(window)
    if not face.is_wide:
        more = "the next crash: it gives up" if left == 0 else f"{left} more, then it gives up"
        head = Row(face.width).put(1, f"{name} {measures.window(window)} {bar}", style)
        return [EMPTY, head.line(), text_line(more, "text bold" if left == 0 else "text")]
    head = Row(face.width).put(1, f"window of {display(above)}")
    head.put(32, f"{measures.window(window)}  {bar}", style)
    then = _then(face, above)
    if left == 0:
        text = f"the next crash makes {name} give up{then}"
    elif left == 1:
        text = f"1 more restart is allowed; the one after that makes {name} give up{then}"
    else:
        text = f"{left} more restarts are allowed; then {name} gives up{then}"
    weight = "text bold" if left == 0 else "text"
    return [EMPTY, head.line(), *wrapped_lines(face, text, indent=3, style=weight)]


def _then(face: StateFace, supervisor: str) -> str:
    """Return what the level above does when *supervisor* gives up."""
    above = face.tree.nodes[supervisor]["parent"]
    if above is None:
        return ", and the engine ends"
    return f", and {display(last_part(above))} restarts it"


# -- state


def _state(watched: Watched, face: StateFace, *, is_open: bool) -> list[StateRow]:
    state = watched.state
    if watched.problem:
        return [*wrapped_lines(face, display(watched.problem), style="dim")]
    if watched.seq is None:
        return [text_line("▾ state", "dim")]
    is_open = is_open or watched.is_opened_by_hand(())
    is_open = is_open and not watched.is_folded_root
    row = Row(face.width).put(1, ("▾" if is_open else "▸") + " ", "dim").add("state")
    note = _state_note(watched, face, is_open=is_open)
    if face.is_wide:
        row.put_right(face.width - 1, note, "dim")
    else:
        row.put(15, note, "dim")
    rows: list[StateRow] = [StateHead(row.line(), not is_open)]
    if is_open:
        rows += value_rows(watched)
        if not isinstance(state, dict):
            rows.append(text_line(spelled(state), indent=5))
        rows += _last_commands(watched, face)
    return rows


def _state_note(watched: Watched, face: StateFace, *, is_open: bool) -> str:
    if face.is_lost:
        return f"as of {face.times.clock(face.lost_at)}"
    number = len(watched.changes)
    if not is_open or not number:
        size = len(watched.state) if isinstance(watched.state, dict) else 0
        return measures.plural(size, "key")
    text = f"{measures.count(number)} changed"
    if not face.is_wide:
        return text
    age = max(0.0, face.now - watched.changed_at)
    if age < 1:
        return f"{text}, {age:.1f}s ago"
    return (
        f"{text}, {int(age)}s ago"
        if age < _AGO_S
        else f"{text} at {face.times.clock(watched.changed_at)}"
    )


def _last_commands(watched: Watched, face: StateFace) -> list[StateRow]:
    """Return what the last commands made of the leaves that they changed."""
    if not face.is_wide or not watched.changes:
        return []
    what = (
        "last command"
        if watched.commands == 1
        else f"last {measures.count(watched.commands)} commands"
    )
    at = face.times.moment(watched.changed_at)
    row = Row(face.width).put(1, what, "dim")
    rows: list[StateRow] = [
        EMPTY,
        row.put(21, f"{measures.count(watched.seq)}, {at}", "dim").line(),
    ]
    for change in watched.changes[:_DIFF_SHOWN]:
        rows += _diff(change, face)
    left = len(watched.changes) - _DIFF_SHOWN
    if left > 0:
        rows.append(text_line(f"and {measures.plural(left, 'change')} more", "dim"))
    return rows


def _diff(change: Change, face: StateFace) -> list[StateRow]:
    key = display(".".join(map(str, change.path)) or "state")
    rows: list[StateRow] = []
    for sign, value, style in (("-", change.before, "bad"), ("+", change.after, "ok")):
        if value is not NOTHING:
            row = Row(face.width).put(1, sign, style).put(3, key, room=17)
            rows.append(row.put(21, spelled(value), style).line())
    return rows
