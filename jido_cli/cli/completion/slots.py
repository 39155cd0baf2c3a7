"""Where on a command line the cursor is: before a command, in an option, at an argument.

Only the shape of commands is known here; what may stand in a slot is `candidates`.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jido_cli.cli.application import JidoGroup, load_command

_ROOT_FLAGS = ("--debug",)
_ENGINE = ("--engine", "-e")


@dataclass(frozen=True, slots=True)
class Slot:
    """What is being typed.

    Attributes:
        incomplete: the text so far, without what `head` holds.
        command: the name of the command; None while that itself is typed.
        params: of the command.
        param: the option or argument whose value is typed; None where a name is.
        arguments: the arguments before.
        engine: the engine that the line names.
        head: what stands before the value in the same word, as `--engine=`.
        is_option: whether the name of an option is typed.
    """

    incomplete: str
    command: str | None = None
    params: tuple[Any, ...] = ()
    param: Any = None
    arguments: tuple[str, ...] = ()
    engine: str | None = None
    head: str = ""
    is_option: bool = False


def words_of(line: str) -> list[str] | None:
    """Return the words of a line, the one at the cursor last; None within quotes."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    is_between = not line or (line[-1].isspace() and not line.endswith("\\ "))
    return [*words, ""] if is_between else words


def locate(words: Sequence[str]) -> Slot | None:
    """Return where the last of *words* stands; None where nothing is known.

    Args:
        words: those after `jido`; the last one is incomplete, maybe empty.
    """
    *before, incomplete = words
    while before and before[0] in _ROOT_FLAGS:
        before = before[1:]
    if not before:
        return Slot(incomplete, is_option=incomplete.startswith("-"))
    name, *rest = before
    entry = JidoGroup.entries.get(name)
    if entry is None:
        return None
    return _in_command(name, tuple(load_command(name, entry).params), rest, incomplete)


def _in_command(
    name: str, params: tuple[Any, ...], rest: Sequence[str], incomplete: str
) -> Slot | None:
    options = {opt: param for param in params if not _is_argument(param) for opt in param.opts}
    arguments: list[str] = []
    waiting: Any = None
    engine = None
    is_ended = False
    for word in rest:
        if waiting is not None:
            engine = word if _is_engine(waiting) else engine
            waiting = None
        elif is_ended or not word.startswith("-") or word == "-":
            arguments.append(word)
        elif word == "--":
            is_ended = True
        else:
            option, sign, value = word.partition("=")
            param = options.get(option)
            if param is not None and sign:
                engine = value if _is_engine(param) else engine
            elif param is not None and not param.is_flag:
                waiting = param
    slot = Slot(incomplete, name, params, waiting, tuple(arguments), engine)
    if waiting is not None:
        return slot
    if not is_ended and incomplete.startswith("-"):
        return _at_option(slot, options)
    return _at_argument(slot)


def _at_option(slot: Slot, options: dict[str, Any]) -> Slot | None:
    option, sign, value = slot.incomplete.partition("=")
    if not sign:
        return Slot(slot.incomplete, slot.command, slot.params, is_option=True)
    param = options.get(option)
    if param is None or param.is_flag:
        return None
    head = f"{option}="
    return Slot(value, slot.command, slot.params, param, slot.arguments, slot.engine, head)


def _at_argument(slot: Slot) -> Slot | None:
    at = len(slot.arguments)
    for param in filter(_is_argument, slot.params):
        if at == 0 or param.nargs == -1:
            return Slot(
                slot.incomplete, slot.command, slot.params, param, slot.arguments, slot.engine
            )
        at -= 1
    return None


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _is_engine(param: Any) -> bool:
    return any(option in _ENGINE for option in param.opts)
