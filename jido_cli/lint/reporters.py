"""Findings for programs: one JSON document, and the commands that GitHub reads from a log.

For people they are drawn by `topology.report`. What is found is decided in `judge`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.report import to_dict, visible


class Summary(msgspec.Struct, frozen=True):
    """The counts of one run."""

    files: int
    files_with_findings: int
    errors: int
    warnings: int
    ignored: int
    parts: int
    seconds: float

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return self.errors + self.warnings


def summary(
    findings: Sequence[Diagnostic], *, files: int, ignored: int, parts: int, seconds: float
) -> Summary:
    """Return the counts of *findings*."""
    errors = sum(each.severity == "error" for each in findings)
    with_findings = len({each.file for each in findings})
    return Summary(
        files, with_findings, errors, len(findings) - errors, ignored, parts, round(seconds, 4)
    )


def as_json(findings: Iterable[Diagnostic], counts: Summary) -> Mapping[str, object]:
    """Return the document that `--format json` prints."""
    return {
        "diagnostics": [to_dict(each) for each in findings],
        "summary": {
            "files": counts.files,
            "files_with_findings": counts.files_with_findings,
            "findings": counts.findings,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "ignored": counts.ignored,
            "parts": counts.parts,
            "seconds": counts.seconds,
        },
    }


def as_github(findings: Iterable[Diagnostic]) -> Iterator[str]:
    """Yield one workflow command a finding: GitHub shows it at the line of a pull request."""
    for each in findings:
        place = {
            "file": each.file,
            "line": each.line,
            "endLine": each.end_line,
            "col": each.column,
            "endColumn": each.end_column,
            "title": f"{each.code} {each.name}",
        }
        attributes = ",".join(f"{key}={_property(str(value))}" for key, value in place.items())
        hint = f"; {each.hint}" if each.hint else ""
        yield f"::{each.severity} {attributes}::{_data(f'{each.message}{hint}')}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
