"""Sensors: children of an agent that turn the world into signals, and how one is written.

Here live the public decorator `sensor`, the base class `Sensor`, what a sensor is given, and the
compiled record. Nothing here runs a sensor: the runtime does. Nothing is callable by name that is
not marked, so a topology file cannot name `os:system`.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Protocol, TypeVar, overload

import msgspec

from jido_cli.core.schema import Schema, compile_schema
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.schema_signature import param_parameters, schema_from_signature
from jido_cli.core.signals import Signal
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.values import FrozenDict
from jido_cli.errors import UsageError

F = TypeVar("F", bound=Callable[..., object])

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]*")
_MARK = "__jido_sensor__"


class SensorContext(Protocol):
    """What a sensor is given as `ctx`.

    Attributes:
        tag: its name among the sensors of its agent.
        agent: the path of its agent.
        folder: where the topology's file lies; paths of the config are relative to it.
    """

    tag: str
    agent: str
    folder: str

    def emit(
        self,
        data: object = None,
        *,
        type: str | None = None,  # noqa: A002 - the word of signals
        subject: str | None = None,
        cause: Signal | None = None,
    ) -> Awaitable[bool]:
        """Send a signal to the agent, now; await it to wait for room in a full mailbox.

        Args:
            data: any JSON value.
            type: instead of the declaration's `signal`.
            subject: what the signal is about.
            cause: the signal that this one stands for; without one a new chain of signals begins.

        Returns:
            whether the mailbox has taken it; if not it is a dead letter, or was dropped.

        Raises:
            UsageError: it has no type.
            ValueDomainError: *data* is no JSON value.
        """
        ...

    def hear(self, *patterns: str) -> AsyncIterator[Signal]:
        """Iterate over the signals on the bus that match one of *patterns*, from now on."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def now_ns(self) -> int:
        """Return the wall time in nanoseconds since 1970."""
        ...


class Sensor:
    """Base of sensors that are classes; mark the subclass with `@sensor`.

    `run` is a coroutine function of the subclass: its parameters are the config, by name. It ends
    as the sensor ends. `start` comes before it and `stop` after it, also when it is cancelled.

    Attributes:
        ctx: what it is given.
        config: the checked config, as `run` gets it.
    """

    def __init__(self, ctx: SensorContext, config: FrozenDict) -> None:
        self.ctx = ctx
        self.config = config

    async def start(self) -> None:
        """Get ready; an exception is a crash of the sensor."""

    async def stop(self) -> None:
        """Clean up; not called for a sensor that is killed and does not wait."""


class SensorDefinition(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A compiled sensor.

    Attributes:
        name: under which people know it.
        run: called with the context and the checked config; its return is the sensor's normal
            end, its exception a crash.
        config: schema of its config; None takes none.
        signal: type of its signals where nothing else is said.
        source: where it was written, such as `shop/feeds.py:48`.
        description: first sentence of its text, for people.
    """

    name: str
    run: Callable[[SensorContext, FrozenDict], Awaitable[None]]
    config: Schema | None = None
    signal: str | None = None
    source: str = ""
    description: str = ""

    def checked(self, given: Mapping[str, object]) -> FrozenDict:
        """Return a config with its defaults filled in.

        Raises:
            SchemaError: it does not fit; `path` is the key.
        """
        if self.config is not None:
            return FrozenDict(self.config.take_strict(given))
        for key in given:
            raise SchemaError((key,), f"{self.name} takes no config")
        return FrozenDict({})


class _Mark(msgspec.Struct, eq=False):
    """What `sensor` left on a function or class; compiled when first asked for."""

    name: str | None
    config: Mapping[str, object] | None
    signal: str | None
    compiled: SensorDefinition | None = None


@overload
def sensor(target: F, /) -> F: ...
@overload
def sensor(
    *,
    name: str | None = None,
    config: Mapping[str, object] | None = None,
    signal: str | None = None,
) -> Callable[[F], F]: ...
def sensor(
    target: F | None = None,
    /,
    *,
    name: str | None = None,
    config: Mapping[str, object] | None = None,
    signal: str | None = None,
) -> F | Callable[[F], F]:
    """Mark a coroutine function, an async generator function or a subclass of `Sensor`.

    A function is called with `ctx`, if it names it, and its config by name. What an async
    generator yields is emitted as data.

    Args:
        target: what is marked, when the decorator is used without parentheses.
        name: instead of its own.
        config: a schema, full or in short form, instead of the one that the hints give.
        signal: type of its signals where the declaration gives none.

    Raises:
        UsageError: it cannot be a sensor, or an argument makes no sense.
    """
    mark = _Mark(name, config, signal)

    def put(thing: F) -> F:
        _check_mark(thing, mark)
        setattr(thing, _MARK, mark)
        return thing

    return put if target is None else put(target)


def is_sensor(thing: object) -> bool:
    """Return whether *thing* is marked with `sensor` itself: a subclass is to be marked anew."""
    return isinstance(getattr(thing, "__dict__", {}).get(_MARK), _Mark)


def compiled_sensor(thing: object) -> SensorDefinition:
    """Return the compiled sensor of what is marked, always the same one.

    Raises:
        UsageError: it is not marked, or its hints, defaults or schemas are at fault.
    """
    mark = getattr(thing, _MARK, None)
    if not is_sensor(thing) or not isinstance(mark, _Mark) or not callable(thing):
        raise UsageError(f"{thing!r} is not a sensor", hints=("mark it with @sensor",))
    if mark.compiled is None:
        mark.compiled = _compile(thing, mark)
    return mark.compiled


def _compile(thing: Callable[..., object], mark: _Mark) -> SensorDefinition:
    label = _label(thing)
    function = thing
    if isinstance(thing, type):
        function = types.MethodType(thing.run, object())  # type: ignore[attr-defined]
    try:
        schema = _config(function, mark)
    except SchemaError as error:
        raise UsageError(f"sensor {label}: {error}", hints=error.hints) from None
    text = inspect.getdoc(thing) or ""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return SensorDefinition(
        name=mark.name or str(getattr(thing, "__name__", label)),
        run=_adapt(thing),
        config=schema if schema.properties else None,
        signal=mark.signal,
        source=f"{code.co_filename}:{code.co_firstlineno}" if code is not None else "",
        description=text.split("\n\n", maxsplit=1)[0].replace("\n", " "),
    )


def _config(function: Callable[..., object], mark: _Mark) -> Schema:
    if mark.config is None:
        return schema_from_signature(function)
    schema = compile_schema(mark.config)
    parameters = {one.name: one for one in param_parameters(function)}
    for name in schema.properties:
        if name not in parameters:
            hint = did_you_mean(name, parameters)
            raise SchemaError((name,), "the sensor has no such parameter", hint)
    return schema


def _adapt(thing: Callable[..., object]) -> Callable[[SensorContext, FrozenDict], Awaitable[None]]:
    if isinstance(thing, type):
        return _class_runner(thing)
    takes_ctx = "ctx" in inspect.signature(thing).parameters

    def called(ctx: SensorContext, config: FrozenDict) -> object:
        return thing(ctx=ctx, **config) if takes_ctx else thing(**config)

    if not inspect.isasyncgenfunction(thing):
        return called  # type: ignore[return-value]

    async def run(ctx: SensorContext, config: FrozenDict) -> None:
        async for data in called(ctx, config):  # type: ignore[attr-defined]
            await ctx.emit(data)

    return run


def _class_runner(cls: type) -> Callable[[SensorContext, FrozenDict], Awaitable[None]]:
    async def run(ctx: SensorContext, config: FrozenDict) -> None:
        one = cls(ctx, config)
        await one.start()
        try:
            await one.run(**config)
        finally:
            await one.stop()

    return run


def _check_mark(thing: object, mark: _Mark) -> None:
    label = _label(thing)
    if mark.name is not None and not _NAME.fullmatch(mark.name):
        raise UsageError(f"sensor {label}: name {mark.name!r} is not letters, digits, _ . -")
    if isinstance(thing, type):
        if not issubclass(thing, Sensor):
            raise UsageError(f"sensor {label}: the class is no subclass of Sensor")
        thing = getattr(thing, "run", None)
        if not inspect.iscoroutinefunction(thing):
            raise UsageError(f"sensor {label}: it needs a method: async def run(self, ...)")
    elif not inspect.iscoroutinefunction(thing) and not inspect.isasyncgenfunction(thing):
        raise UsageError(
            f"sensor {label}: it is no async def",
            hints=("a sensor runs in the loop: await asyncio.to_thread(...) for what blocks",),
        )
    if "state" in inspect.signature(thing).parameters:
        raise UsageError(f"sensor {label}: a sensor has no 'state': that is its agent's")


def _label(thing: object) -> str:
    return str(getattr(thing, "__qualname__", repr(thing)))
