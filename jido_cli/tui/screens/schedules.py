"""The schedules and timers of all agents: a table that is asked for anew while it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from jido_cli.observe.text.measures import Times
from jido_cli.observe.text.schedules import schedule_lines
from jido_cli.tui.look import Look
from jido_cli.tui.screens.pager import PagerScreen

EVERY_S: Final = 1.0
_NONE: Final = (
    "No schedules yet. They are declared under `schedules` of an agent,",
    "or asked for with the directives `schedule` and `cron`.",
)


def schedule_table(rows: Sequence[Any], times: Times) -> Sequence[str]:
    """Return the lines of the table, or what is said where there is nothing."""
    return schedule_lines(rows, times) if rows else _NONE


class SchedulesScreen(PagerScreen):
    """The table.

    Args:
        look: how lines reach the terminal.
        lines: the table as it stands now.
        ask: asks for a newer one, which comes to `replace`.
        command: what `Y` copies.
    """

    def __init__(
        self, look: Look, lines: Sequence[str], ask: Callable[[], None], command: str
    ) -> None:
        super().__init__(look, "6 Schedules", lines, copied="\n".join(lines), command=command)
        self._ask = ask

    def on_mount(self) -> None:
        """Ask again, as long as it is open."""
        super().on_mount()
        self.set_interval(EVERY_S, self._ask)
