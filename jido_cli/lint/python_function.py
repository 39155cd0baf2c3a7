"""One Python function as its source tells it: its mark, its parameters, what it calls.

Works on syntax trees only. What cannot be known from the text is `None`, never guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

Definition = ast.FunctionDef | ast.AsyncFunctionDef
Schema = Mapping[str, object]

GIVEN_BY_NAME: Final = ("state", "ctx")
_ACTION: Final = ("jido_cli.action", "jido_cli.core.action.action")
_SENSOR: Final = ("jido_cli.sensor", "jido_cli.core.sensor.sensor")
_DIRECTIVE: Final = ("jido_cli.directive", "jido_cli.core.own_directives.directive")
_HINTS: Final[Mapping[str, Schema]] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "list": {"type": "array"},
    "dict": {"type": "object"},
    "None": {"type": "null"},
}


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a function; `schema` is what its hint says, empty where that is not known.

    `flaw` says why it can be no param.
    """

    name: str
    has_default: bool
    schema: Schema
    flaw: str | None = None


class Call(msgspec.Struct, frozen=True):
    """A call in the body of a function: the whole name of what is called, and the line."""

    name: str
    line: int


class PythonFunction(msgspec.Struct, frozen=True):
    """A function that a topology names.

    `is_action`, `is_directive` and `is_sensor` are None where an unknown decorator may have marked
    it; `is_plain` says that no unknown decorator stands above it, so that its signature is what is
    called. `own_params` are the names that `params=` of its mark gives, None where it has none or
    they are not literal.
    """

    name: str
    file: str
    line: int
    is_async: bool
    is_generator: bool
    is_action: bool | None
    is_plain: bool
    effect: str | None
    has_own_params: bool
    parameters: tuple[Parameter, ...]
    calls: tuple[Call, ...]
    is_directive: bool | None = False
    is_sensor: bool | None = False

    @property
    def is_known(self) -> bool:
        """Whether it is an action whose signature is what stands there."""
        return self.is_action is True and self.is_plain

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"{self.file}:{self.line}"

    @property
    def params(self) -> tuple[Parameter, ...]:
        """The parameters that are params: all but `state` and `ctx`."""
        return tuple(each for each in self.parameters if each.name not in GIVEN_BY_NAME)


def describe(definition: Definition, file: str, imports: Mapping[str, str]) -> PythonFunction:
    """Return what the source tells of a function; *imports* are its module's, by bound name."""
    decorators = definition.decorator_list
    marks = [each for each in decorators if _called(each, imports) in _ACTION]
    own = [each for each in decorators if _called(each, imports) in _DIRECTIVE]
    sensing = [each for each in decorators if _called(each, imports) in _SENSOR]
    known = [*marks, *own, *sensing]
    keywords = _keywords(known[0]) if known else {}
    others = None if len(decorators) > len(known) else False
    return PythonFunction(
        name=definition.name,
        file=file,
        line=definition.lineno,
        is_async=isinstance(definition, ast.AsyncFunctionDef),
        is_generator=any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(definition)),
        is_action=True if marks else others,
        is_directive=True if own else others,
        is_sensor=True if sensing else others,
        is_plain=len(known) == len(decorators),
        effect=_text(keywords.get("effect")),
        has_own_params="params" in keywords or "config" in keywords,
        parameters=tuple(_parameters(definition.args)),
        calls=tuple(_calls(definition, imports)),
    )


def _parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args]
    without = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        is_first = index < len(arguments.posonlyargs)
        flaw = "is positional-only; params are given by name" if is_first else None
        yield Parameter(argument.arg, index >= without, _hint(argument.annotation), flaw)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(argument.arg, default is not None, _hint(argument.annotation))
    for extra, stars in ((arguments.vararg, "*"), (arguments.kwarg, "**")):
        if extra is not None:
            flaw = "takes what has no name; params are given by name"
            yield Parameter(f"{stars}{extra.arg}", True, {}, flaw)


def _hint(annotation: ast.expr | None) -> Schema:
    """Return the schema of a simple hint; anything else may be anything."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return {}
    match annotation:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            return _HINTS.get(name, {})
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            kind = _hint(left).get("type")
            return {"type": [kind, "null"]} if isinstance(kind, str) else {}
        case _:
            return {}


def _own(definition: Definition) -> Iterator[ast.AST]:
    """Walk the body of a function without the functions inside it, which run elsewhere."""
    waiting: list[ast.AST] = [*reversed(definition.body)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _calls(definition: Definition, imports: Mapping[str, str]) -> Iterator[Call]:
    local = dict(imports)
    for node in _own(definition):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    bound = alias.asname or alias.name.partition(".")[0]
                    local[bound] = alias.name if alias.asname else bound
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                local |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in aliases}
            case ast.Call(func=function):
                name = whole_name(function, local)
                if name is not None:
                    yield Call(name, node.lineno)


def _called(decorator: ast.expr, imports: Mapping[str, str]) -> str | None:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return whole_name(function, imports)


def whole_name(expression: ast.expr, imports: Mapping[str, str]) -> str | None:
    """Return the whole name that a dotted expression has by way of the imports."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    first = imports.get(expression.id, "" if parts else f"builtins.{expression.id}")
    return ".".join([first, *reversed(parts)]) if first else None


def _keywords(mark: ast.expr) -> dict[str, ast.expr]:
    keywords = mark.keywords if isinstance(mark, ast.Call) else []
    return {keyword.arg: keyword.value for keyword in keywords if keyword.arg is not None}


def _text(expression: ast.expr | None) -> str | None:
    is_text = isinstance(expression, ast.Constant) and isinstance(expression.value, str)
    return str(expression.value) if is_text and isinstance(expression, ast.Constant) else None
