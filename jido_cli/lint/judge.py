"""The one judgement of a file: what the loader found, what the rules find, what is ignored.

`jido lint` prints all of it, `jido up` refuses what has an error; both ask here, so that they
never disagree. How findings are printed is elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, get_args

import msgspec

from jido_cli.errors import InternalError
from jido_cli.lint import registry
from jido_cli.lint.ignores import Ignore, ignores
from jido_cli.lint.mount import Mount
from jido_cli.lint.picture import Picture
from jido_cli.lint.rules import bad_ignore, unused_ignore
from jido_cli.lint.source import Source, read
from jido_cli.topology import rules as loader
from jido_cli.topology.diagnostics import Diagnostic, Severity
from jido_cli.topology.load import LoadResult

ALL: Final[tuple[Severity, ...]] = get_args(Severity)
ERRORS: Final[tuple[Severity, ...]] = ("error",)
CODES: Final = frozenset(module.RULE.code for module in registry.RULES)
FIXED: Final = frozenset(rule.code for rule in loader.RULES) | {"JD901", "JD902"}


class Verdict(msgspec.Struct, frozen=True):
    """What is wrong with one file, and how many findings its comments say are meant."""

    findings: tuple[Diagnostic, ...]
    ignored: int = 0
    is_part: bool = False


def check(result: LoadResult, *, severities: Collection[Severity] = ALL) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a loaded file: the loader's findings and those of the rules.

    Args:
        result: what came of loading it.
        severities: which findings; rules of other severities are not even asked.
    """
    return judge(result, severities=severities).findings


def judge(result: LoadResult, *, severities: Collection[Severity] = ALL) -> Verdict:
    """Return the same, with the number of findings that are ignored."""
    source = read(result)
    if source is None:
        return Verdict(result.diagnostics)
    picture = picture_of(source, {each.code for each in result.diagnostics})
    comments = [
        comment
        for index, text in enumerate(source.texts)
        for comment in ignores(text, source.positions.root, index)
    ]
    silent = _Comments(picture, comments)
    told = {_place(each) for each in result.diagnostics}
    found = [each for each in _found(picture, severities) if _place(each) not in told]
    kept = [each for each in found if not silent.has(each)]
    ignored = len(found) - len(kept)
    if "warning" in severities:
        kept += bad_ignore.check(picture, comments, CODES, FIXED)
        if not result.diagnostics and not source.is_part:  # else no rule could say all it knows
            kept += unused_ignore.check(picture, silent.unused())
    kept += result.diagnostics
    kept += _in_mounts(result, severities)
    picture.close()
    order = {name: number for number, name in enumerate(source.names)}
    kept.sort(
        key=lambda d: (order.get(d.file, len(order)), d.file, d.line, d.column, d.code, d.message)
    )
    return Verdict(tuple(kept), ignored, source.is_part)


def _in_mounts(result: LoadResult, severities: Collection[Severity]) -> list[Diagnostic]:
    """Return the errors of mounted files that the loader has not found; warnings are their own."""
    if "error" not in severities:
        return []
    known = set(result.diagnostics)
    found = dict.fromkeys(
        each
        for below in result.mounted.values()
        for each in judge(below, severities=ERRORS).findings
    )
    return [each for each in found if each not in known]


def picture_of(source: Source, faults: Collection[str] = ()) -> Picture:
    """Return the picture of a document in which the loader found such faults."""
    return Picture(
        source.document,
        source.positions,
        source.names,
        texts=source.texts,
        folder=source.folder,
        is_part=source.is_part,
        faults=faults,
        mounts=[
            Mount(picture_of(below), source.document, path)
            for path, below in source.mounted.items()
        ],
    )


def picture_of_result(result: LoadResult) -> Picture:
    """Return the picture of a file that was loaded without a finding."""
    source = read(result)
    if source is None:
        raise InternalError(f"{result.file} was loaded, and has no document")
    return picture_of(source)


def _found(picture: Picture, severities: Collection[Severity]) -> list[Diagnostic]:
    return [
        finding
        for module in registry.RULES
        if module.RULE.severity in severities and (picture.is_whole or not module.RULE.needs_whole)
        for finding in module.check(picture)
    ]


class _Comments:
    """The ignore comments of a topology, and which of them were needed."""

    def __init__(self, picture: Picture, comments: list[Ignore]) -> None:
        self._comments = comments
        self._by_place = {
            (picture.file_of(comment.pos), comment.line, code): comment
            for comment in comments
            if bad_ignore.fault_of(comment, CODES, FIXED) is None
            for code in comment.codes
        }
        self._used: set[tuple[str, int, str]] = set()

    def has(self, found: Diagnostic) -> bool:
        """Tell whether a comment says that a finding is meant."""
        place = (found.file, found.line, found.code)
        if place in self._by_place:
            self._used.add(place)
            return True
        return False

    def unused(self) -> dict[Ignore, list[str]]:
        """Return the codes that silenced nothing, by their comments."""
        unused: dict[Ignore, list[str]] = {}
        for place, comment in self._by_place.items():
            if place not in self._used:
                unused.setdefault(comment, []).append(place[2])
        return unused


def _place(found: Diagnostic) -> tuple[str, int, int]:
    return found.file, found.line, found.column
