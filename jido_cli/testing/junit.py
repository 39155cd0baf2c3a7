"""JUnit XML of scenarios, as CI servers read it: one suite for each file. Nothing is run here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from jido_cli.testing.scenario_run import ScenarioResult

_FORBIDDEN = {number: "\N{REPLACEMENT CHARACTER}" for number in range(32) if number not in (9, 10)}


def junit_xml(results: Mapping[str, Sequence[ScenarioResult]]) -> str:
    """Return the document for the results of each file."""
    root = Element("testsuites", _counts([one for each in results.values() for one in each]))
    root.set("name", "jido test")
    for file, found in results.items():
        suite = SubElement(root, "testsuite", {"name": file, **_counts(found)})
        for one in found:
            _case(suite, file, one)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(results: Iterable[ScenarioResult]) -> dict[str, str]:
    found = list(results)
    return {
        "tests": str(len(found)),
        "failures": str(sum(1 for one in found if not one.is_pass)),
        "errors": "0",
        "time": f"{sum(one.took_s for one in found):.3f}",
    }


def _case(suite: Element, file: str, result: ScenarioResult) -> None:
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": file,
            "name": result.scenario.name,
            "file": file,
            "line": str(result.scenario.pos.line),
            "time": f"{result.took_s:.3f}",
        },
    )
    if result.failure is not None:
        pos, error = result.failure.pos, result.failure.error
        told = SubElement(case, "failure", {"message": _clean(error.expected), "type": "expected"})
        told.text = _clean(f"{file}:{pos.line}:{pos.column}\n{error}")


def _clean(text: str) -> str:
    """Return *text* without what XML cannot hold."""
    return text.translate(_FORBIDDEN)
