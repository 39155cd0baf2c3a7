"""Finds what a topology names in Python: the only place that imports users' code.

Only what is marked `@action` or `@sensor`, and subclasses of what jido offers, can be named. What
goes wrong in a user's module is told with the user's own traceback, shortened.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from jido_cli.core.action import Action, from_function, is_action
from jido_cli.core.own_directives import directive_function, is_directive
from jido_cli.core.sensor import SensorDefinition, compiled_sensor, is_sensor
from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import StartError, UsageError
from jido_cli.runtime.supervising.crash_reports import describe_error, import_trace
from jido_cli.runtime.supervising.starts import Origin

T = TypeVar("T")


def add_import_paths(topology_file: Path, project_root: Path) -> None:
    """Put the file's folder, then the project root, first on `sys.path`."""
    for folder in (project_root, topology_file.resolve().parent):
        text = str(folder)
        if text in sys.path:
            sys.path.remove(text)
        sys.path.insert(0, text)


def find_directive(target: str, origin: Origin, folder: Path) -> Action:
    """Return what carries out the directive `run` that names *target*.

    Args:
        target: as the file has it.
        origin: where the file says so, for the error.
        folder: where the file lies.

    Raises:
        StartError: the module does not import, has no such function, or it is no directive.
    """
    where = f"{origin.file}:{origin.line}:{origin.column}"
    function = _found(target, where, folder)
    if not is_directive(function):
        raise _unmarked(
            target,
            "a directive",
            "not-a-directive",
            where,
            "only functions marked @directive can be called by the directive run",
        )
    with _told("bad-directive", where):
        return directive_function(function)


def resolve_directive(target: str) -> Action:
    """Return what carries out the directive `run` that names *target*, while the engine runs.

    Raises:
        UsageError: its module was not imported, has no such function, or it is no directive.
    """
    module_name, _, function_name = target.partition(":")
    function = getattr(sys.modules.get(module_name), function_name, None)
    if function is None:
        raise UsageError(f"{target!r} is not there: no module that is loaded has it")
    if not is_directive(function):
        raise UsageError(f"{target!r} is not marked @directive")
    return directive_function(function)


def find_action(target: str, name: str, origin: Origin, folder: Path) -> Action:
    """Return the action that *target*, `module:function`, names.

    Args:
        target: as the file has it.
        name: under which the topology knows it.
        origin: where the file says so, for the error.
        folder: where the file lies: a module beside it is the one that is meant.

    Raises:
        StartError: the module does not import, has no such function, or it is no action.
    """
    where = f"{origin.file}:{origin.line}:{origin.column}, action {name}"
    function = _found(target, where, folder)
    if not is_action(function):
        raise _unmarked(
            target,
            "an action",
            "not-an-action",
            where,
            "only functions marked @action can be called from a topology",
        )
    with _told("bad-action", where):
        return from_function(function, name=name)


def find_class(target: str, base: type[T], label: str, origin: Origin, folder: Path) -> type[T]:
    """Return the subclass of *base* that *target*, `module:Class`, names.

    Args:
        target: as the file has it.
        base: what it must be a kind of.
        label: what the file calls it, for the error.
        origin: where the file says so.
        folder: where the file lies: a module beside it is the one that is meant.

    Raises:
        StartError: the module does not import, has no such class, or it is no such kind.
    """
    where = f"{origin.file}:{origin.line}:{origin.column}, {label}"
    kind = _found(target, where, folder)
    if isinstance(kind, type) and issubclass(kind, base) and kind is not base:
        return kind
    raise StartError(
        f"{target!r} is no {base.__name__}",
        code=f"not-a-{base.__name__.lower()}",
        where=where,
        hints=(f"make it a subclass of {base.__name__} from jido_cli",),
    )


def has_module(name: str) -> bool:
    """Return whether a module of that name can be imported; its package is imported for that."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def find_sensor(
    target: str, tag: str, origin: Origin, folder: Path | None = None
) -> SensorDefinition:
    """Return the sensor that *target*, `module:function` or `module:Class`, names.

    Args:
        target: as the file has it.
        tag: the sensor's name.
        origin: where the file says so, for the error.
        folder: where the file lies; None where an action says so.

    Raises:
        StartError: the module does not import, has no such thing, or it is no sensor.
    """
    where = f"{origin.file}:{origin.line}:{origin.column}, sensor {tag}"
    thing = _found(target, where, folder)
    if not is_sensor(thing):
        raise _unmarked(
            target,
            "a sensor",
            "not-a-sensor",
            where,
            "only what is marked @sensor can be named as one",
        )
    with _told("bad-sensor", where):
        return compiled_sensor(thing)


def _unmarked(target: str, kind: str, code: str, where: str, why: str) -> StartError:
    """Return the error for what is not marked as *kind*, such as `an action`."""
    mark = kind.partition(" ")[2]
    return StartError(
        f"{target!r} is not {kind}",
        code=code,
        where=where,
        why=why,
        hints=(f"put `@{mark}` from jido_cli above {target.partition(':')[2]}",),
    )


@contextmanager
def _told(code: str, where: str) -> Iterator[None]:
    """Tell with its place what is wrong with something that is marked."""
    try:
        yield
    except UsageError as error:
        raise StartError(error.message, code=code, where=where, hints=error.hints) from error


def _found(target: str, where: str, folder: Path | None) -> object:
    """Return what *target* names in its module, imported."""
    module_name, _, name = target.partition(":")
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # the edge: a user's module may raise anything
        raise StartError(
            f"module {module_name!r} does not import: {describe_error(error)}",
            code="import-failed",
            where=where,
            why="\n".join(import_trace(error)) or None,
            hints=(f"run: python -c 'import {module_name}'",),
        ) from error
    if folder is not None:
        _expect_beside(module, folder, where)
    found = getattr(module, name, None)
    if found is None:
        near = did_you_mean(name, [one for one in vars(module) if one[0] != "_"])
        raise StartError(
            f"module {module_name!r} has no {name!r}" + (f"; {near}" if near else ""),
            code="no-function",
            where=where,
        )
    return found


def _expect_beside(module: ModuleType, folder: Path, where: str) -> None:
    """Refuse a module that is another one than lies beside the file.

    Python knows one module of a name; files of several folders can mean several.
    """
    path = folder.joinpath(*module.__name__.split("."))
    beside = [each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()]
    file = getattr(module, "__file__", None)
    if not beside or file is None or Path(file).resolve() in [each.resolve() for each in beside]:
        return
    raise StartError(
        f"module {module.__name__!r} is {file}, not {beside[0]}",
        code="module-clash",
        where=where,
        why="two folders have a module of this name, and Python can hold only one",
        hints=("rename one of them, or put it into a package with a name of its own",),
    )


def located(origin: Origin, line: int, column: int) -> Origin:
    """Return *origin* at another line and column of the same file."""
    return replace(origin, line=line, column=column)
