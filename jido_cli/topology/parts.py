"""The files that a topology is made of: its own and those that it includes.

Reads them within the limits, follows `include`, and knows which of them may be shown in excerpts:
only what is a topology, so that a file full of other people's secrets can be named but not read
through an error. What stands in the files is not looked at here.
"""

from __future__ import annotations

import os.path
import re
from pathlib import Path
from typing import Final

import msgspec

from jido_cli.topology import raw, yaml_reader
from jido_cli.topology.positions import MapMark, Pos, Positions
from jido_cli.topology.project import (
    UnreadableFileError,
    decode,
    is_shared,
    project_root,
    read_beneath,
)
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

MAX_FILES: Final = 64
MAX_TOTAL_BYTES: Final = 16 * 1024 * 1024
SUFFIXES: Final = (".yaml", ".yml", ".json")
# How a file begins that was meant as a topology, even when it cannot be read as YAML.
_BEGINS_AS_TOPOLOGY: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*|---[ \t]*)?\r?\n)*jido[ \t]*:")


class Part(msgspec.Struct, frozen=True):
    """One file of a topology, read; `steps` lead to it from the project's root."""

    index: int
    name: str
    text: str
    steps: tuple[str, ...]
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
        texts: what excerpts may show, by the names that findings use.
        is_complete: whether every file that is included could be read.
        nodes: how many values the files hold, aliases expanded.
    """

    root: Path
    parts: list[Part] = []
    texts: dict[str, str] = {}
    is_complete: bool = True
    nodes: int = 0


class _RefusedError(Exception):
    """Raised for an entry of `include` that is not even looked for."""

    def __init__(self, fact: str, hint: str) -> None:
        super().__init__(fact)
        self.fact = fact
        self.hint = hint


def read_parts(text: str, path: Path, findings: Findings) -> Parts:
    """Return the topology in *text*, which stands at *path*, with all that it includes."""
    return _Reader(path, findings).read(text)


class _Reader:
    def __init__(self, path: Path, findings: Findings) -> None:
        self._path = path
        self._findings = findings
        self._found = Parts(project_root(path))
        self._known: set[tuple[str, ...]] = set()
        self._bytes = 0

    def read(self, text: str) -> Parts:
        name = str(self._path)
        self._found.texts[name] = text
        self._bytes += len(text.encode("utf-8", "surrogatepass"))
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
        steps = self._path.absolute().relative_to(self._found.root).parts
        part = Part(0, name, text, steps, read.value, read.mark)
        if _is_our_version(part, self._findings):
            self._found.parts.append(part)
            self._known.add(steps)
            self._include_all(part, [part])
        return self._found

    def _include_all(self, part: Part, chain: list[Part]) -> None:
        entries = part.value.get("include")
        if entries is not None and not isinstance(entries, list):
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
        try:
            steps = _steps(self._found.root, part.steps[:-1], entry)
        except _RefusedError as error:
            self._refuse(place, error.fact, error.hint)
            return None
        circle = [each for each in chain if each.steps == steps]
        if circle:
            names = [each.name for each in chain[chain.index(circle[0]) :]]
            fact = f"the files include one another: {' -> '.join([*names, circle[0].name])}"
            self._findings.add(INCLUDE_CYCLE, place, fact)
        if steps in self._known:
            return None
        self._known.add(steps)
        content = self._read(entry, steps, place)
        name = os.path.normpath(os.path.join(os.path.dirname(part.name), entry))  # noqa: PTH118, PTH120 - as text, so that findings name it as the user does
        return None if content is None else self._part(entry, name, content, steps, place)

    def _read(self, entry: str, steps: tuple[str, ...], place: Pos) -> str | None:
        if len(self._known) > MAX_FILES:
            self._limit(place, f"more than {MAX_FILES} files make one topology")
            return None
        try:
            content = read_beneath(self._found.root, steps)
            self._bytes += len(content)
            if self._bytes > MAX_TOTAL_BYTES:
                self._limit(place, "the files of this topology are larger than 16 MiB in all")
                return None
            return decode(content)
        except (UnreadableFileError, ValueError) as error:
            why = str(error) if isinstance(error, UnreadableFileError) else "that is no name"
            self._refuse(place, f"include {shown(entry)} cannot be read: {why}", None)
            return None

    def _part(
        self, entry: str, name: str, content: str, steps: tuple[str, ...], place: Pos
    ) -> Part | None:
        """Return a file that was read; one that is no topology is refused without showing it."""
        findings = self._findings
        own = findings.beside()
        index = findings.add_file(name)
        read = yaml_reader.read(content, own, file=index, nodes=self._found.nodes)
        value, mark = read.value, read.mark
        is_topology = isinstance(value, dict) and "jido" in value
        if mark is None:
            is_topology = _BEGINS_AS_TOPOLOGY.match(content) is not None
        if not is_topology:
            fact = f"include {shown(entry)} is not a topology"
            self._refuse(place, fact, f"a part begins with jido: {FORMAT}, as every topology")
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

    def _refuse(self, place: Pos, fact: str, hint: str | None) -> None:
        self._found.is_complete = False
        self._findings.add(BAD_INCLUDE, place, fact, hint=hint)

    def _limit(self, place: Pos, fact: str) -> None:
        self._found.is_complete = False
        self._findings.add(FILE_LIMIT, place, fact)


def _steps(root: Path, folder: tuple[str, ...], entry: str) -> tuple[str, ...]:
    """Return the way from the root to the file that *entry* names from a folder beneath it."""
    if "://" in entry:
        raise _RefusedError(f"include {shown(entry)} is an address", "nothing is fetched")
    if entry.startswith(("/", "~")) or entry[1:3] in (":/", ":\\"):
        hint = "name files by their way from this one, such as ./lib/common.yaml"
        raise _RefusedError(f"include {shown(entry)} is absolute", hint)
    if not entry.endswith(SUFFIXES):
        hint = "a topology is a .yaml, .yml or .json file"
        raise _RefusedError(f"include {shown(entry)} is no such file", hint)
    if is_shared(root):
        hint = "move it to a folder of its own: what lies there belongs to everybody"
        raise _RefusedError("this file may include nothing where it lies", hint)
    steps = list(folder)
    for step in entry.split("/"):
        if step == "..":
            if not steps:
                hint = "only what lies beneath the folder with pyproject.toml or .git is read"
                raise _RefusedError(f"include {shown(entry)} leads out of the project", hint)
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return tuple(steps)


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
