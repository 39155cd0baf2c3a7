"""Load a topology: the one way from files to a frozen `Topology`, or to findings.

Joins the parts of this room. Nothing of the user's is imported, nothing is fetched, and no file
is read but the one named and those that it includes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from jido_cli.errors import TopologyError
from jido_cli.topology import (
    keyed_checks,
    plugin_checks,
    raw,
    references,
    sensor_checks,
    signal_checks,
    strategy_checks,
    tree_checks,
)
from jido_cli.topology.action_checks import ActionChecks
from jido_cli.topology.build import build
from jido_cli.topology.collector import collector_paused
from jido_cli.topology.data_checks import Schemas
from jido_cli.topology.defaults import Defaults
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.load_time import LoadTime
from jido_cli.topology.merging import merge
from jido_cli.topology.model import Topology
from jido_cli.topology.mounts import Chain, Mounts
from jido_cli.topology.parts import Part, Parts, Place, read_parts
from jido_cli.topology.plugins import with_defaults, with_slices
from jido_cli.topology.positions import MapMark, Pos, Positions
from jido_cli.topology.positions import Path as ValuePath
from jido_cli.topology.project import UnreadableFileError, read_text
from jido_cli.topology.project_files import Steps
from jido_cli.topology.raw import Raw
from jido_cli.topology.rules import UNREADABLE_FILE, Findings
from jido_cli.topology.scenario_checks import ScenarioChecks
from jido_cli.topology.schema_file import schema
from jido_cli.topology.schema_files import SchemaFiles
from jido_cli.topology.shape import Shape
from jido_cli.topology.text_places import Lines
from jido_cli.topology.var_sources import VarSources
from jido_cli.topology.variables import Variables, resolve
from jido_cli.topology.words import Suggester

_START: Final = Pos(1, 1, 1, 1)
_FIRST_KEYS: Final = ("jido", "name", "include", "vars")  # read before expressions have values
_NOBODY_GIVES: Final = VarSources()


class LoadResult(msgspec.Struct, frozen=True):
    """What came of a file: a topology, or what is wrong with it.

    Attributes:
        file: the name of the file, as it was given.
        topology: None if there are findings, if the file is a part, or if vars were assumed that
            it needs.
        diagnostics: what is wrong, in the order of the files.
        text: the text of the file itself.
        texts: what excerpts may show, by the names of files in `diagnostics`.
        document: the file with all that it includes, replicas expanded, and the file's own
            expressions replaced by what they come to where that is known; None if it is no
            topology at all. It may be wrong anywhere.
        places: of the values in `document`; their `file` is an index into `files`.
        files: the names of the files.
        is_part: whether the file is one to include, which cannot be run.
        assumed: names of vars that have no value, where `VarSources.may_assume` allows it.
        nodes: how many values the files hold, replicas expanded, those of mounts included.
        mounted: what came of the files that this one mounts, by the paths of the children.
    """

    file: str
    topology: Topology | None
    diagnostics: tuple[Diagnostic, ...]
    text: str = ""
    texts: Mapping[str, str] = {}
    document: Raw | None = None
    places: Positions | None = None
    files: tuple[str, ...] = ()
    is_part: bool = False
    assumed: tuple[str, ...] = ()
    nodes: int = 0
    mounted: Mapping[ValuePath, LoadResult] = {}

    def require(self) -> Topology:
        """Return the topology.

        Raises:
            TopologyError: there is none; it carries the findings.
        """
        if self.topology is not None:
            return self.topology
        count = len(self.diagnostics)
        if self.is_part and not count:
            raise TopologyError(f"{self.file} is a part of others: it has no supervisor to run")
        if self.assumed and not count:
            raise TopologyError(f"vars have no value: {', '.join(self.assumed)}")
        noun = "1 error" if count == 1 else f"{count} errors"
        raise TopologyError(f"{self.file} has {noun}", diagnostics=self.diagnostics)

    def file_of(self, pos: Pos) -> str:
        """Return the name of the file in which a place lies."""
        return self.files[pos.file]


def load(
    path: Path | str, *, values: VarSources = _NOBODY_GIVES, as_part: bool = False
) -> LoadResult:
    """Load the topology file at *path*; findings name it as it was given.

    Args:
        path: the file.
        values: what is given for its vars.
        as_part: take a file without `supervisor` for a part of others, not for a mistake.
    """
    path = Path(path)
    try:
        text = read_text(path)
    except UnreadableFileError as error:
        findings = Findings(str(path))
        findings.add(UNREADABLE_FILE, _START, f"the file cannot be read: {error}")
        return LoadResult(str(path), None, findings.sorted())
    return load_text(text, path, values=values, as_part=as_part)


def load_text(
    text: str,
    path: Path | str,
    *,
    values: VarSources = _NOBODY_GIVES,
    as_part: bool = False,
) -> LoadResult:
    """Load a topology from text that stands, or will stand, at *path*."""
    path = Path(path)
    with collector_paused():
        return _Loader(path, values, as_part=as_part).load(text)


def _load_mounted(
    text: str, path: Path, values: VarSources, place: Place, chain: Chain
) -> LoadResult:
    return _Loader(path, values, as_part=True, chain=chain).load(text, place)


class _Loader:
    """Loads one topology."""

    def __init__(
        self, path: Path, values: VarSources, *, as_part: bool, chain: Chain | None = None
    ) -> None:
        self._path = path
        self._values = values
        self._as_part = as_part
        self._chain = chain
        self._findings = Findings(str(path))
        self._suggester = Suggester()
        self._is_part = False

    def load(self, text: str, place: Place | None = None) -> LoadResult:
        found = read_parts(text, self._path, self._findings, place)
        result = LoadResult(str(self._path), None, (), text, found.texts)
        if found.parts:
            result = self._load(found, result)
        diagnostics = dict.fromkeys((*self._findings.sorted(), *result.diagnostics))
        return msgspec.structs.replace(
            result, diagnostics=tuple(diagnostics), files=tuple(self._findings.files)
        )

    def _load(self, found: Parts, result: LoadResult) -> LoadResult:
        lines = Lines({part.index: part.text for part in found.parts})
        shape = self._shape(LoadTime(Variables(), None, lines, self._findings))
        repaired = [shape.repair(part) for part in found.parts]
        for before, after in zip(found.parts, repaired, strict=True):
            if "include" in after.value and "include" not in before.value:
                found.is_complete = False  # what was meant to be included has not been read
        found.parts = repaired
        first = repaired[0].value
        has_parts = not {"vars", "signals", "actions", "agents"}.isdisjoint(first)
        self._is_part = self._as_part and "supervisor" not in first and has_parts
        # What a part, or a file that cannot be read, leaves open may be declared elsewhere.
        is_whole = found.is_complete and not self._is_part
        variables = self._variables(found, shape, is_whole=is_whole)
        load_time = LoadTime(variables, raw.text(first.get("name")), lines, self._findings)
        load_time.nodes = found.nodes
        folders = {part.index: part.steps[:-1] for part in found.parts}
        schema_files = SchemaFiles(found.files, folders, self._findings)
        parts = self._checked(found.parts, load_time, schema_files)
        document, mark = merge(parts, self._findings)
        defaults = Defaults({part.index: raw.mapping(part.value.get("defaults")) for part in parts})
        document, mark = with_defaults(document, mark, defaults, self._findings)
        plugin_checks.check(document, Positions(mark), self._findings, self._suggester)
        document, mark = with_slices(document, mark)
        self._check(document, mark, lines, variables, defaults, is_whole=is_whole)
        mounts = self._mounts(found, folders, Positions(mark))
        mounts.load(document, load_time.nodes)
        topology = None
        is_known = mounts.is_known and not load_time.unknown
        if not len(self._findings) and is_known and not self._is_part:
            topology = build(
                document,
                Positions(mark),
                file=self._path,
                project_root=found.files.root,
                parts=parts,
                variables=variables,
                defaults=defaults,
                mounts=mounts.decls,
            )
        return msgspec.structs.replace(
            result,
            topology=topology,
            document=document,
            places=Positions(mark),
            is_part=self._is_part,
            assumed=(*variables.assumed, *mounts.assumed),
            diagnostics=mounts.diagnostics,
            texts={**result.texts, **mounts.texts},
            nodes=load_time.nodes + mounts.nodes,
            mounted=mounts.results,
        )

    def _mounts(self, found: Parts, folders: Mapping[int, Steps], positions: Positions) -> Mounts:
        """Return what loads the topologies that this one mounts."""
        chain = self._chain
        if chain is None:
            own = found.parts[0]
            chain = Chain(found.files, ((own.steps, own.name),), {})
        return Mounts(chain, self._values, self._findings, positions, folders, _load_mounted)

    def _shape(self, load_time: LoadTime, files: SchemaFiles | None = None) -> Shape:
        return Shape(schema(), self._findings, self._suggester, load_time, files)

    def _variables(self, found: Parts, shape: Shape, *, is_whole: bool) -> Variables:
        found.parts = [shape.check_only(_FIRST_KEYS, part) for part in found.parts]
        document, mark = merge(found.parts, self._findings, ("vars",))
        variables = resolve(
            document, Positions(mark), self._values, self._findings, self._suggester
        )
        return variables if is_whole else msgspec.structs.replace(variables, schema=None)

    def _checked(
        self, parts: list[Part], load_time: LoadTime, schema_files: SchemaFiles
    ) -> list[Part]:
        """Return the files with their expressions replaced."""
        shape = self._shape(load_time, schema_files)
        checked = []
        for part in parts:
            optional = ("supervisor",) if part.index or self._is_part else ()
            value, mark = shape.check_document(
                part.value, part.mark, without=_FIRST_KEYS, optional=optional
            )
            assert isinstance(value, dict)
            assert isinstance(mark, MapMark)
            checked.append(msgspec.structs.replace(part, value=value, mark=mark))
        return checked

    def _check(
        self,
        document: Raw,
        mark: MapMark,
        lines: Lines,
        variables: Variables,
        defaults: Defaults,
        *,
        is_whole: bool,
    ) -> None:
        findings, suggester = self._findings, self._suggester
        positions = Positions(mark)
        references.check(document, positions, findings, suggester, is_whole=is_whole)
        tree_checks.check(document, positions, findings, defaults)
        keyed_checks.check(document, positions, findings, defaults, is_whole=is_whole)
        signal_checks.check(document, positions, findings, suggester)
        sensor_checks.check(document, positions, findings)
        schemas = Schemas(positions, findings, suggester)
        schemas.check_document(document)
        strategy_checks.check(document, positions, findings, suggester)
        ActionChecks(document, lines, positions, findings, schemas, variables).check(suggester)
        if "scenarios" in document:
            ScenarioChecks(document, lines, positions, findings, schemas, variables).check(
                suggester, is_whole=is_whole
            )
