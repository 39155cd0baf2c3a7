"""The sensors that come with jido, on virtual time; files are watched in real time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jido_cli.actions.sensors import SENSORS, built_in_sensor
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.signals import Signal
from jido_cli.testing.virtual_time import EPOCH_NS, VirtualLoop

ROOT = Path(__file__).parents[2]


class Ctx:
    """Keeps what a sensor sends."""

    def __init__(self, folder: Path = Path(), heard: list[Signal] | None = None) -> None:
        self.tag, self.agent, self.folder = "s", "root/a", str(folder)
        self.sent: list[Any] = []
        self.subjects: list[str | None] = []
        self.causes: list[Signal | None] = []
        self.news = asyncio.Event()
        self._heard = heard or []

    async def emit(
        self,
        data: object = None,
        *,
        type: str | None = None,  # noqa: A002 - the word of signals
        subject: str | None = None,
        cause: Signal | None = None,
    ) -> bool:
        self.sent.append(data)
        self.subjects.append(subject)
        self.causes.append(cause)
        self.news.set()
        return True

    async def hear(self, *patterns: str) -> AsyncIterator[Signal]:
        assert patterns == ("order.*",)
        for signal in self._heard:
            yield signal

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def now_ns(self) -> int:
        return EPOCH_NS


def ran(name: str, seconds: float, ctx: Ctx, **given: Any) -> list[Any]:
    """Let a sensor run for so long on virtual time and return what it sent."""
    definition = built_in_sensor(name)
    assert definition is not None
    config = definition.checked(given)
    loop = VirtualLoop()
    task = loop.create_task(definition.run(ctx, config))  # type: ignore[arg-type]
    loop.advance(seconds)
    task.cancel()
    loop.settle()
    loop.close()
    return ctx.sent


def test_an_interval_counts_up_and_ends_after_so_many() -> None:
    found = ran("jido.sensor.interval", 10.0, Ctx(), every="100ms", max=3, data={"of": "quotes"})
    assert found == [{"count": n, "of": "quotes"} for n in (1, 2, 3)]


def test_an_interval_goes_on_without_end() -> None:
    assert len(ran("jido.sensor.interval", 60.5, Ctx(), every="1s")) == 60


def test_a_heartbeat_says_its_message_and_when() -> None:
    found = ran("jido.sensor.heartbeat", 11.0, Ctx(), message="here")
    assert found == [{"message": "here", "timestamp": "2026-01-01T00:00:00Z"}] * 2


def test_the_bus_sensor_stands_for_what_it_heard() -> None:
    signal = Signal("order.placed", "root/b", {"n": 1}, "id-1", "o-1")
    ctx = Ctx(heard=[signal])
    assert ran("jido.sensor.bus", 1.0, ctx, patterns=["order.*"]) == [
        {"type": "order.placed", "source": "root/b", "data": {"n": 1}}
    ]
    assert (ctx.subjects, ctx.causes) == (["o-1"], [signal])


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("jido.sensor.interval", {"every": 5}, "every: 5 is not text"),
        ("jido.sensor.interval", {"every": "5 s"}, "every"),
        ("jido.sensor.interval", {"evry": "5s"}, "evry"),
        ("jido.sensor.interval", {"max": -1}, "max: -1 is less than 0"),
        ("jido.sensor.bus", {}, "patterns"),
        ("jido.sensor.bus", {"patterns": []}, "patterns"),
        ("jido.sensor.file_watch", {"pattern": "*"}, "path"),
        ("jido.sensor.file_watch", {"path": ".", "changes": ["moved"]}, "changes"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(name: str, given: dict[str, Any], said: str) -> None:
    definition = built_in_sensor(name)
    assert definition is not None
    with pytest.raises(SchemaError) as told:
        definition.checked(given)
    assert said in str(told.value)


def test_the_format_names_the_sensors_that_there_are() -> None:
    schema = json.loads((ROOT / "schemas" / "topology.v1.schema.json").read_text("utf-8"))
    assert schema["$defs"]["built_in_sensor"]["enum"] == list(SENSORS)
    found = [built_in_sensor(name) for name in SENSORS]
    assert [one and one.name for one in found] == list(SENSORS)


# -- files, in real time


async def watched(folder: Path, sent: int, change: Any, **given: Any) -> Ctx:
    """Watch *folder*, let *change* happen again and again until so much was told."""
    definition = built_in_sensor("jido.sensor.file_watch")
    assert definition is not None
    ctx = Ctx(folder)
    task = asyncio.ensure_future(
        definition.run(ctx, definition.checked({"path": ".", **given}))  # type: ignore[arg-type]
    )
    number = 0
    while len(ctx.sent) < sent and not task.done():
        change(number)
        number += 1
        ctx.news.clear()
        waiting = {task, asyncio.ensure_future(ctx.news.wait())}
        _, left = await asyncio.wait(waiting, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
        for one in left - {task}:
            one.cancel()
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
    return ctx


@pytest.mark.slow
def test_files_that_come_are_told_by_name_and_change(tmp_path: Path) -> None:
    def change(number: int) -> None:
        (tmp_path / f"other{number}.txt").write_text("x")
        (tmp_path / f"note{number}.md").write_text("x")

    ctx = asyncio.run(watched(tmp_path, 1, change, pattern="*.md", changes=["added"]))
    first = ctx.sent[0]
    assert first["name"].startswith("note")
    assert first == {
        "path": str(tmp_path / first["name"]),
        "name": first["name"],
        "change": "added",
    }
    assert ctx.subjects[0] == first["path"]
    assert all(one["name"].endswith(".md") for one in ctx.sent)


@pytest.mark.slow
def test_files_that_are_there_are_told_when_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("a.md", "b.txt", "below/c.md"):
        (tmp_path / name).write_text("x")
    ctx = asyncio.run(watched(tmp_path, 2, lambda _: None, pattern="*.md", existing=True))
    assert [one["name"] for one in ctx.sent] == ["a.md", "c.md"]


def test_a_folder_that_is_not_there_is_a_crash_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as told:
        asyncio.run(watched(tmp_path, 1, lambda _: None, path="./nowhere"))
    assert str(told.value) == f"there is no {tmp_path / 'nowhere'}"
