"""The State tab of an agent (or any node that is no supervisor): its health, then its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from jido_cli.observe.text import measures
from jido_cli.observe.text.inspect import strategy_text
from jido_cli.tui.model.changes import NOTHING, Change
from jido_cli.tui.model.tree import Node
from jido_cli.tui.model.value_tree import NEWEST_SHOWN, ValueRow, value_rows
from jido_cli.tui.model.watched import Watched
from jido_cli.tui.text import EMPTY, Line, Row, display
from jido_cli.tui.view.state_parts import (
    StateFace,
    status_line,
    text_line,
    title,
    wrapped_lines,
)
from jido_cli.tui.view.state_trouble import CRASHED, last_exit_rows, trouble_rows
from jido_cli.tui.view.tree_rows import came_back_s
from jido_cli.tui.view.values import spelled


@dataclass(frozen=True, slots=True)
class StateHead:
    """The row over the state; folds all of it."""

    line: Line
    is_folded: bool


StateRow: TypeAlias = Line | ValueRow | StateHead
_TROUBLED = ("crash_looping", "failed", "backing_off", "degraded")
_DIFF_SHOWN = 6
_AGO_S = 10.0
_LONG_MS = 1000


def agent_rows(node: Node, watched: Watched, face: StateFace) -> list[StateRow]:
    """Return all rows of the State tab for an agent."""
    extras = [str(face.child().get("restart") or ""), _persist(node)]
    rows: list[StateRow] = [title(node, face), status_line(node, face, extras=extras)]
    last = node.get("last_exit")
    is_crash = last is not None and last["kind"] in CRASHED
    came_back = came_back_s(face.tree, node, face.now) is not None
    is_troubled = node["status"] in _TROUBLED or (is_crash and came_back)
    if is_troubled and not face.is_lost:
        rows += trouble_rows(node, face)
    else:
        rows += _mail(node, face)
        rows += _strategy(face)
        rows += _running(node, face)
    rows.append(EMPTY)
    if node["kind"] != "agent":
        return rows
    rows += _state(watched, face, is_open=not is_troubled)
    if is_crash and not is_troubled and last is not None:
        rows += [EMPTY, *last_exit_rows(last, face)]
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


def _strategy(face: StateFace) -> list[StateRow]:
    """Return where the machine of states stands, and where it may go from there."""
    strategy = (face.inspect or {}).get("agent_strategy")
    return [*wrapped_lines(face, strategy_text(strategy), hang=2)] if strategy else []


def _running(node: Node, face: StateFace) -> list[StateRow]:
    """Return which action runs for longer than a look, and since when."""
    stalled = face.tree.answer.get("stalled")
    running = (face.inspect or {}).get("running")
    if stalled and stalled.get("agent") == node["path"]:
        running = stalled  # only the watchdog knows what keeps the loop
    if not running or running["ms"] < _LONG_MS:
        return []
    held = measures.age(running["ms"] / 1000)
    text = f"{display(running.get('action') or 'an action')} runs for {held}"
    style = "bad" if running is stalled else "warn"
    return [*wrapped_lines(face, text, style=style)]


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
        rows += value_rows(watched, NEWEST_SHOWN if face.is_wide else 1)
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
        return f"{text}, {max(0.1, age):.1f}s ago"
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
