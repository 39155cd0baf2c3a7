"""Topologies that a topology mounts: loaded with the vars that the mount gives, within its limits.

A mounted file is a topology of its own, with names of its own; what is wrong in it is told at its
own places, what is wrong with the mount at the mount. What becomes of it when it runs is not known
here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from jido_cli.core.router import PatternError, parse_pattern
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.load_time import MAX_NODES
from jido_cli.topology.model import MountDecl
from jido_cli.topology.parts import Place, beside
from jido_cli.topology.positions import Path as ValuePath
from jido_cli.topology.positions import Pos, Positions
from jido_cli.topology.project_files import ProjectFiles, RefusedFileError, Steps
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import BAD_MOUNT, BAD_PATTERN, FILE_LIMIT, MOUNT_CYCLE, Findings
from jido_cli.topology.var_sources import Mounted, VarSources

if TYPE_CHECKING:
    from jido_cli.topology.load import LoadResult

MAX_DEPTH: Final = 16
MAX_LOADS: Final = 64


class Chain(msgspec.Struct):
    """What all mounts below one file share: who mounts whom, and what was loaded already.

    `load` loads a text at a path, with values for its vars, as a mount below a chain.
    """

    files: ProjectFiles
    above: tuple[tuple[Steps, str], ...]
    loaded: dict[tuple[Steps, str], LoadResult]

    def below(self, steps: Steps, name: str) -> Chain:
        """Return the chain for what the file at *steps* mounts."""
        return Chain(self.files, (*self.above, (steps, name)), self.loaded)


Load = Callable[[str, Path, VarSources, Place, Chain], "LoadResult"]


class Mounts:
    """Loads what one document mounts.

    Attributes:
        decls: what is mounted by the child at a path, where it could be loaded.
        results: what came of the file of each, by the same paths.
        nodes: how many values they hold, each as often as it is mounted.
        is_known: whether all of them came to a topology, or to findings.
    """

    def __init__(
        self,
        chain: Chain,
        values: VarSources,
        findings: Findings,
        positions: Positions,
        folders: Mapping[int, Steps],
        load: Load,
    ) -> None:
        self.decls: dict[ValuePath, MountDecl] = {}
        self.results: dict[ValuePath, LoadResult] = {}
        self.nodes = 0
        self.is_known = True
        self._chain = chain
        self._values = values
        self._findings = findings
        self._positions = positions
        self._folders = folders
        self._load = load

    def load(self, document: Raw, nodes: int) -> None:
        """Load all mounts of *document*, which holds so many values itself."""
        for child in raw.mounts(document):
            self._mount(child)
            if nodes + self.nodes > MAX_NODES:
                fact = f"more than {MAX_NODES:,} values, mounted topologies counted"
                self._findings.add(FILE_LIMIT, self._positions.value(child.path), fact)
                return

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return what is wrong in the mounted files, each finding once."""
        found = (each for result in self.results.values() for each in result.diagnostics)
        return tuple(dict.fromkeys(found))

    @property
    def texts(self) -> dict[str, str]:
        """Return what excerpts of the mounted files may show."""
        return {
            name: text for result in self.results.values() for name, text in result.texts.items()
        }

    @property
    def assumed(self) -> tuple[str, ...]:
        """Return the names of vars of mounted files that have no value yet."""
        return tuple(name for result in self.results.values() for name in result.assumed)

    def _mount(self, child: RawNode) -> None:
        value = raw.mapping(child.value["topology"])
        path = (*child.path, "topology")
        before = len(self._findings)
        self._check_bridge(value, path)
        entry = raw.text(value.get("file"))
        if not entry or len(self._findings) > before:
            self.is_known = False
            return
        result = self._result(entry, value, path)
        if result is None:
            self.is_known = False
            return
        self.results[child.path] = result
        self.nodes += result.nodes
        if result.is_part and not result.diagnostics:
            fact = f"{result.file} is a part of others: it has no supervisor to mount"
            self._findings.add(BAD_MOUNT, self._positions.value((*path, "file")), fact)
        if result.topology is None:
            self.is_known = False
            return
        bridge = raw.mapping(value.get("bridge"))
        self.decls[child.path] = MountDecl(
            result.topology,
            value.get("bus") == "own",
            tuple(str(each) for each in raw.items(bridge.get("in"))),
            tuple(str(each) for each in raw.items(bridge.get("out"))),
        )

    def _check_bridge(self, value: Raw, path: ValuePath) -> None:
        if "bridge" in value and raw.text(value.get("bus", "shared")) == "shared":
            fact = "'bridge' means nothing where the bus is shared: everything passes"
            self._findings.add(
                BAD_MOUNT, self._positions.key((*path, "bridge")), fact, hint="write bus: own"
            )
        for way in ("in", "out"):
            for index, pattern in enumerate(raw.items(raw.mapping(value.get("bridge")).get(way))):
                try:
                    parse_pattern(str(pattern))
                except PatternError as error:
                    place = self._positions.value((*path, "bridge", way, index))
                    self._findings.add(BAD_PATTERN, place, str(error))

    def _result(self, entry: str, value: Raw, path: ValuePath) -> LoadResult | None:
        place = self._positions.value((*path, "file"))
        name = self._findings.files[place.file]
        files = self._chain.files
        try:
            steps = files.steps("topology", self._folders[place.file], entry)
            if self._is_circle(steps, beside(name, entry), place):
                return None
            mounted = self._given(value, path, place)
            key = (steps, json.dumps([mounted.values, sorted(mounted.unknown)], sort_keys=True))
            if key in self._chain.loaded:
                return self._chain.loaded[key]
            if len(self._chain.loaded) >= MAX_LOADS:
                fact = f"more than {MAX_LOADS} topologies with different vars are mounted"
                raise RefusedFileError(fact, is_limit=True)
            text = files.read("topology", steps, entry)
        except RefusedFileError as error:
            rule = FILE_LIMIT if error.is_limit else BAD_MOUNT
            self._findings.add(rule, place, error.fact, hint=error.hint)
            return None
        values = msgspec.structs.replace(
            self._values, assignments=(), set_files={}, values_file=None, mounted=mounted
        )
        inner = beside(name, entry)
        result = self._load(
            text, Path(inner), values, Place(files, steps), self._chain.below(steps, inner)
        )
        self._chain.loaded[key] = result
        return result

    def _is_circle(self, steps: Steps, name: str, place: Pos) -> bool:
        ways = [each for each, _ in self._chain.above]
        if steps in ways:
            names = [each for _, each in self._chain.above[ways.index(steps) :]]
            fact = f"the topologies mount one another: {' -> '.join([*names, name])}"
            self._findings.add(MOUNT_CYCLE, place, fact)
            return True
        if len(ways) > MAX_DEPTH:
            fact = f"topologies are mounted more than {MAX_DEPTH} deep"
            raise RefusedFileError(fact, is_limit=True)
        return False

    def _given(self, value: Raw, path: ValuePath, at: Pos) -> Mounted:
        values: Mapping[str, object] = raw.mapping(value.get("vars"))
        known = {
            name: each
            for name, each in values.items()
            if not name.startswith("x-") and not raw.has_expression(each)
        }
        below = {name: (*path, "vars", name) for name in known}
        places = {
            name: (self._positions.key(each), self._positions.value(each))
            for name, each in below.items()
        }
        return Mounted(
            self._findings.files[at.file], at, known, places, frozenset(values) - frozenset(known)
        )
