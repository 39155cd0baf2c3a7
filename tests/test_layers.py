"""The house keeps its order: who may import whom, read from the source and enforced.

The rules are those of docs/contributing.md. Nothing of the package is imported here, so that a
broken module cannot hide what it imports.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "jido_cli"
EVERY_ROOM = frozenset(
    {
        "topology",
        "lint",
        "core",
        "supervision",
        "runtime",
        "bus",
        "store",
        "observe",
        "control",
        "tui",
        "cli",
        "testing",
        "bench",
        "actions",
    }
)

# What a room may import of the others. `errors` stands beside the rooms and is everybody's; so
# are the constants of the package root, but for the rooms that only compute.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "supervision": frozenset(),
    "core": frozenset(),
    "topology": frozenset({"core", "actions"}),
    "lint": frozenset({"topology", "core", "actions", "supervision"}),
    "observe": frozenset({"core"}),
    "bus": frozenset({"core", "observe"}),
    "store": frozenset({"core"}),
    "actions": frozenset({"core", "observe"}),
    "runtime": frozenset({"core", "observe", "bus", "store", "supervision", "topology", "actions"}),
    "control": frozenset({"runtime"}),
    "tui": frozenset({"control", "observe"}),
    "testing": EVERY_ROOM - {"cli", "tui"},
    "bench": EVERY_ROOM - {"cli", "tui"},
    "cli": EVERY_ROOM,
    "": frozenset({"core"}),  # the package root offers core's public names
}
COMPUTES_ONLY = ("core", "supervision")

# Of the topology the runtime knows what was read, not how it is read.
RUNTIME_KNOWS = ("jido_cli.topology.model", "jido_cli.topology.positions")

# A library is imported where its one use is; a new one needs a line here and a reason.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "typer": ("cli/*",),
    "textual": ("tui/*",),
    "rich": ("tui/*",),  # what textual draws with
    "yaml": ("topology/*",),
    "jsonschema": ("topology/*",),
    "jsonschema_rs": ("core/schema*.py",),
    "cel_expr_python": ("core/cel/checking.py",),
    "re2": ("core/cel/*.py", "core/expressions.py"),
    "msgspec": (
        "core/*",
        "topology/*",
        "lint/*",
        "observe/*",
        "bus/*",
        "store/*",
        "runtime/*",
        "control/*",
        "testing/*",
    ),
    "pytest": ("testing/plugin.py",),
    "cronsim": ("core/cron.py",),
    "watchfiles": ("actions/sensors/file_watch.py",),
    "starlette": ("control/*",),
    "uvicorn": ("control/*",),
    "httptools": ("control/*",),
    "uvloop": ("cli/event_loop.py", "bench/*"),
}

# Rooms that compute have no clock, no chance, no I/O and no event loop.
NOT_TO_COMPUTE_WITH = (
    *("asyncio", "time", "random", "os", "logging", "secrets", "uuid", "threading", "signal"),
    *("socket", "select", "selectors", "subprocess", "concurrent", "pathlib", "tempfile"),
    *("shutil", "io", "sys", "importlib", "contextvars", "zoneinfo"),
)
MAY_COMPUTE_WITH = {  # rules of time zones are data, not a clock
    "zoneinfo": ("core/cel/times.py", "core/cron.py"),
}
CLOCKS = ("now", "utcnow", "today")
BANNED = ("pickle", "shelve", "multiprocessing", "concurrent.futures.ProcessPoolExecutor")

# What clients share must start fast and run anywhere: the standard library and `errors`.
CLIENT = ("jido_cli.control.protocol", "jido_cli.control.client", "jido_cli.control.handle")

# Modules are imported at the top. Inside functions only the command line does so, for its
# start-up time; and these, each for its reason.
LAZY: dict[str, tuple[str, ...]] = {
    "uvloop": ("*",),  # does not install everywhere
    "cel_expr_python": ("core/cel/checking.py",),  # only what has expressions pays for it, 30 ms
    "jsonschema_rs": ("core/schema.py",),  # only schemas that are not simple pay for it, 8 ms
    "re2": ("core/cel/patterns.py",),  # the same
    "watchfiles": ("actions/sensors/file_watch.py",),  # only who watches files pays for it
    # public names are loaded on first use
    "importlib.import_module": ("__init__.py", "testing/__init__.py"),
    "jido_cli.testing.topology_run": ("testing/plugin.py",),  # only tests that use it pay for it
}
IMPORTS_BY_NAME = (
    *("__init__.py", "testing/__init__.py", "cli/application.py", "runtime/targets.py"),
    "actions/sensors/__init__.py",  # each is loaded when it is asked for
)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, as `jido_cli.core.signals.Signal`, and where it is imported."""

    path: str  # beneath the package
    line: int
    name: str
    is_lazy: bool = False
    is_relative: bool = False

    @property
    def room(self) -> str:
        return room_of(self.path)

    @property
    def target_room(self) -> str | None:
        """The room that the name is of; None for a library's, "" for the package root's."""
        first, _, rest = self.name.partition(".")
        if first != "jido_cli":
            return None
        room = rest.partition(".")[0]
        return room if room in EVERY_ROOM or room == "errors" else ""

    def is_of(self, prefix: str) -> bool:
        return self.name == prefix or self.name.startswith(prefix + ".")

    def told(self, why: str) -> str:
        return f"jido_cli/{self.path}:{self.line}: {why}"


def room_of(path: str) -> str:
    first, slash, _ = path.partition("/")
    return first if slash else "errors" if first == "errors.py" else ""


def imports_of(path: str, source: str) -> Iterator[Import]:
    tree = ast.parse(source)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, functions)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Import(path, node.lineno, alias.name, id(node) in lazy)
            case ast.ImportFrom():
                for alias in node.names:
                    name = f"{node.module}.{alias.name}" if node.module else alias.name
                    yield Import(path, node.lineno, name, id(node) in lazy, node.level > 0)


@cache
def sources() -> dict[str, str]:
    files = sorted(PACKAGE.rglob("*.py"))
    return {str(file.relative_to(PACKAGE)): file.read_text("utf-8") for file in files}


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(one for path, source in sources().items() for one in imports_of(path, source))


def is_in(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


def library_of(one: Import) -> str | None:
    """Return the library that a name is of; None for ours and the standard library's."""
    first = one.name.partition(".")[0]
    if first == "jido_cli" or first in sys.stdlib_module_names:
        return None
    return next((library for library in LIBRARIES if one.is_of(library)), first)


def test_every_folder_is_a_room_of_the_house():
    rooms = {file.parent.name for file in PACKAGE.glob("*/__init__.py")}
    assert rooms - EVERY_ROOM == set(), "name the new room here, with what it may import"


def test_nobody_imports_relatively():
    assert [one.told("relative import") for one in all_imports() if one.is_relative] == []


def test_rooms_import_only_the_rooms_below_them():
    wrong = []
    for one in all_imports():
        target = one.target_room
        if target is None or target in (one.room, "errors"):
            continue
        if target == "" and one.room not in COMPUTES_ONLY:
            continue
        if target not in MAY_IMPORT[one.room]:
            wrong.append(one.told(f"{one.room or 'the package root'} must not import {one.name}"))
    assert wrong == []


def test_the_runtime_knows_of_a_topology_only_what_was_read():
    wrong = [
        one.told(f"runtime must not import {one.name}")
        for one in all_imports()
        if one.room == "runtime" and one.target_room == "topology"
        if not any(one.is_of(known) for known in RUNTIME_KNOWS)
    ]
    assert wrong == []


def test_rooms_import_each_other_without_a_cycle():
    graph: dict[str, set[str]] = {}
    for one in all_imports():
        target = one.target_room
        if target and target != one.room:
            graph.setdefault(one.room, set()).add(target)
    assert find_cycle(graph) is None


def find_cycle(graph: dict[str, set[str]]) -> list[str] | None:
    def walk(room: str, trail: list[str]) -> list[str] | None:
        if room in trail:
            return [*trail[trail.index(room) :], room]
        for below in sorted(graph.get(room, ())):
            found = walk(below, [*trail, room])
            if found:
                return found
        return None

    return next(filter(None, (walk(room, []) for room in sorted(graph))), None)


def test_each_library_is_imported_only_where_it_belongs():
    wrong = []
    for one in all_imports():
        library = library_of(one)
        if library is not None and not is_in(one.path, LIBRARIES.get(library, ())):
            wrong.append(one.told(f"{library} does not belong here"))
    assert wrong == []


def test_what_only_computes_has_no_clock_no_chance_and_no_io():
    wrong = [
        one.told(f"{one.room} must not import {one.name}")
        for one in all_imports()
        if one.room in COMPUTES_ONLY
        for name in NOT_TO_COMPUTE_WITH
        if one.is_of(name) and one.path not in MAY_COMPUTE_WITH.get(name, ())
    ]
    for path, source in sources().items():
        if room_of(path) in COMPUTES_ONLY:
            wrong += [
                f"jido_cli/{path}:{node.lineno}: .{node.func.attr}() reads a clock"
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                if node.func.attr in CLOCKS
            ]
    assert wrong == []


def test_what_clients_share_needs_the_standard_library_and_nothing_else():
    by_module: dict[str, list[Import]] = {}
    for one in all_imports():
        by_module.setdefault(module_of(one.path), []).append(one)
    wrong = []
    seen: set[str] = set()
    waiting = list(CLIENT)
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for one in by_module.get(module, []):
            if one.target_room == "control":
                waiting.append(nearest_module(one.name, by_module))
            elif one.target_room not in (None, "", "errors") or library_of(one) is not None:
                wrong.append(one.told(f"clients must not need {one.name}"))
    assert wrong == []


def module_of(path: str) -> str:
    return "jido_cli." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def nearest_module(name: str, modules: Iterable[str]) -> str:
    return max((one for one in modules if f"{name}.".startswith(f"{one}.")), key=len)


def test_what_has_no_place_in_this_house_is_imported_nowhere():
    wrong = [
        one.told(f"{one.name} is banned")
        for one in all_imports()
        if any(one.is_of(name) for name in BANNED)
    ]
    wrong += [
        f"jido_cli/{path}: ProcessPoolExecutor is banned"
        for path, source in sources().items()
        if "ProcessPoolExecutor" in source
    ]
    assert wrong == []


def test_only_the_command_line_imports_inside_functions():
    wrong = [
        one.told(f"import {one.name} at the top")
        for one in all_imports()
        if one.is_lazy and one.room != "cli"
        if not any(one.is_of(name) and is_in(one.path, where) for name, where in LAZY.items())
    ]
    assert wrong == []


def test_modules_are_imported_by_name_only_where_users_code_or_commands_are():
    wrong = [
        one.told("modules are not imported by name here")
        for one in all_imports()
        if one.name in ("importlib", "importlib.import_module", "runpy.run_path", "runpy")
        if one.path not in IMPORTS_BY_NAME
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted(sources()))
def test_every_module_says_what_lives_in_it(path):
    docstring = ast.get_docstring(ast.parse(sources()[path]))
    assert docstring, f"jido_cli/{path} has no docstring"


def test_the_reader_of_imports_sees_every_kind():
    source = (
        "import a.b, c as d\n"
        "from e.f import g, h as i\n"
        "from . import j\n"
        "if TYPE_CHECKING:\n"
        "    from k import l\n"
        "def m():\n"
        "    import n\n"
    )
    got = [(one.name, one.is_lazy, one.is_relative) for one in imports_of("core/x.py", source)]
    assert got == [
        ("a.b", False, False),
        ("c", False, False),
        ("e.f.g", False, False),
        ("e.f.h", False, False),
        ("j", False, True),
        ("k.l", False, False),
        ("n", True, False),
    ]


def test_a_cycle_is_shown_as_the_way_around():
    assert find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert find_cycle({"a": {"b", "c"}, "b": {"c"}}) is None
