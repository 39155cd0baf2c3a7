"""Actions: the units of work that users write, and how a function becomes one.

Here live the public decorator `action`, the error that an action raises to fail on purpose, and
the compiled record. Nothing here runs an action or looks at its result: `jido_cli.core.command`
does. Nothing is callable by name that is not marked, so a topology file cannot name `os:system`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar, overload

import msgspec

from jido_cli.core.context import Context
from jido_cli.core.schema import Schema, compile_schema
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.schema_signature import GIVEN_BY_NAME, param_parameters, schema_from_signature
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.values import FrozenDict
from jido_cli.errors import UsageError

DEFAULT_TIMEOUT_S = 30.0
Kind = Literal["pure", "async", "thread"]
Run = Callable[[FrozenDict, Mapping[str, object], Context], object]
"""(state, checked params, context) -> what the function returned, a coroutine if it is async."""
F = TypeVar("F", bound=Callable[..., object])

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]*")
_MARK = "__jido_action__"


class ActionError(Exception):
    """Raise it in an action to fail on purpose.

    Args:
        message: why, for people.
        code: stable word for programs.
        retryable: whether the same call may succeed later.
        details: any JSON mapping.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "action_failed",
        retryable: bool = True,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.details = details


class Outcome(msgspec.Struct, frozen=True):
    """What a compiled declaration may return instead of a mapping: the whole next state.

    Functions of users return mappings; this is for `jido_cli.core.declarative.action`.

    Attributes:
        state: the next state, frozen; None leaves it.
        directives: in order.
        output: what a caller is answered, frozen.
    """

    state: FrozenDict | None = None
    directives: tuple[object, ...] = ()
    output: object = None


class Action(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A compiled action.

    Attributes:
        name: under which routes and people know it.
        params: schema of its params; None takes none.
        output: schema of the mapping that it returns; None takes any.
        kind: `pure` runs in the command; `async` and `thread` are effectful and are run by the
            runtime, in the loop or on a thread.
        run: the work, called with (state, checked params, context).
        wants_state: whether the work looks at the state.
        wants_ctx: whether it looks at the context.
        timeout_s: for one call with all its retries.
        on_error: called with (state, params, context, failure) when it failed for good; its result
            is applied in place of the command's.
        prepare: called with (state, params, context) before effectful work, in the command; what
            it returns is handed to `finish`. May raise `ActionError`.
        finish: called with (state, params, context, prepared, value) after the work, in the
            command; its result is what counts.
        source: where it was declared, such as `shop/stock.py:48`.
        description: first sentence of its text, for people.
        target: of what carries out a directive, the function as `module:function`.
    """

    name: str
    run: Run
    params: Schema | None = None
    output: Schema | None = None
    kind: Kind = "pure"
    wants_state: bool = True
    wants_ctx: bool = True
    timeout_s: float = DEFAULT_TIMEOUT_S
    on_error: Callable[..., object] | None = None
    prepare: Callable[..., object] | None = None
    finish: Callable[..., object] | None = None
    source: str = ""
    description: str = ""
    target: str = ""

    @property
    def is_pure(self) -> bool:
        """Whether it can run inside a command."""
        return self.kind == "pure"


class Mark(msgspec.Struct, eq=False):
    """What `action` left on a function; the compiled action is made when first asked for."""

    name: str | None
    params: Mapping[str, object] | None
    output: Mapping[str, object] | None
    effect: Literal["thread"] | None
    timeout_s: float
    compiled: Action | None = None


@overload
def action(function: F, /) -> F: ...
@overload
def action(
    *,
    name: str | None = None,
    params: Mapping[str, object] | None = None,
    output: Mapping[str, object] | None = None,
    effect: Literal["thread"] | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> Callable[[F], F]: ...
def action(
    function: F | None = None,
    /,
    *,
    name: str | None = None,
    params: Mapping[str, object] | None = None,
    output: Mapping[str, object] | None = None,
    effect: Literal["thread"] | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> F | Callable[[F], F]:
    """Mark a function as an action; it stays callable as it is.

    Its parameters are the params, by name; `state` and `ctx` are passed if it names them. It
    returns a mapping of changes, None, or `(mapping, [directives])`.

    Args:
        function: the function, when the decorator is used without parentheses.
        name: instead of the function's own.
        params: a schema, full or in short form, instead of the one that the hints give.
        output: schema of the mapping that it returns.
        effect: `thread` runs it on a thread, as effectful; `async def` is effectful by itself. A
            plain function without it must be pure: no clock, no files, no network.
        timeout_s: for one call with all its retries.

    Raises:
        UsageError: an argument makes no sense.
    """
    mark = Mark(name, params, output, effect, timeout_s)

    def put(target: F) -> F:
        check_mark(target, mark)
        setattr(target, _MARK, mark)
        return target

    return put if function is None else put(function)


def is_action(thing: object) -> bool:
    """Return whether *thing* is a function marked with `action`."""
    return isinstance(getattr(thing, _MARK, None), Mark)


def from_function(function: object, *, name: str | None = None) -> Action:
    """Return the compiled action of a marked function, always the same one without *name*.

    Args:
        function: marked with `action`.
        name: instead of the one it has; gives a copy.

    Raises:
        UsageError: it is not marked, or its hints, defaults or schemas are at fault.
    """
    mark = getattr(function, _MARK, None)
    if not isinstance(mark, Mark) or not callable(function):
        raise UsageError(f"{function!r} is not an action", hints=("mark it with @action",))
    if mark.compiled is None:
        mark.compiled = compile_marked(function, mark)
    compiled = mark.compiled
    return (
        compiled if name in (None, compiled.name) else msgspec.structs.replace(compiled, name=name)
    )


def compiled_action(thing: object) -> Action | None:
    """Return *thing* if it is a compiled action, or the one that was made of it, if any."""
    if type(thing) is Action:
        return thing
    mark = getattr(thing, _MARK, None)
    return mark.compiled if type(mark) is Mark else None


def compile_marked(function: Callable[..., object], mark: Mark, word: str = "action") -> Action:
    """Return what *function*, marked as a *word*, is called by.

    Raises:
        UsageError: its hints, defaults or schemas are at fault.
    """
    label = getattr(function, "__qualname__", repr(function))
    try:
        params = _params(function, mark)
        output = None if mark.output is None else compile_schema(mark.output)
    except SchemaError as error:
        raise UsageError(f"{word} {label}: {error}", hints=error.hints) from None
    names = inspect.signature(function).parameters
    is_async = inspect.iscoroutinefunction(function)
    text = inspect.getdoc(function) or ""
    return Action(
        name=mark.name or str(getattr(function, "__name__", label)),
        run=_adapt(function),
        params=params if params.properties else None,
        output=output,
        kind="async" if is_async else "thread" if mark.effect == "thread" else "pure",
        wants_state="state" in names,
        wants_ctx="ctx" in names,
        timeout_s=mark.timeout_s,
        source=_source(function),
        description=text.split("\n\n", maxsplit=1)[0].replace("\n", " "),
    )


def _params(function: Callable[..., object], mark: Mark) -> Schema:
    if mark.params is None:
        return schema_from_signature(function)
    schema = compile_schema(mark.params)
    parameters = {parameter.name: parameter for parameter in param_parameters(function)}
    for name in schema.properties:
        if name not in parameters:
            hint = did_you_mean(name, parameters)
            raise SchemaError((name,), "the function has no such parameter", hint)
    required = schema.source.get("required")
    sure = {*schema.defaults(), *(required if isinstance(required, list) else ())}
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in sure:
            raise SchemaError((name,), "the parameter has no default and may be absent in params")
    return schema


def _adapt(function: Callable[..., object]) -> Run:
    """Write out the call that hands each param over by name.

    A declaration may leave out what the function has a default for; then that holds.
    """
    scope: dict[str, object] = {"function": function}
    arguments = []
    for index, parameter in enumerate(inspect.signature(function).parameters.values()):
        name = parameter.name
        if name in GIVEN_BY_NAME:
            arguments.append(f"{name}={name}")
        elif parameter.default is parameter.empty:
            arguments.append(f"{name}=params[{name!r}]")
        else:
            scope[f"D{index}"] = parameter.default
            arguments.append(f"{name}=params.get({name!r}, D{index})")
    text = f"def run(state, params, ctx):\n return function({', '.join(arguments)})"
    # Parameter names are identifiers already: they are the function's own.
    exec(compile(text, f"<jido call of {function.__module__}>", "exec"), scope)  # noqa: S102
    return scope["run"]  # type: ignore[return-value]


def check_mark(function: object, mark: Mark, word: str = "action") -> None:
    """Refuse what cannot be marked as a *word*, and arguments that make no sense.

    Raises:
        UsageError: what is wrong.
    """
    if not inspect.isroutine(function):
        raise UsageError(f"@{word} stands above functions, not {function!r}")
    label = getattr(function, "__qualname__", repr(function))
    if mark.name is not None and not _NAME.fullmatch(mark.name):
        raise UsageError(f"{word} {label}: name {mark.name!r} is not letters, digits, _ . -")
    if mark.effect not in (None, "thread"):
        raise UsageError(f"{word} {label}: effect {mark.effect!r} is not 'thread'")
    if mark.effect == "thread" and inspect.iscoroutinefunction(function):
        raise UsageError(
            f"{word} {label}: async def runs in the loop; effect='thread' is not for it"
        )
    if isinstance(mark.timeout_s, bool) or not isinstance(mark.timeout_s, int | float):
        raise UsageError(f"{word} {label}: timeout_s {mark.timeout_s!r} is not a number")
    if not mark.timeout_s > 0:
        raise UsageError(f"{word} {label}: timeout_s {mark.timeout_s!r} is not above 0")


def _source(function: Callable[..., object]) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""
