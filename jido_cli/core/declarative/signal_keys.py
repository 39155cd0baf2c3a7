"""Keys of signals: plain CEL over `signal` and `vars` that gives text.

`hash` of a group's delivery, `keyed_by` of a dynamic supervisor and `by` of `dedupe` are such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from jido_cli.core.cel.template import DeclarationError, Path, ValueCompiler
from jido_cli.core.cel.types import DYN, STRING
from jido_cli.core.expressions import Environment, EvaluationError, Scope
from jido_cli.core.shown import show
from jido_cli.core.signals import Signal
from jido_cli.errors import JidoCliError

SignalKey = Callable[[Signal], str]
"""Returns the key of a signal; raises `NoSignalKeyError`."""
MAX_LENGTH: Final = 256
"""Characters of a key; it names a child, and stands in paths, events and tables."""


class NoSignalKeyError(JidoCliError):
    """Raised when a signal has no key: the expression fails on it, or gives no usable text."""

    default_code = "no-key"


def compile_signal_key(
    text: object,
    path: Path,
    *,
    vars: Mapping[str, object] | None = None,  # noqa: A002 - the word of the format
    vars_schema: Mapping[str, object] | None = None,
    is_name: bool = True,
    is_check: bool = False,
) -> tuple[SignalKey, tuple[DeclarationError, ...]]:
    """Return the key that an expression gives, and what is wrong with the expression.

    Args:
        text: plain CEL, without braces.
        path: of keys that lead to it.
        vars: values of the topology's variables.
        vars_schema: their full JSON Schema; None is any mapping, where there are values.
        is_name: whether the key is to name something: it is short and printable then.
        is_check: only tell the problems; the key cannot be asked for then.
    """
    variables: dict[str, Mapping[str, object] | str] = {"signal": "signal"}
    if vars_schema is not None or vars is not None:
        variables["vars"] = "map" if vars_schema is None else vars_schema
    compiler = ValueCompiler(_environment(msgspec.json.encode((variables, is_check))))
    computed = compiler.plain(text, path)
    kind = computed.result_type
    if not compiler.problems and kind is not None and kind not in (STRING, DYN):
        hint = "convert it: string(x)" if kind.kind in ("int", "double", "bool") else None
        message = f"a key is text, and this gives {kind}"
        compiler.problems.append(DeclarationError(path, message, hint=hint))
    name, run = str(path[-1]), computed.run

    def key(signal: Signal) -> str:
        try:
            found = run(Scope(signal=signal, vars=vars))
        except EvaluationError as error:
            raise NoSignalKeyError(f"{name}: {error.message}") from None
        if not is_name and isinstance(found, str) and found:
            return found
        return checked(found, name)

    return key, tuple(compiler.problems)


def checked(found: object, name: str) -> str:
    """Return *found* if it can be a key.

    Raises:
        NoSignalKeyError: it is no text, empty, too long, or holds control characters.
    """
    if not isinstance(found, str):
        raise NoSignalKeyError(f"{name} gives {show(found)}, which is no text")
    if not found:
        raise NoSignalKeyError(f"{name} gives an empty text")
    if len(found) > MAX_LENGTH:
        raise NoSignalKeyError(f"{name} gives a text of over {MAX_LENGTH} characters")
    if not found.isprintable():
        raise NoSignalKeyError(f"{name} gives {show(found)}, which cannot be printed")
    return found


@lru_cache(maxsize=64)
def _environment(shapes: bytes) -> Environment:
    variables, is_check = msgspec.json.decode(shapes)
    return Environment(variables, is_check=is_check)
