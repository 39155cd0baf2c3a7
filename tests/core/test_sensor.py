"""What can be a sensor, and how its config becomes a schema."""

from __future__ import annotations

from typing import Any

import pytest

from jido_cli import Sensor, StartSensor, StopSensor, sensor
from jido_cli.core.directive_types import DirectiveError
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.sensor import SensorContext, compiled_sensor, is_sensor
from jido_cli.errors import UsageError


@sensor
async def poll(ctx: SensorContext, url: str, every: float = 10) -> None:
    """Poll a page.

    More of it.
    """


def test_hints_and_defaults_are_the_schema_of_the_config() -> None:
    definition = compiled_sensor(poll)
    assert (definition.name, definition.description) == ("poll", "Poll a page.")
    assert definition.checked({"url": "x"}) == {"url": "x", "every": 10.0}
    assert definition.source.endswith(f":{poll.__code__.co_firstlineno}")
    assert compiled_sensor(poll) is definition


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "url"),
        ({"url": 1}, "url: 1 is not text"),
        ({"url": "x", "evry": 1}, "did you mean 'every'?"),
    ],
)
def test_a_config_that_does_not_fit_is_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError) as told:
        compiled_sensor(poll).checked(given)
    assert said in str(told.value)


def test_a_sensor_without_config_takes_none() -> None:
    @sensor
    async def bare() -> None:
        pass

    with pytest.raises(SchemaError) as told:
        compiled_sensor(bare).checked({"n": 1})
    assert "bare takes no config" in str(told.value)


def test_a_class_takes_the_config_of_its_run() -> None:
    @sensor(name="feed")
    class Feed(Sensor):
        async def run(self, url: str, retry: bool = True) -> None: ...

    definition = compiled_sensor(Feed)
    assert (definition.name, definition.checked({"url": "u"})) == (
        "feed",
        {"url": "u", "retry": True},
    )


def test_a_subclass_of_a_sensor_is_to_be_marked_itself() -> None:
    @sensor
    class Feed(Sensor):
        async def run(self) -> None: ...

    class Other(Feed):
        pass

    assert (is_sensor(Feed), is_sensor(Other), is_sensor(Sensor)) == (True, False, False)
    with pytest.raises(UsageError):
        compiled_sensor(Other)


def plain(url: str) -> None: ...


class NoSensor:
    async def run(self) -> None: ...


class NoRun(Sensor):
    pass


async def stateful(state: object) -> None: ...


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (plain, "sensor plain: it is no async def"),
        (NoSensor, "sensor NoSensor: the class is no subclass of Sensor"),
        (NoRun, "sensor NoRun: it needs a method: async def run(self, ...)"),
        (stateful, "sensor stateful: a sensor has no 'state': that is its agent's"),
    ],
)
def test_what_cannot_be_a_sensor_is_refused_where_it_is_marked(thing: Any, said: str) -> None:
    with pytest.raises(UsageError) as told:
        sensor(thing)
    assert told.value.message == said


def test_a_name_and_a_schema_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError):
        sensor(name="no name")(poll)

    @sensor(config={"other": 1})
    async def one(url: str = "") -> None: ...

    with pytest.raises(UsageError) as told:
        compiled_sensor(one)
    assert "the sensor has no such parameter" in told.value.message


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: StartSensor("q"), "give either use or run"),
        (lambda: StartSensor("q", use="a", run="b:c"), "give either use or run"),
        (lambda: StartSensor("", use="a"), "tag '' is not text"),
        (lambda: StartSensor("a/b", use="a"), "tag 'a/b' is not text without a slash"),
        (lambda: StartSensor("q", use="a", signal=""), "type"),
        (lambda: StartSensor("q", use="a", restart="always"), "restart 'always' is not one of"),  # type: ignore[arg-type]
        (lambda: StopSensor(""), "tag"),
    ],
)
def test_a_directive_that_is_made_wrongly_says_so_at_once(make: Any, said: str) -> None:
    with pytest.raises(DirectiveError) as told:
        make()
    assert said in told.value.message
