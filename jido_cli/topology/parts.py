"""The files that a topology is made of: its own and those that it includes.

Reads them within the limits, follows `include`, and knows which of them may be shown in excerpts:
only what is a topology, so that a file full of other people's secrets can be named but not read
through an error. What stands in the files is not looked at here.
"""

from __future__ import annotations

import os.path
import re
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from jido_cli.topology import raw, yaml_reader
from jido_cli.topology.positions import MapMark, Pos, Positions
from jido_cli.topology.project import project_root
from jido_cli.topology.project_files import ProjectFiles, RefusedFileError, Steps
from jido_cli.topology.rules import (
    BAD_INCLUDE,
    FILE_LIMIT,
    FORMAT_VERSION,
    INCLUDE_CYCLE,
    WRONG_TYPE,
    Findings,
)
from jido_cli.topology.schema_file import FORMAT
from jido_cli.topology.words import shown

# How a file begins that was meant as a topology, even when it cannot be read as YAML.
_BEGINS_AS_TOPOLOGY: Final = r"(?:[ \t]*(?:#[^\n]*|---[ \t]*)?\r?\n)*jido[ \t]*:"


class Part(msgspec.Struct, frozen=True):
    """One file of a topology, read; `steps` lead to it from the project's root."""

    index: int
    name: str
    text: str
    steps: Steps
    value: dict[str, object]
    mark: MapMark

    @property
    def positions(self) -> Positions:
        """Return the places of the values in this file."""
        return Positions(self.mark)

    @property
    def includes(self) -> tuple[str, ...]:
        """Return the files that this one names, as it names them."""
        entries = raw.items(self.value.get("include"))
        return tuple(entry for entry in entries if isinstance(entry, str))


class Parts(msgspec.Struct):
    """All files of a topology that could be read, its own first.

    Attributes:
        files: reads what the topology names.
        texts: what excerpts may show, by the names that findings use.
        is_complete: whether every file that is included could be read.
        nodes: how many values the files hold, aliases expanded.
    """

    files: ProjectFiles
    parts: list[Part] = []
    texts: dict[str, str] = {}
    is_complete: bool = True
    nodes: int = 0


def read_parts(text: str, path: Path, findings: Findings, place: Place | None = None) -> Parts:
    """Return the topology in *text*, which stands at *path*, with all that it includes.

    *place* is where it lies for the topology that mounts it, if one does.
    """
    return _Reader(text, path, findings, place).read(text)


class Place(NamedTuple):
    """Where a topology lies: among the files of a project, on the way from its root."""

    files: ProjectFiles
    steps: Steps


class _Reader:
    def __init__(self, text: str, path: Path, findings: Findings, place: Place | None) -> None:
        self._path = path
        self._findings = findings
        if place is None:
            root = project_root(path)
            steps = path.absolute().relative_to(root).parts
            size = len(text.encode("utf-8", "surrogatepass"))
            place = Place(ProjectFiles(root, steps, size), steps)
        self._steps = place.steps
        self._known = {self._steps}
        self._found = Parts(place.files)

    def read(self, text: str) -> Parts:
        name = str(self._path)
        self._found.texts[name] = text
        read = yaml_reader.read(text, self._findings)
        if read.mark is None:
            return self._found
        if not isinstance(read.value, dict):
            fact = f"the file is {shown(read.value)}, not a mapping"
            hint = f"begin it with jido: {FORMAT}"
            self._findings.add(WRONG_TYPE, Pos(1, 1, 1, 1), fact, hint=hint)
            return self._found
        assert isinstance(read.mark, MapMark)
        self._found.nodes += read.nodes
        part = Part(0, name, text, self._steps, read.value, read.mark)
        if _is_our_version(part, self._findings):
            self._found.parts.append(part)
            self._include_all(part, [part])
        return self._found

    def _include_all(self, part: Part, chain: list[Part]) -> None:
        entries = part.value.get("include")
        if "include" in part.value and not isinstance(entries, list):
            self._found.is_complete = False
        for index, entry in enumerate(raw.items(entries)):
            if raw.text(entry) in (None, "") or not isinstance(entry, str):
                self._found.is_complete = False  # the shape of the list is looked at elsewhere
                continue
            place = part.positions.value(("include", index))
            included = self._include(part, entry, place, chain)
            if included is not None:
                self._include_all(included, [*chain, included])

    def _include(self, part: Part, entry: str, place: Pos, chain: list[Part]) -> Part | None:
        """Return the file that an entry names, None if it is known already or refused."""
        files = self._found.files
        try:
            steps = files.steps("include", part.steps[:-1], entry)
            self._refuse_circle(steps, place, chain)
            if steps in self._known:
                return None
            self._known.add(steps)
            content = files.read("include", steps, entry)
        except RefusedFileError as error:
            self._found.is_complete = False
            rule = FILE_LIMIT if error.is_limit else BAD_INCLUDE
            self._findings.add(rule, place, error.fact, hint=error.hint)
            return None
        return self._part(entry, beside(part.name, entry), content, steps, place)

    def _refuse_circle(self, steps: Steps, place: Pos, chain: list[Part]) -> None:
        for index, each in enumerate(chain):
            if each.steps == steps:
                names = [part.name for part in (*chain[index:], each)]
                fact = f"the files include one another: {' -> '.join(names)}"
                self._findings.add(INCLUDE_CYCLE, place, fact)

    def _part(self, entry: str, name: str, content: str, steps: Steps, place: Pos) -> Part | None:
        """Return a file that was read; one that is no topology is refused without showing it."""
        findings = self._findings
        own = findings.beside()
        index = findings.add_file(name)
        read = yaml_reader.read(content, own, file=index, nodes=self._found.nodes)
        value, mark = read.value, read.mark
        is_topology = isinstance(value, dict) and "jido" in value
        if mark is None:
            is_topology = re.match(_BEGINS_AS_TOPOLOGY, content) is not None
        if not is_topology:
            fact = f"include {shown(entry)} is not a topology"
            hint = f"a part begins with jido: {FORMAT}, as every topology"
            findings.add(BAD_INCLUDE, place, fact, hint=hint)
            self._found.is_complete = False
            return None
        findings.absorb(own)
        self._found.texts[name] = content
        self._found.nodes += read.nodes
        if isinstance(value, dict) and isinstance(mark, MapMark):
            part = Part(index, name, content, steps, value, mark)
            if _is_our_version(part, findings):
                self._found.parts.append(part)
                return part
        self._found.is_complete = False
        return None


def beside(name: str, entry: str) -> str:
    """Return how findings name the file that *entry* means in the file *name*."""
    return os.path.normpath(os.path.join(os.path.dirname(name), entry))  # noqa: PTH118, PTH120 - as text, so that it is named as the user does


def _is_our_version(part: Part, findings: Findings) -> bool:
    """A file of another version would only give findings that mean nothing."""
    version = part.value.get("jido", FORMAT)
    if version == FORMAT:
        return True
    place = part.positions.value(("jido",))
    if isinstance(version, str) and version[:1] == "v" and version[1:].isdecimal():
        newer = int(version[1:6]) > int(FORMAT[1:])
        word = "newer" if newer else "older"
        hint = "pip install --upgrade jido-cli" if newer else f"write jido: {FORMAT}"
        fact = f"format {version!r} is {word} than this program, which reads {FORMAT}"
        findings.add(FORMAT_VERSION, place, fact, hint=hint)
    else:
        fact = f"jido {shown(version)} is not a version of the format"
        findings.add(FORMAT_VERSION, place, fact, hint=f"write jido: {FORMAT}")
    return False
