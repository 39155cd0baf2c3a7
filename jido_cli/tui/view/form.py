"""How the form for a signal looks, and what came of a call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jido_cli.observe.text import measures
from jido_cli.tui.model.changes import NOTHING, changes
from jido_cli.tui.model.form import FormField, SignalForm
from jido_cli.tui.text import Line, Row, Span, cells, display, wrapped
from jido_cli.tui.view.dialog import text
from jido_cli.tui.view.fields import field_spans
from jido_cli.tui.view.values import spelled

WIDTH: Final = 76
_DIFF_SHOWN: Final = 5


def form_lines(form: SignalForm, width: int, result: Sequence[Line] = ()) -> list[Line]:
    """Return the body of the form, *width* cells wide."""
    if form.json_line is not None:
        spans = field_spans(form.json_line, width - 12)
        body = [*_type(form, width), Line(), Line(((" data      ", "dim"), *spans))]
    else:
        body = [*_type(form, width), Line(), *_fields(form, width)]
    if result:
        return [*body, Line(), *result]
    return [*body, Line(), text("as a command", "dim"), *_command(form.command(), width)]


def _type(form: SignalForm, width: int) -> list[Line]:
    column = 11
    row = Row(width).put(1, "type", "dim")
    number = len(form.routes)
    count = f"▾ {measures.plural(number, 'route')}"
    room = width - column - cells(count) - 2
    if form.at == 0 and form.json_line is None:
        row.put(column, "")
        line = Line((*row.line().spans, (" " * (column - row.at), "text")))
        spans = (*line.spans, *field_spans(form.type_line, room))
        filled = sum(cells(one) for one, _ in spans)
        gap = " " * max(1, width - 1 - cells(count) - filled)
        first = Line((*spans, (gap, "text"), (count, "dim")))
    else:
        first = (
            row.put(column, display(form.type_line.text), room=room)
            .put_right(width - 1, count, "dim")
            .line()
        )
    return [first, Row(width).put(column, _runs(form), "dim").line()]


def _runs(form: SignalForm) -> str:
    route = form.route
    if route is None:
        return "takes no signals: it will be a dead letter"
    if "*" in form.type_line.text:
        return "type the rest in place of *"
    return f"runs {', '.join(display(one) for one in route['actions'])}"


def _fields(form: SignalForm, width: int) -> list[Line]:
    if not form.fields:
        return [text("no parameters: ctrl+o to write data as JSON", "dim")]
    key = max(10, *(cells(display(one.key)) + 2 for one in form.fields))
    key = min(key, width // 3)
    takes = min(max(cells(one.takes) for one in form.fields) + 2, width // 3)
    column = 1 + key + max(takes, 20)
    lines = []
    for number, field in enumerate(form.fields):
        is_at = form.at == number + 1
        lines.append(_field(field, width, key, column, is_at=is_at))
        problem = field.problem()
        if problem and (field.is_given or form.problems_shown):
            lines.append(Row(width).put(column, f"× {problem}", "bad").line())
    return lines


def _field(field: FormField, width: int, key: int, column: int, *, is_at: bool) -> Line:
    row = Row(width).put(1, display(field.key), "busy" if is_at else "text", room=key - 1)
    row.put(1 + key, field.takes, "dim", room=column - key - 2)
    spans = [*row.line().spans, (" " * (column - row.at), "text")]
    return Line((*spans, *_value(field, width - column - 1, is_at=is_at)))


def _value(field: FormField, room: int, *, is_at: bool) -> Sequence[Span]:
    match field.kind:
        case "box":
            sign = {True: "[x]", False: "[ ]"}.get(field.chosen, "[-] not given")
            return ((sign, "text reverse" if is_at else "text"),)
        case "choice":
            shown = display(field.chosen) if field.chosen is not None else "not given"
            return ((f"◄ {shown} ►" if is_at else shown, "text reverse" if is_at else "text"),)
    if not field.line.text and "default" in field.schema:
        default = display(json.dumps(field.schema["default"], ensure_ascii=False))
        cursor: Sequence[Span] = (("_", "busy"),) if is_at else ()
        return (*cursor, (f"{' ' if is_at else ''}{default}", "dim"))
    if is_at:
        return field_spans(field.line, room)
    return ((display(field.line.text), "text"),)


def _command(command: str, width: int) -> list[Line]:
    parts = wrapped(display(command).split(" "), width - 6)
    return [
        text(part, "busy", indent=3 if number == 0 else 5) for number, part in enumerate(parts[:3])
    ]


def answer_lines(
    answer: Mapping[str, Any], before: object, took_s: float, width: int
) -> list[Line]:
    """Return what came of a call: the new state as a diff, or the error."""
    took = measures.milliseconds(took_s * 1000)
    if not answer["ok"]:
        return _failed(answer, took, width)
    lines = [text(f"● answered in {took}", "ok")]
    after = answer.get("state")
    diff = changes(before, after) if isinstance(before, dict) else ()
    for change in diff[:_DIFF_SHOWN]:
        key = display(".".join(map(str, change.path)))
        for sign, value, style in (("-", change.before, "bad"), ("+", change.after, "ok")):
            if value is not NOTHING:
                lines.append(text(f"{sign} {key}  {spelled(value)}", style, indent=3))
    if len(diff) > _DIFF_SHOWN:
        lines.append(text(f"and {measures.count(len(diff) - _DIFF_SHOWN)} more", "dim", indent=3))
    if not diff:
        lines.append(text("state unchanged", "dim", indent=3))
    if answer.get("output") not in (None, {}, after):
        shown = display(json.dumps(answer["output"], ensure_ascii=False))
        lines.append(text(f"output  {shown}", indent=3))
    return lines


def _failed(answer: Mapping[str, Any], took: str, width: int) -> list[Line]:
    error = answer.get("error") or {}
    outcome = answer.get("outcome")
    if outcome in ("expired", "unknown"):
        message = str(answer.get("why") or outcome)
        head = f"× no answer in {took}"
    else:
        message = str(error.get("message") or answer.get("why") or "it did not say why")
        state = "changed all the same" if answer.get("changed") else "unchanged"
        head = f"× failed in {took}, state {state}"
    parts = wrapped(display(message).split(" "), width - 5)[:4]
    return [text(head, "bad"), *(text(part, indent=3) for part in parts)]


def error_lines(message: str, where: str | None, width: int) -> list[Line]:
    """Return why the engine refused."""
    parts = wrapped(display(message).split(" "), width - 5)[:3]
    lines = [
        text(f"× {part}" if at == 0 else part, "bad", indent=1 if at == 0 else 3)
        for at, part in enumerate(parts)
    ]
    return [*lines, text(display(where), "dim", indent=3)] if where else lines
