"""Where the values of vars come from: the command line, a file of values, the environment.

Only what somebody gives is collected here, in the order in which one outdoes the other; whether a
value fits its declaration is looked at elsewhere. The value of a secret is never taken, only the
place where it will be found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from jido_cli.topology import raw, yaml_reader
from jido_cli.topology.model import SecretRef, VarDecl
from jido_cli.topology.positions import Pos, Positions, ScalarMark
from jido_cli.topology.project import UnreadableFileError, read_bytes, read_text
from jido_cli.topology.raw import Raw
from jido_cli.topology.rules import SECRET, UNREADABLE_FILE, VAR_VALUE, WRONG_TYPE, Findings
from jido_cli.topology.words import Suggester, shown

PREFIX: Final = "JIDO_VAR_"
_START: Final = (1, 1, 1, 1)


class Mounted(NamedTuple):
    """What the topology that mounts another gives for its vars.

    Attributes:
        file: the name of the file that mounts.
        at: the place of the mount.
        values: JSON values by name; one that is not known yet is left out.
        places: of the names and of their values, by name.
        unknown: names whose values are not known yet.
    """

    file: str
    at: Pos
    values: Mapping[str, object]
    places: Mapping[str, tuple[Pos, Pos]]
    unknown: frozenset[str] = frozenset()


class VarSources(msgspec.Struct, frozen=True):
    """What is given for the vars of a topology; each outdoes those after it.

    Attributes:
        assignments: of the command line, `name=text` or `name:=json`.
        set_files: by name, a file whose text is the value.
        values_file: a file that maps names to values.
        environ: where `JIDO_VAR_NAME` and the variables that vars name are looked up.
        reads_files: whether files that vars name are read; never for a stranger's topology.
        may_assume: whether a var without a value is no error: nothing is to run.
        mounted: what is given where the topology is mounted in another; then nothing else is
            looked up but what its vars name themselves.
    """

    assignments: tuple[str, ...] = ()
    set_files: Mapping[str, Path] = {}
    values_file: Path | None = None
    environ: Mapping[str, str] = {}
    reads_files: bool = False
    may_assume: bool = False
    mounted: Mounted | None = None


class Given(NamedTuple):
    """One value that somebody gives.

    Attributes:
        value: None for a secret.
        origin: how messages name where it comes from.
        is_text: whether it is text that the type of the var decides about.
        is_shown: whether messages may show it.
        secret: where a secret is found.
        pos: its place, if it stands in a file of values.
    """

    value: object
    origin: str
    is_text: bool = True
    is_shown: bool = False
    secret: SecretRef | None = None
    pos: Pos | None = None


class Gatherer:
    """Finds what is given for declared vars; what is given for none is a finding."""

    def __init__(
        self,
        sources: VarSources,
        decls: Mapping[str, VarDecl],
        findings: Findings,
        suggester: Suggester,
    ) -> None:
        self._sources = sources
        self._decls = decls
        self._findings = findings
        self._suggester = suggester
        self._set = dict(self._assigned())
        self._set.update(self._set_files())
        self._values, self._places = self._read_values()
        self.mounted_at: Pos | None = None
        if sources.mounted is not None:
            self._set.update(self._mounted(sources.mounted))

    def given(self, decl: VarDecl) -> Given | None:
        """Return what is given for a var, None if nothing is."""
        if decl.name in self._set:
            return self._set[decl.name]
        if decl.name in self._values:
            return self._from_values(decl)
        general = None if self.mounted_at else PREFIX + decl.name.upper()
        for name in (general, decl.env):
            text = self._sources.environ.get(name) if name else None
            if name and text is not None:
                secret = SecretRef(decl.name, "environment", name)
                return self._hidden(decl, text, f"${name}", secret)
        return self._from_file(decl) if decl.file else None

    def _hidden(self, decl: VarDecl, text: str | None, origin: str, secret: SecretRef) -> Given:
        return Given(None if decl.secret else text, origin, secret=secret)

    # -- the command line

    def _assigned(self) -> Iterator[tuple[str, Given]]:
        for assignment in self._sources.assignments:
            name, _, text = assignment.partition("=")
            is_json = name.endswith(":")
            name = name.removesuffix(":").strip()
            decl = self._declared(name, f"--set {name}=...")
            if decl is None:
                continue
            if decl.secret:
                self._refuse_secret(decl)
                continue
            value, is_text = _json(text) if is_json else (text, True)
            if is_json and is_text:
                self._findings.add(VAR_VALUE, decl.pos, f"--set {name}:={shown(text)} is not JSON")
            yield name, Given(value, f"--set {name}", is_text=is_text, is_shown=True)

    def _set_files(self) -> Iterator[tuple[str, Given]]:
        for name, path in self._sources.set_files.items():
            origin = f"--set-file {name}"
            decl = self._declared(name, origin)
            if decl is None:
                continue
            text = self._text(path, decl.pos, origin)
            if text is not None:
                yield name, self._hidden(decl, text, origin, SecretRef(name, "file", str(path)))

    def _refuse_secret(self, decl: VarDecl) -> None:
        name = decl.name
        self._findings.add(
            SECRET,
            decl.pos,
            f"--set {name}=...: a secret is not given on the command line, which all can read",
            hint=f"set {PREFIX}{name.upper()}, give a file for --values that only you may read,"
            f" or --set-file {name}=FILE",
        )

    def _declared(self, name: str, origin: str) -> VarDecl | None:
        decl = self._decls.get(name)
        if decl is None:
            hint = self._suggester.near(name, self._decls) or "vars are declared under vars:"
            place = Pos(*_START)
            fact = f"{origin}: there is no var {name!r}"
            self._findings.add(VAR_VALUE, place, fact, hint=hint)
        return decl

    # -- a mount

    def _mounted(self, mounted: Mounted) -> Iterator[tuple[str, Given]]:
        index = self._findings.add_file(mounted.file)
        self.mounted_at = mounted.at.in_file(index)
        for name, value in mounted.values.items():
            key, place = (each.in_file(index) for each in mounted.places[name])
            decl = self._decls.get(name)
            if decl is None:
                hint = self._suggester.near(name, self._decls)
                file = self._findings.files[0]
                self._findings.add(VAR_VALUE, key, f"{file} has no var {name!r}", hint=hint)
            elif decl.secret:
                fact = f"{name!r} is a secret: its value does not stand in a file"
                hint = f"name where it is found, in {self._findings.files[0]}: env or file"
                self._findings.add(SECRET, place, fact, hint=hint)
            else:
                origin = f"{mounted.file}:{place.line}"
                yield name, Given(value, origin, is_text=False, is_shown=True, pos=place)

    # -- files

    def _text(self, path: Path, pos: Pos, origin: str) -> str | None:
        """Return the text of a file, without the line break at its end."""
        try:
            return read_text(path).removesuffix("\n").removesuffix("\r")
        except UnreadableFileError as error:
            self._findings.add(VAR_VALUE, pos, f"{origin}: {path} cannot be read: {error}")
            return None

    def _from_file(self, decl: VarDecl) -> Given | None:
        path = Path(self._findings.files[decl.pos.file]).parent / (decl.file or "")
        secret = SecretRef(decl.name, "file", str(path))
        if not self._sources.reads_files:
            return None
        if decl.secret:
            return self._hidden(decl, None, str(path), secret) if _is_readable(path) else None
        if decl.has_default and not path.exists():
            return None
        text = self._text(path, decl.pos, f"var {decl.name!r}")
        return None if text is None else self._hidden(decl, text, str(path), secret)

    def _from_values(self, decl: VarDecl) -> Given:
        place = self._places.value((decl.name,))
        path = self._sources.values_file
        assert path is not None
        if not decl.secret:
            value = self._values[decl.name]
            origin = f"{path}:{place.line}"
            return Given(value, origin, is_text=False, is_shown=True, pos=place)
        if path.stat().st_mode & 0o077:
            fact = f"{path} holds the secret {decl.name!r}, and others may read it"
            self._findings.add(SECRET, place, fact, hint=f"chmod 600 {path}")
        return Given(None, str(path), secret=SecretRef(decl.name, "values", str(path)), pos=place)

    def _read_values(self) -> tuple[Raw, Positions]:
        path = self._sources.values_file
        empty = Positions(ScalarMark(*_START))
        if path is None:
            return {}, empty
        index = self._findings.add_file(str(path))
        place = Pos(*_START, index)
        try:
            text = read_text(path)
        except UnreadableFileError as error:
            self._findings.add(UNREADABLE_FILE, place, f"the values cannot be read: {error}")
            return {}, empty
        read = yaml_reader.read(text, self._findings, file=index)
        if read.mark is None:
            return {}, empty
        if not isinstance(read.value, dict):
            fact = f"the file of values is {shown(read.value)}, not a mapping"
            self._findings.add(WRONG_TYPE, place, fact, hint="write name: value")
            return {}, empty
        positions = Positions(read.mark)
        for name in read.value:
            if name not in self._decls:
                hint = self._suggester.near(name, self._decls)
                fact = f"there is no var {name!r}"
                self._findings.add(VAR_VALUE, positions.key((name,)), fact, hint=hint)
        return raw.mapping(read.value), positions


def _json(text: str) -> tuple[object, bool]:
    """Return the value of JSON text and False, or the text and True if it is none."""
    try:
        return json.loads(text), False
    except (ValueError, RecursionError):
        return text, True


def typed(text: str, kinds: tuple[str, ...]) -> object:
    """Return the value that *text* has for a var of such types; the text itself if it has none."""
    if "string" in kinds:
        return text
    value, is_text = _json(text.strip())
    return text if is_text else value


def _is_readable(path: Path) -> bool:
    try:
        read_bytes(path)
    except UnreadableFileError:
        return False
    return True
