"""The JSON Schema of the format: complete, described, and in agreement with what is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from jido_cli.topology import schema_file
from jido_cli.topology.load_time import LoadTime
from jido_cli.topology.positions import MapMark
from jido_cli.topology.project import read_text
from jido_cli.topology.rules import EXPRESSION, FILE_LIMIT, NOT_AVAILABLE, Findings
from jido_cli.topology.schema_file import schema, schema_path
from jido_cli.topology.shape import Shape
from jido_cli.topology.text_places import Lines
from jido_cli.topology.variables import Variables
from jido_cli.topology.words import Suggester
from jido_cli.topology.yaml_reader import read

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = [
    *sorted((HERE / "cases").glob("*.yaml")),
    *sorted((HERE / "valid").glob("*.yaml")),
    *sorted((ROOT / "topologies").glob("*.yaml")),
]


def properties(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        for key, below in node.items():
            if key != "properties":
                yield from properties(below, f"{path}/{key}")
                continue
            for name, inner in below.items():
                yield f"{path}.{name}", inner
                yield from properties(inner, f"{path}.{name}")
    elif isinstance(node, list):
        for index, below in enumerate(node):
            yield from properties(below, f"{path}/{index}")


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return a property with what its reference says, its own words first."""
    if "$ref" in node:
        return {**resolved(schema()["$defs"][node["$ref"].rpartition("/")[2]]), **node}
    return node


def test_it_is_a_schema_of_draft_2020_12() -> None:
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(("path", "node"), list(properties(schema())))
def test_every_property_is_described_and_shown(path: str, node: dict[str, Any]) -> None:
    whole = resolved(node)
    assert whole.get("description"), path
    is_later = whole.get("x-jido-reserved") or "not" in whole
    assert is_later or "examples" in whole or "default" in whole, path


def test_examples_satisfy_their_own_schema() -> None:
    for path, node in properties(schema()):
        whole = {"$defs": schema()["$defs"], **node}
        validator = jsonschema.Draft202012Validator(whole)
        for example in resolved(node).get("examples", []):
            assert list(validator.iter_errors(example)) == [], path


def test_the_same_file_is_found_from_a_checkout() -> None:
    assert schema_path() == ROOT / "schemas" / "topology.v1.schema.json"
    assert schema() == json.loads(schema_path().read_text(encoding="utf-8"))


def test_a_wheel_finds_the_file_beside_the_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / schema_file.FILE_NAME).write_text("{}")
    monkeypatch.setattr(schema_file, "__file__", str(tmp_path / "schema_file.py"))
    assert schema_path() == tmp_path / schema_file.FILE_NAME


def test_the_wheel_maps_the_file_to_that_place() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    want = f'"schemas/{schema_file.FILE_NAME}" = "jido_cli/topology/{schema_file.FILE_NAME}"'
    assert want in project


def shape_refuses(text: str) -> bool | None:
    """Say whether the shape is refused.

    None if the file is not even read, is of later days, or if expressions and sizes decide.
    """
    findings = Findings("t.yaml")
    document = read(text, findings)
    if not isinstance(document.mark, MapMark) or len(findings):
        return None
    assert isinstance(document.value, dict)
    load_time = LoadTime(Variables(), "t", Lines({0: text}), findings)
    Shape(schema(), findings, Suggester(), load_time).check_document(document.value, document.mark)
    if load_time.unknown:
        return None
    found = findings.sorted()
    beyond = {NOT_AVAILABLE.code, EXPRESSION.code, FILE_LIMIT.code}
    if any(each.code in beyond or each.notes for each in found):
        return None
    return bool(found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_general_validator_refuses_the_same_files(file: Path) -> None:
    text = read_text(file)
    want = shape_refuses(text)
    if want is None:
        return
    value = read(text, Findings("t.yaml")).value
    validator = jsonschema.Draft202012Validator(schema())
    errors = [error.message for error in validator.iter_errors(value)]
    too_long = [error for error in errors if re.search(r"longer than 100 years", error)]
    assert (bool(errors), too_long) == (want, []), errors[:3]
