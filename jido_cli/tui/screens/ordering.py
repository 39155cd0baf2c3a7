"""What can be done to the selected node: asked where it takes more with it, told when done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jido_cli.control.handle import Verb
from jido_cli.observe.text import measures
from jido_cli.observe.text.inspect import inspect_lines
from jido_cli.observe.text.names import last_part, short_names
from jido_cli.tui.desk import Desk
from jido_cli.tui.feed.frames import Frame
from jido_cli.tui.look import Look
from jido_cli.tui.messages import Hurry, OrderDone
from jido_cli.tui.model.form import SignalForm
from jido_cli.tui.model.tree import Node
from jido_cli.tui.screens.confirm import ConfirmScreen
from jido_cli.tui.screens.navigation import NavigationScreen
from jido_cli.tui.screens.pager import PagerScreen
from jido_cli.tui.screens.schedules import SchedulesScreen, schedule_table
from jido_cli.tui.screens.signal_form import Order, SignalFormScreen
from jido_cli.tui.steering import Done, Steering
from jido_cli.tui.text import display
from jido_cli.tui.view.questions import needs_asking, question

_DONE = {"stop": "stopped", "start": "started", "restart": "restarted", "kill": "killed"}


class OrderingScreen(NavigationScreen, inherit_bindings=False):
    """The panes, and orders to the nodes in them.

    Args:
        look: how lines reach the terminal.
        desk: what is known of the engine.
        steering: gives the orders.
        engine_flag: how commands that are shown name the engine.
    """

    def __init__(self, look: Look, desk: Desk, steering: Steering, engine_flag: str) -> None:
        super().__init__(look, desk)
        self.steering = steering
        self.engine_flag = engine_flag

    def take(self, frame: Frame) -> None:
        """Take news of the engine; a form that waits for its routes gets them."""
        super().take(frame)
        for news in frame.nodes:
            form = self._open_form_screen()
            if form is not None and news.inspect is not None:
                form.take_routes(news.path, news.inspect.get("routes") or ())

    def _open_form_screen(self) -> SignalFormScreen | None:
        screens = (one for one in self.app.screen_stack if isinstance(one, SignalFormScreen))
        return next(screens, None)

    def name_of(self, path: str) -> str:
        """Return the shortest name of a node that is unique."""
        return short_names(self.desk.tree.nodes).get(path, path)

    def command_for(self, verb: str, path: str) -> str:
        """Return the command line that does the same."""
        return f"jido {verb} {display(self.name_of(path))}{self.engine_flag}"

    def target(self) -> Node | None:
        """Return the selected node if orders reach it; say why not otherwise."""
        if self.desk.is_lost:
            self.desk.say("× engine lost: orders do not reach it", "bad")
            self.repaint()
            return None
        return self.desk.node

    # -- stop, start, restart, kill

    def action_restart(self) -> None:
        """Restart the selected node."""
        self._steer("restart")

    def action_kill(self) -> None:
        """Kill the selected node, to try its supervision."""
        self._steer("kill")

    def action_stop_or_start(self) -> None:
        """Stop the selected node; start it if it is down."""
        node = self.desk.node
        is_down = node is not None and node["status"] in ("stopped", "failed")
        self._steer("start" if is_down else "stop")

    def _steer(self, verb: Verb) -> None:
        node = self.target()
        if node is None:
            return
        path = node["path"]
        if not needs_asking(verb, self.desk.tree, node):
            self._give_verb(verb, path)
            return
        command = self.command_for(verb, path)
        asked = question(verb, self.desk.tree, node, self.desk.watched.inspect, command)

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self._give_verb(verb, path)

        self.app.push_screen(ConfirmScreen(self.look, asked), answered)

    def _give_verb(self, verb: Verb, path: str) -> None:
        """Give an order; until it is done, that is what is said."""
        self.desk.say(f"{verb} {display(last_part(path))}: asked for", "dim")
        self.repaint()
        self.steering.steer(verb, path)

    # -- signals

    def action_send(self) -> None:
        """Fill in a signal and send it."""
        self._open_form("send")

    def action_call(self) -> None:
        """Fill in a signal, send it and wait for what comes of it."""
        self._open_form("call")

    def _open_form(self, order: Order) -> None:
        node = self.target()
        if node is None:
            return
        if not self.desk.takes_signals:
            name, kind = display(node["id"]), display(node["kind"])
            self.desk.say(f"{name} is a {kind}: only agents take signals", "warn")
            self.repaint()
            return
        path = node["path"]
        routes = (self.desk.watched.inspect or {}).get("routes") or ()
        form = SignalForm(self.name_of(path), routes, order, self.engine_flag)
        self.app.push_screen(
            SignalFormScreen(self.look, form, path, lambda: self.desk.watched.state, self._give)
        )

    def _give(self, order: Order, path: str, signal: dict[str, object]) -> None:
        if order == "send":
            self.steering.send(path, signal)
        else:
            self.steering.call(path, signal)

    # -- inspect

    def action_inspect(self) -> None:
        """Show everything known of the selected node."""
        node = self.desk.node
        if node is None:
            return
        if self.desk.is_lost:
            self._show_inspect(self.desk.watched.inspect or node)
        else:
            self.steering.inspect(node["path"])

    def _show_inspect(self, answer: Any) -> None:
        lines = [
            display(one)
            for one in inspect_lines(answer, self.desk.times, engine_flag=self.engine_flag)
        ]
        command = self.command_for("inspect", answer["path"])
        copied = "\n".join(lines)
        title = f"Inspect {display(answer['path'])}"
        self.app.push_screen(
            PagerScreen(self.look, title, lines[2:], copied=copied, command=command)
        )

    # -- schedules

    def action_schedules(self) -> None:
        """Show the schedules and timers of all agents, as they stand now."""
        if self.target() is not None:
            self.steering.schedules()

    def _ask_again(self) -> None:
        if not self.desk.is_lost:
            self.steering.schedules()

    def _show_schedules(self, rows: Sequence[Any]) -> None:
        lines = schedule_table(rows, self.desk.times)
        for one in self.app.screen_stack:
            if isinstance(one, SchedulesScreen):
                one.replace(lines)
                return
        command = f"jido schedule list{self.engine_flag}"
        self.app.push_screen(SchedulesScreen(self.look, lines, self._ask_again, command))

    # -- what came of it

    def on_order_done(self, message: OrderDone) -> None:
        """Say how an order ended, where it was given."""
        done = message.done
        if done.what != "schedules":  # it changes nothing, and is asked for again and again
            self.post_message(Hurry())
        form = self._open_form_screen()
        if done.what in ("send", "call") and form is not None:
            if form.done(done):
                self._say_sent(done)
                self.repaint()
            return
        if done.error is not None:
            self.desk.say(f"× {display(done.error.message)}", "bad")
        elif done.what == "inspect" and done.answer is not None:
            self._show_inspect(done.answer)
        elif done.what == "schedules" and done.answer is not None:
            self._show_schedules(done.answer["schedules"])
        elif done.what in _DONE:
            self._say_steered(done)
        elif done.what == "send":
            self._say_sent(done)
        self.repaint()

    def _say_steered(self, done: Done) -> None:
        answer = done.answer or {}
        name = display(last_part(done.path))
        took = measures.milliseconds(done.took_s * 1000)
        generation = answer.get("generation")
        gen = f", gen {measures.count(generation)}" if generation is not None else ""
        if done.what in ("kill", "stop"):
            gen = ""
        sign = "■" if done.what == "stop" else "●"
        self.desk.say(f"{sign} {name} {_DONE[done.what]} in {took}{gen}", "ok")

    def _say_sent(self, done: Done) -> None:
        ident = str((done.answer or {}).get("id") or "")[:8]
        self.desk.say(f"● sent to {display(last_part(done.path))}, {ident}", "ok")
