"""Schemas that other files hold: `$ref: schemas/order.json#/$defs/line`, put in their place.

Validators never see such a reference, so that none of them is tempted to fetch it. The files are
read as `include` reads them, and nothing of them is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jido_cli.core.schema import SchemaError
from jido_cli.core.schema_document import resolve
from jido_cli.topology import raw, yaml_reader
from jido_cli.topology.positions import ListMark, MapMark, Mark, Pos, pos_of
from jido_cli.topology.project_files import ProjectFiles, RefusedFileError, Steps
from jido_cli.topology.rules import BAD_SCHEMA, FILE_LIMIT, Findings
from jido_cli.topology.words import shown

MAX_NODES: Final = 20_000
# What a whole document says about itself means nothing where a part of it is put.
_OF_DOCUMENTS: Final = ("$defs", "definitions", "$id", "$schema")


class _RefusedError(Exception):
    """Raised for a reference that cannot be put in its place."""

    def __init__(self, fact: str, hint: str | None = None, *, is_limit: bool = False) -> None:
        super().__init__(fact)
        self.fact = fact
        self.hint = hint
        self.is_limit = is_limit


class SchemaFiles:
    """Puts schemas of other files where they are referred to.

    Args:
        files: reads them.
        folders: for each file of the topology, by its index, the way to its folder.
        findings: takes what is wrong.
    """

    def __init__(
        self, files: ProjectFiles, folders: Mapping[int, Steps], findings: Findings
    ) -> None:
        self._files = files
        self._folders = folders
        self._findings = findings
        self._documents: dict[Steps, object] = {}
        self._nodes = 0

    def inlined(self, schema: object, mark: Mark) -> object:
        """Return a schema of the user's in which no reference leads to another file."""
        if isinstance(schema, dict) and isinstance(mark, MapMark):
            reference = schema.get("$ref")
            if _leads_to_a_file(reference):
                return self._replaced(schema, str(reference), mark.values["$ref"])
            changed = {}
            for key, below in schema.items():
                new = self.inlined(below, mark.values[key])
                if new is not below:
                    changed[key] = new
            return {**schema, **changed} if changed else schema
        if isinstance(schema, list) and isinstance(mark, ListMark):
            made = [self.inlined(each, at) for each, at in zip(schema, mark.items, strict=True)]
            is_changed = any(new is not old for new, old in zip(made, schema, strict=True))
            return made if is_changed else schema
        return schema

    def _replaced(self, schema: raw.Raw, reference: str, mark: Mark) -> object:
        place = pos_of(mark)
        try:
            return self._target(schema, reference, self._folders.get(place.file, ()), ())
        except (_RefusedError, RefusedFileError) as error:
            self._refuse(place, error)
        return {key: below for key, below in schema.items() if key != "$ref"}

    def _refuse(self, place: Pos, error: _RefusedError | RefusedFileError) -> None:
        rule = FILE_LIMIT if error.is_limit else BAD_SCHEMA
        self._findings.add(rule, place, error.fact, hint=error.hint)

    def _target(
        self, schema: raw.Raw, reference: str, folder: Steps, chain: tuple[object, ...]
    ) -> object:
        """Return what takes the place of a schema with such a reference."""
        name, _, pointer = reference.partition("#")
        steps = self._files.steps("$ref", folder, name)
        document = self._document(steps, name)
        found = self._at(document, pointer, reference)
        key = (steps, pointer)
        if key in chain:
            hint = "write it under $defs: here, where it may refer to itself"
            raise _RefusedError(f"$ref {shown(reference)} comes back to itself", hint)
        below = self._below(found, steps, document, (*chain, key))
        siblings = {name: value for name, value in schema.items() if name != "$ref"}
        if not isinstance(below, dict):
            return below
        whole = {name: value for name, value in below.items() if name not in _OF_DOCUMENTS}
        return (
            {**whole, **siblings}
            if siblings.keys().isdisjoint(whole)
            else siblings | {"allOf": [whole, *raw.items(siblings.get("allOf"))]}
        )

    def _below(
        self, value: object, steps: Steps, document: object, chain: tuple[object, ...]
    ) -> object:
        """Return a value of another file in which no reference is left."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            fact = f"schemas of other files hold more than {MAX_NODES:,} values"
            raise _RefusedError(fact, is_limit=True)
        if isinstance(value, list):
            return [self._below(each, steps, document, chain) for each in value]
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        if isinstance(reference, str):
            whole = f"{steps[-1]}{reference}" if reference.startswith("#") else reference
            return self._target(value, whole, steps[:-1], chain)
        return {
            key: self._below(each, steps, document, chain)
            for key, each in value.items()
            if key not in _OF_DOCUMENTS
        }

    def _document(self, steps: Steps, name: str) -> object:
        if steps not in self._documents:
            own = Findings("")
            read = yaml_reader.read(self._files.read("$ref", steps, name), own)
            if read.mark is None or len(own):
                raise _RefusedError(f"$ref {shown(name)} is neither JSON nor YAML")
            self._documents[steps] = read.value
        return self._documents[steps]

    def _at(self, document: object, pointer: str, reference: str) -> object:
        try:
            return resolve(document, f"#{pointer}")
        except SchemaError:
            raise _RefusedError(f"$ref {shown(reference)} leads nowhere in that file") from None


def _leads_to_a_file(reference: object) -> bool:
    return isinstance(reference, str) and not reference.startswith("#") and "://" not in reference
