"""The State tab of a node in trouble: what happened, how often, what the next time leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.names import last_part
from jido_cli.tui.model.tree import Node
from jido_cli.tui.model.trouble import lost_parts
from jido_cli.tui.text import EMPTY, Line, Row, display
from jido_cli.tui.view.state_parts import StateFace, entry, names, text_line, wrapped_lines
from jido_cli.tui.view.tree_rows import window_bar

CRASHED = ("crash", "killed")
_LABEL = 14


def trouble_rows(node: Node, face: StateFace) -> list[Line]:
    """Return what went wrong, how often, and what the next time leads to."""
    match node["status"]:
        case "backing_off":
            return _backing_off(node, face)
        case "degraded":
            return _degraded(node, face)
        case _:
            return _crashed(node, face)


def _crashed(node: Node, face: StateFace) -> list[Line]:
    last = node.get("last_exit")
    rows: list[Line] = []
    if face.is_wide and node["status"] != "failed" and node.get("since"):
        rows.append(text_line(f"restarted {_ago(node['since'], face)}"))
    elif not face.is_wide:
        rows.append(text_line(_restarts(node, face)))
    rows.append(EMPTY)
    if last:
        rows += last_exit_rows(last, face)
    elif face.inspect and face.inspect.get("why_failed"):
        rows += wrapped_lines(face, display(face.inspect["why_failed"]), style="bad")
    if face.is_wide:
        rows += entry(face, "restarts", _restarts(node, face), column=_LABEL)
        label = "falls with it" if node["status"] == "failed" else "restarted with it"
        mates = names(face.tree.falls_with(node["path"]))
        rows.append(Row(face.width).put(1, label, "dim").put(21, mates).line())
    if node["status"] == "failed":
        return [*rows, EMPTY, text_line("x  start it again", "busy")]
    return [*rows, *_next(node, face)]


def _backing_off(node: Node, face: StateFace) -> list[Line]:
    rows: list[Line] = [EMPTY]
    backoff = face.child().get("backoff")
    if backoff:
        first, most = backoff.get("initial_ms"), backoff.get("max_ms")
        rows.append(text_line(f"backoff {measures.setting(first)} to {measures.setting(most)}"))
    if node.get("last_exit"):
        rows += last_exit_rows(node["last_exit"], face)
    if node.get("mailbox") is not None:
        mail = (face.inspect or {}).get("mailbox_detail")
        limit = measures.count(mail["max"]) if mail else measures.NOT_KNOWN
        rows.append(text_line(f"mail {measures.count(node['mailbox'])}/{limit}, held"))
    rows.append(text_line("r  restart now", "busy"))
    window = _window_above(node, face)
    return [*rows, *_next(node, face)] if window and window["used"] else rows


def _degraded(node: Node, face: StateFace) -> list[Line]:
    rows: list[Line] = []
    for part in lost_parts(face.tree, node):
        name = display(part["id"])
        kind = f"{display(part['kind'])} " if part["kind"] != "agent" else ""
        rows += [text_line(f"{kind}{name} is lost", indent=3), EMPTY]
        row = Row(face.width).put(1, name).put(15, "× failed", "bad")
        since = measures.age(face.now - float(part["since"]))
        rows.append(row.add(f" {since.split(' ')[0]}", "dim").line())
        used = measures.plural(part["restarts"], "restart")
        rows.append(text_line(f"{used} used", indent=3))
        if part.get("last_exit"):
            reason = display(part["last_exit"]["reason"])
            rows += wrapped_lines(face, reason, indent=3, style="loop")
        rows.append(text_line(f"x on {name} starts it", "busy"))
    return rows


def _ago(at: float, face: StateFace) -> str:
    """Return an age as of the last answer, which changes once a second, not at every paint."""
    return measures.Times(face.tree.at, face.times.zone).ago(at)


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


def last_exit_rows(last: Mapping[str, Any], face: StateFace) -> list[Line]:
    """Return the exit, where it came from, on which signal."""
    reason, frame = display(last["reason"]), last.get("frame")
    rows: list[Line] = []
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


def _next(node: Node, face: StateFace) -> list[Line]:
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
