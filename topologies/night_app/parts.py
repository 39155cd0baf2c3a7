"""The parts of night-watch.yaml: a strategy, a directive and a sensor."""

from __future__ import annotations

from typing import Any

from jido_cli import Decision, SensorContext, Strategy, directive, sensor


@sensor(signal="door.heard")
async def doors(ctx: SensorContext, names: list[str], pause: float = 1.0) -> None:
    """Tell of doors, one after another, each louder than the one before."""
    for level, name in enumerate(names, start=1):
        await ctx.emit({"door": name, "level": level}, subject=name)
        await ctx.sleep(pause)


@directive(timeout_s=10)
async def call_police(door: str) -> None:
    """Call the police; a real one would pick up the telephone here."""


class WorstFirst(Strategy):
    """Handles what comes, and looks at one door a tick: the worst that is bad enough."""

    config_schema = {"least": 1}
    state_schema = {"status": "idle", "rounds": 0}

    def plan(self, planned: Any, view: Any) -> Decision:
        """Do what the routes say."""
        return Decision(planned, {"status": "running"})

    def tick(self, view: Any) -> Decision | None:
        """Look at the worst door."""
        heard = view.state["heard"]
        bad = [door for door in heard if heard[door] >= self.config["least"]]
        if not bad:
            return None
        worst = max(bad, key=lambda door: (heard[door], door))
        rounds = view.own["rounds"] + 1
        return Decision([("look", {"door": worst})], {"rounds": rounds})
