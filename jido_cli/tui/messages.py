"""Messages from screens to the application: what only it can do."""

from __future__ import annotations

from textual.message import Message

from jido_cli.tui.options import Outcome
from jido_cli.tui.steering import Done


class OrderDone(Message):
    """An order has ended; posted from its thread."""

    def __init__(self, done: Done) -> None:
        super().__init__()
        self.done = done


class Watched(Message):
    """Another node is selected: its state is wanted."""

    def __init__(self, path: str | None) -> None:
        super().__init__()
        self.path = path


class Hurry(Message):
    """Something was done that will show: ask the engine at once."""


class Reconnect(Message):
    """A lost engine is to be tried now."""


class NextTheme(Message):
    """Other colours are wanted."""


class LeaveDashboard(Message):
    """The dashboard is to be closed."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome
