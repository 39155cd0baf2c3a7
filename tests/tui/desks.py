"""A dashboard on the demo's shop, with a clock that tests turn and orders that run at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from textual.pilot import Pilot

from jido_cli.control.handle import EngineHandle
from jido_cli.tui.app import DashboardApp
from jido_cli.tui.demo.engine import DemoEngine
from jido_cli.tui.options import Options
from tests.tui.feeds import StepFeed

NOW = 1_763_906_531.204  # 14:02:11.204 UTC


@dataclass
class Clock:
    """Wall time that a test turns."""

    at: float = NOW

    def __call__(self) -> float:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Desk:
    """One dashboard under test."""

    app: DashboardApp
    pilot: Pilot[Any]
    feed: StepFeed
    clock: Clock
    handle: Any

    @property
    def dashboard(self) -> Any:
        return self.app.dashboard

    @property
    def selected(self) -> str | None:
        return self.app.desk.tree.selected

    async def press(self, *keys: str) -> None:
        """Press keys and let everything that follows happen."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", "/": "slash", ":": "colon", ".": "full_stop", "-": "minus"}
        await self.press(*(names.get(one, one) for one in text))

    async def step(self, seconds: float = 0.0) -> None:
        """Turn the clock, let news come, and let everything that follows happen."""
        self.clock.turn(seconds)
        self.feed.step()
        await self.settle()

    async def settle(self) -> None:
        await self.pilot.pause()
        await self.pilot.pause()

    def lines(self) -> list[str]:
        """Return what is on the screen, line by line, without trailing spaces."""
        width, height = self.app.size
        screen = self.app.screen
        strips = screen._compositor.render_strips()
        lines = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
        assert all(len(line) <= width for line in lines) or width
        return lines[:height]

    def line(self, containing: str) -> str:
        """Return the one line that contains a text."""
        found = [line for line in self.lines() if containing in line]
        assert len(found) == 1, (containing, self.lines())
        return found[0]

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.lines())


@dataclass
class Setting:
    """How a dashboard under test is made."""

    size: tuple[int, int] = (80, 24)
    is_busy: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    handle: Callable[[Clock], Any] | None = None


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (80, 24),
    *,
    handle: EngineHandle | None = None,
    clock: Clock | None = None,
    is_busy: bool = False,
    **options: Any,
) -> AsyncIterator[Desk]:
    """Open a dashboard; it has asked its engine once."""
    clock = clock or Clock()
    engine: Any = handle if handle is not None else DemoEngine(clock, is_busy=is_busy)
    feed = StepFeed(engine, clock)
    app = DashboardApp(
        engine, feed, Options(now=clock, zone=UTC, **options), spawn=lambda work: work()
    )
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, feed, clock, engine)
        await desk.step()
        yield desk
