"""The form for a signal: send it, or call and look at what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from textual import events

from jido_cli.tui.look import Look
from jido_cli.tui.model.form import SignalForm
from jido_cli.tui.steering import Done
from jido_cli.tui.text import Line, display
from jido_cli.tui.view.dialog import dialog_lines, text
from jido_cli.tui.view.form import WIDTH, answer_lines, error_lines, form_lines
from jido_cli.tui.widgets.dialog import DialogScreen

Order: TypeAlias = Literal["send", "call"]


class SignalFormScreen(DialogScreen[None]):
    """Fields made from the route's schema, and the command that does the same.

    Args:
        look: how lines reach the terminal.
        form: what is filled in.
        path: the agent.
        state: returns the agent's state, to compare with.
        give: gives the order.
    """

    def __init__(
        self,
        look: Look,
        form: SignalForm,
        path: str,
        state: Callable[[], object],
        give: Callable[[Order, str, dict[str, object]], None],
    ) -> None:
        super().__init__(look)
        self._form = form
        self._path = path
        self._state = state
        self._give = give
        self._before: object = None
        self._result: list[Line] = []
        self._is_waiting = False

    def box_width(self) -> int:
        """Return the width of the drawing; all of a narrow terminal."""
        width = self.app.size.width
        return WIDTH if width >= 80 else width

    def box_lines(self, width: int, height: int) -> list[Line]:
        """Return the form."""
        form = self._form
        is_call = form.verb == "call"
        body = form_lines(form, width - 2, self._result)
        wrong = form.problems()
        mend = f" ({wrong} field{'s' if wrong > 1 else ''} to mend)" if wrong else ""
        keys = [("ctrl+s", "send"), ("ctrl+t", "call"), ("ctrl+o", "JSON"), ("esc", "cancel")]
        if is_call:
            keys[:2] = [("ctrl+t", "call"), ("ctrl+s", "send")]
        keys[0] = (keys[0][0], keys[0][1] + mend)
        verb = "Call" if is_call else "Send a signal to"
        room = min(len(body) + 4, height)
        title = f"{verb} {display(self._path)}"
        return dialog_lines(title, body, keys, width, height=room)

    def take_routes(self, path: str, routes: Sequence[Mapping[str, Any]]) -> None:
        """Take the routes of the agent once the engine has told them."""
        if path == self._path and routes and not self._form.routes:
            self._form.take_routes(routes)
            self.paint()

    # -- keys

    def pressed(self, key: str, character: str | None) -> None:
        """Edit, move between fields, give the order."""
        form = self._form
        match key:
            case "escape" | "ctrl+c":
                self.dismiss(None)
                return
            case "ctrl+s":
                self._order("send")
            case "ctrl+t":
                self._order("call")
            case "ctrl+o":
                form.edit_json()
            case "ctrl+y":
                self.app.copy_to_clipboard(form.command())
            case "tab" | "down":
                form.move(1)
            case "shift+tab" | "up":
                form.move(-1)
            case "enter" if form.is_last or form.json_line is not None:
                self._order("call" if form.verb == "call" else "send")
            case "enter":
                form.move(1)
            case _:
                self._edit(key, character)
        self.paint()

    def _edit(self, key: str, character: str | None) -> None:
        form, field = self._form, self._form.field
        line = form.line()
        if field is not None and line is None:
            if key in ("space", "right", "l"):
                field.cycle(1)
            elif key in ("left", "h"):
                field.cycle(-1)
        elif form.at == 0 and form.json_line is None and key in ("left", "right"):
            form.cycle_route(1 if key == "right" else -1)
        elif line is not None:
            line.key(key, character)
            form.typed_type()
        self._result = []

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text as typed."""
        event.stop()
        line = self._form.line()
        if line is not None:
            line.insert(event.text)
            self._form.typed_type()
        self.paint()

    # -- orders

    def _order(self, order: Order) -> None:
        if self._is_waiting:
            return
        if self._form.problems():
            self._form.go_to_problem()
            return
        self._form.verb = order
        self._before = self._state()
        self._is_waiting = True
        self._result = [text("asking the engine", "dim")]
        self._give(order, self._path, self._form.signal())

    def done(self, done: Done) -> bool:
        """Show what came of the order; return whether the form has closed."""
        self._is_waiting = False
        width = self.box_width() - 2
        if done.error is not None:
            self._result = error_lines(done.error.message, done.error.where, width)
        elif done.what == "send":
            self.dismiss(None)
            return True
        elif done.answer is not None:
            self._result = answer_lines(done.answer, self._before, done.took_s, width)
            if done.answer.get("state") is not None:
                self._before = done.answer["state"]
        self.paint()
        return False
