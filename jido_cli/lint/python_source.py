"""The Python that a topology names, read as text: which functions are there, and what they take.

Files are parsed and never imported or run; only regular files beneath the given folders are read,
and nothing of them but names and numbers of lines is ever shown.
"""

from __future__ import annotations

import ast
import builtins
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.python_function import PythonFunction, describe, whole_name
from jido_cli.lint.python_installed import installed
from jido_cli.topology.project import UnreadableFileError, read_bytes

MAX_BYTES: Final = 1024 * 1024
_MAX_HOPS: Final = 8
_BLOCKS: Final = (ast.stmt, ast.ExceptHandler)
_KNOWN_TOPS: Final = sys.stdlib_module_names | {"jido_cli"}
_NO_PROJECTS: Final = ("jido_cli.", "abc.", "typing.")
_OPENERS: Final = frozenset(("globals", "exec", "eval", "setattr", "vars"))

Definition = ast.FunctionDef | ast.AsyncFunctionDef


class Unknown(msgspec.Struct, frozen=True):
    """Why nothing can be said about a target.

    `is_unseen`: its source should have been read, and was not found or could not be.
    """

    why: str
    is_unseen: bool = False
    hint: str | None = None


class Missing(msgspec.Struct, frozen=True):
    """What a target names is not there; `known` are the names that are, for a suggestion.

    `hint` is the suggestion where it is made already.
    """

    what: Literal["module", "function"]
    fact: str
    known: tuple[str, ...] = ()
    hint: str | None = None


Found = PythonFunction | Missing | Unknown


class PythonModule(msgspec.Struct):
    """A parsed module: its definitions and imports by name, and the texts in it.

    `is_open`: names may be there that are not written down, by `import *` or made at run time.
    """

    name: str
    file: Path
    is_package: bool
    tree: ast.Module
    definitions: dict[str, Definition] = {}
    classes: dict[str, ast.ClassDef] = {}
    imports: dict[str, str] = {}
    others: set[str] = set()
    is_open: bool = False

    @property
    def names(self) -> set[str]:
        """All names that are written down."""
        return {*self.definitions, *self.imports, *self.others}


class PythonSources:
    """The modules beneath some folders, in the order in which Python would look."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [*folders, *(folder / "src" for folder in folders)]
        self._roots = [folder.resolve() for folder in folders]
        self._modules: dict[str, PythonModule | Missing | Unknown] = {}
        self._functions: dict[str, Found] = {}

    def function(self, target: str) -> Found:
        """Return the function that *target*, `module:function`, names, or why there is none."""
        if target not in self._functions:
            module, _, name = target.partition(":")
            self._functions[target] = self._find(module, name, 0)
        return self._functions[target]

    def constants(self, target: str) -> Mapping[str, object] | Missing | Unknown:
        """Return what the class that *target*, `module:Class`, names says of itself in constants.

        That are its own assignments of literals; what it inherits, or computes, is not there.
        """
        module_name, _, name = target.partition(":")
        module = self._module(module_name)
        if not isinstance(module, PythonModule):
            return module
        found = module.classes.get(name)
        if found is not None:
            return _constants(found)
        if name in module.definitions:
            fact = f"{name!r} of {_shown(module.file, self._folders)} is a function, not a class"
            return Missing("function", fact)
        if name in module.names or module.is_open:
            return Unknown("it is imported, or made at run time")
        fact = f"{_shown(module.file, self._folders)} has no class {name!r}"
        return Missing("function", fact, tuple(sorted(module.classes)))

    def is_subclass(self, target: str, of: Collection[str]) -> bool | None:
        """Tell whether the class *target* is one of the classes *of*, as they are imported.

        None where its bases are imported from elsewhere, or computed.
        """
        module_name, _, name = target.partition(":")
        return self._inherits(module_name, name, of, 0)

    def _inherits(self, module_name: str, name: str, of: Collection[str], hops: int) -> bool | None:
        module = self._module(module_name)
        if not isinstance(module, PythonModule) or hops > _MAX_HOPS:
            return None
        found = module.classes.get(name)
        if found is None:
            source, _, original = module.imports.get(name, "").rpartition(".")
            return self._inherits(source, original, of, hops + 1) if source else None
        if found.decorator_list or found.keywords:
            return None
        answers: set[bool | None] = set()
        for base in found.bases:
            named = whole_name(base, module.imports)
            if named in of or (named or "").startswith(_NO_PROJECTS):
                answers.add(named in of)
            elif isinstance(base, ast.Name):
                is_builtin = base.id not in module.names and hasattr(builtins, base.id)
                up = self._inherits(module_name, base.id, of, hops + 1)
                answers.add(False if is_builtin else up)
            else:
                answers.add(None)
        return True if True in answers else None if None in answers else False

    def lacks(self, targets: Iterable[str], names: Collection[str]) -> bool:
        """Tell whether none of *names* can be meant in the modules of *targets*, for sure.

        Modules that import others of the project are not followed: that is not sure.
        """
        for name in {target.partition(":")[0] for target in targets}:
            module = self._module(name)
            if not isinstance(module, PythonModule) or module.is_open:
                return False
            nodes = list(ast.walk(module.tree))
            if any(not _tops(node) <= _KNOWN_TOPS or _named(node) in names for node in nodes):
                return False
        return True

    def words(self, targets: Iterable[str]) -> frozenset[str]:
        """Return the texts that stand in the modules of *targets*."""
        modules = {target.partition(":")[0] for target in targets}
        return frozenset(
            node.value
            for name in modules
            if isinstance(module := self._module(name), PythonModule)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )

    def _find(self, module_name: str, name: str, hops: int) -> Found:
        module = self._module(module_name)
        if not isinstance(module, PythonModule):
            return module
        definition = module.definitions.get(name)
        if definition is not None:
            return describe(definition, _shown(module.file, self._folders), module.imports)
        if name in module.imports and hops < _MAX_HOPS:
            source, _, original = module.imports[name].rpartition(".")
            found = self._find(source, original, hops + 1) if source else Unknown("it is a module")
            return found if isinstance(found, PythonFunction) else Unknown("it is imported")
        if name in module.names or module.is_open:
            return Unknown("it is made at run time")
        fact = f"{_shown(module.file, self._folders)} has no function {name!r}"
        return Missing("function", fact, tuple(sorted(module.definitions)))

    def _module(self, name: str) -> PythonModule | Missing | Unknown:
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def _read(self, name: str) -> PythonModule | Missing | Unknown:
        file = self._locate(name)
        if not isinstance(file, Path):
            return file
        shown = _shown(file, self._folders)
        if not any(file.resolve().is_relative_to(root) for root in self._roots):
            return Unknown(f"{shown} leads out of the project", is_unseen=True)
        try:
            content = read_bytes(file)
        except UnreadableFileError as error:
            return Unknown(f"{shown} cannot be read: {error}", is_unseen=True)
        if len(content) > MAX_BYTES:
            return Unknown(f"{shown} is larger than 1 MiB", is_unseen=True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about the user's code, for the user's Python
                tree = ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = f":{error.lineno}" if isinstance(error, SyntaxError) else ""
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            return Unknown(f"{shown}{line} is no Python {version}", is_unseen=True)
        module = PythonModule(name, file, file.name == "__init__.py", tree)
        _scan(module, tree.body)
        return module

    def _locate(self, name: str) -> Path | Missing | Unknown:
        parts = name.split(".")
        for folder in self._folders:
            package, file = folder.joinpath(*parts, "__init__.py"), folder.joinpath(*parts)
            for candidate in (package, file.with_name(f"{file.name}.py")):
                if candidate.is_file():
                    return candidate
        for folder in self._folders:
            if parts[0] in _modules_in(folder):
                return Missing("module", f"there is no module {name!r}", _beside(folder, parts))
        if parts[0] in sys.stdlib_module_names:
            fact = f"{name!r} is a module of Python itself, which has no actions"
            return Missing("module", fact)
        presence = installed(parts[0], self._folders)
        if presence == "there":
            return Unknown(f"module {name!r} is installed, not part of the project")
        known = {each for folder in self._folders for each in _beside(folder, parts[:1])}
        near = did_you_mean(parts[0], sorted(known))
        if presence == "unclear":
            return Unknown(f"module {name!r} was not found", is_unseen=True, hint=near)
        fact = f"there is no module {name!r}, in the project or installed"
        return Missing("module", fact, hint=near)


def _tops(node: ast.AST) -> set[str]:
    """Return the top names of what a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {"" if node.level else (node.module or "").partition(".")[0]}
    return set()


def _named(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return name
        case _:
            return None


def _constants(found: ast.ClassDef) -> dict[str, object]:
    constants: dict[str, object] = {}
    for statement in found.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        try:
            constants[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue  # it is computed: nobody can tell without running it
    return constants


def _scan(module: PythonModule, body: Iterable[ast.stmt]) -> None:
    """Note what the statements of a module define, the last definition of a name last."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                _forget(module, name)
                module.definitions[name] = statement
                module.is_open |= name == "__getattr__"
            case ast.ClassDef(name=name):
                _forget(module, name)
                module.classes[name] = statement
                module.others.add(name)
            case ast.Import(names=aliases):
                for alias in aliases:
                    bound = alias.asname or alias.name.partition(".")[0]
                    _forget(module, bound)
                    module.imports[bound] = alias.name if alias.asname else bound
            case ast.ImportFrom(names=aliases):
                _scan_import(module, statement)
            case _:
                _scan_other(module, statement)


def _scan_import(module: PythonModule, statement: ast.ImportFrom) -> None:
    source = _absolute(module, statement)
    for alias in statement.names:
        if alias.name == "*":
            module.is_open = True
            continue
        bound = alias.asname or alias.name
        _forget(module, bound)
        module.imports[bound] = f"{source}.{alias.name}"


def _scan_other(module: PythonModule, statement: ast.stmt) -> None:
    blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(statement, "handlers", [])]
    for block in blocks:
        _scan(module, block)
    heads = [one for one in ast.iter_child_nodes(statement) if not isinstance(one, _BLOCKS)]
    for node in (below for head in heads for below in ast.walk(head)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                _forget(module, name)
                module.others.add(name)
            case ast.Call(func=ast.Name(id=name)) if name in _OPENERS:
                module.is_open = True


def _forget(module: PythonModule, name: str) -> None:
    module.definitions.pop(name, None)
    module.classes.pop(name, None)
    module.imports.pop(name, None)
    module.others.discard(name)


def _absolute(module: PythonModule, statement: ast.ImportFrom) -> str:
    """Return the module that `from ... import` names, with the leading dots resolved."""
    if not statement.level:
        return statement.module or ""
    drop = statement.level - (1 if module.is_package else 0)
    parents = module.name.split(".")
    kept = parents[: len(parents) - drop] if drop < len(parents) else []
    return ".".join([*kept, *([statement.module] if statement.module else [])])


def _beside(folder: Path, parts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the modules that lie where the last part of a name was looked for."""
    inside = folder.joinpath(*parts[:-1])
    prefix = "".join(f"{part}." for part in parts[:-1])
    return tuple(sorted(prefix + name for name in _modules_in(inside)))


def _modules_in(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.suffix == ".py" and entry.stem.isidentifier() and entry.stem != "__init__":
            yield entry.stem
        elif entry.name.isidentifier() and any(entry.glob("*.py")):
            yield entry.name


def _shown(file: Path, folders: Sequence[Path]) -> str:
    """Return the name of a file as people know it: from the folder where it was found on."""
    for folder in folders:
        if file.is_relative_to(folder):
            return file.relative_to(folder).as_posix()
    return file.name
