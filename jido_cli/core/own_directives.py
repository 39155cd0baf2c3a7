"""Directives of users' own: the functions that carry them out, and the decorator that marks them.

Two forms: a function that the directive `run` names, and a type of directive (`directive_type`)
with the function that performs it. Nothing is carried out here; nothing is callable by name that
is not marked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeVar, overload

import msgspec
from msgspec.structs import force_setattr

from jido_cli.core.action import DEFAULT_TIMEOUT_S, Action, Mark, check_mark, compile_marked
from jido_cli.core.directive_types import Directive, DirectiveError, directive_type
from jido_cli.core.values import freeze_mapping
from jido_cli.errors import UsageError

F = TypeVar("F", bound=Callable[..., object])
_MARK = "__jido_directive__"
_PERFORMERS: dict[type[Directive], Action] = {}


@overload
def directive(function: F, /) -> F: ...
@overload
def directive(
    *,
    of: type[Directive] | None = None,
    params: Mapping[str, object] | None = None,
    effect: Literal["thread"] | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> Callable[[F], F]: ...
def directive(
    function: F | None = None,
    /,
    *,
    of: type[Directive] | None = None,
    params: Mapping[str, object] | None = None,
    effect: Literal["thread"] | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> F | Callable[[F], F]:
    """Mark a function as one that carries out a directive; it stays callable as it is.

    It is called after the commit. Its parameters are what the directive gives, by name; `state`
    (as committed) and `ctx` are passed if it names them. What it returns is of no account; that it
    raises makes the directive a dead one.

    Args:
        function: the function, when the decorator is used without parentheses.
        of: a type of directive whose fields are the parameters; without it the function is named
            by `run`, in the file, or by `Run`.
        params: a schema, full or in short form, instead of the one that the hints give.
        effect: `thread` runs it on a thread; `async def` runs beside the mailbox by itself. A
            plain function without it holds the loop and must be short.
        timeout_s: after which it has failed.

    Raises:
        UsageError: an argument makes no sense.
    """
    mark = Mark(None, params, None, effect, timeout_s)

    def put(target: F) -> F:
        check_mark(target, mark, "directive")
        setattr(target, _MARK, mark)
        if of is not None:
            _register(of, target)
        return target

    return put if function is None else put(function)


def is_directive(thing: object) -> bool:
    """Return whether *thing* is a function marked with `directive`."""
    return isinstance(getattr(thing, _MARK, None), Mark)


def directive_function(function: object) -> Action:
    """Return the compiled form of a marked function, always the same.

    Raises:
        UsageError: it is not marked, or its hints, defaults or schemas are at fault.
    """
    mark = getattr(function, _MARK, None)
    if not isinstance(mark, Mark) or not callable(function):
        raise UsageError(f"{function!r} is not a directive", hints=("mark it with @directive",))
    if mark.compiled is None:
        compiled = compile_marked(function, mark, "directive")
        mark.compiled = msgspec.structs.replace(compiled, target=_target_of(function))
    return mark.compiled


def performer_of(kind: type[Directive]) -> Action | None:
    """Return what carries out directives of the class *kind*, if that is a function of a user's."""
    return _PERFORMERS.get(kind)


def _register(of: type[Directive], function: object) -> None:
    if not (isinstance(of, type) and issubclass(of, Directive)) or "kind" not in vars(of):
        raise UsageError(
            f"directive of {of!r}: that is no type of directive",
            hints=("make a subclass of Directive, marked @directive_type('name')",),
        )
    compiled = directive_function(function)
    fields = set(of.__struct_fields__)
    known = set(compiled.params.properties if compiled.params is not None else ())
    if fields != known:
        odd = sorted(fields ^ known)[0]
        where = "the function" if odd in fields else of.__name__
        raise UsageError(f"directive {of.kind!r}: {where} has no {odd!r}")
    _PERFORMERS[of] = compiled


@directive_type("run")
class Run(Directive, frozen=True, tag="run"):
    """Call a function of one's own, marked `@directive`, after the commit.

    Args:
        target: the function, or its name as `module:function`.
        params: what it is given.
    """

    target: str | Callable[..., object]
    params: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "target", _name_of(self.target))
        if self.params is not None:
            force_setattr(self, "params", freeze_mapping(self.params, where="params"))


def _name_of(target: object) -> str:
    if isinstance(target, str):
        module, colon, function = target.partition(":")
        if colon and all(name.isidentifier() for name in (*module.split("."), function)):
            return target
        raise DirectiveError(f"run: {target!r} does not name a function as module:function")
    if not is_directive(target):
        raise DirectiveError(f"run: {target!r} is not marked @directive")
    name = getattr(target, "__qualname__", "")
    if not name.isidentifier():
        raise DirectiveError(f"run: {name} does not stand at the top of its module")
    return _target_of(target)


def _target_of(function: object) -> str:
    return f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', '')}"


def given_by(asked: Directive) -> Mapping[str, object]:
    """Return the params that a directive gives to the function that carries it out."""
    if isinstance(asked, Run):
        return asked.params or {}
    return msgspec.structs.asdict(asked)
