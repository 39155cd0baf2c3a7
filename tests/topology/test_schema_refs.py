"""Schemas in files of their own, and references that are never followed."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from jido_cli.topology.load import LoadResult, load
from jido_cli.topology.report import render

ORDER = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "id": {"type": "string", "default": ""},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "default": []},
    },
    "$defs": {
        "line": {
            "type": "object",
            "properties": {"sku": {"type": "string"}, "price": {"$ref": "money.json#/$defs/eur"}},
        },
    },
}
MONEY = {"$defs": {"eur": {"type": "integer", "minimum": 0}}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "order.json").write_text(json.dumps(ORDER))
    (tmp_path / "schemas" / "money.json").write_text(json.dumps(MONEY))
    return tmp_path


def loaded(project: Path, state: str, value: str = "1") -> LoadResult:
    file = project / "t.yaml"
    file.write_text(
        f"jido: v1\nname: t\nagents:\n  a:\n    state: {state}\n"
        f'    routes: {{x: {{set: {{n: "${{{{ {value} }}}}"}}}}}}\n'
        "supervisor: {children: [{agent: a}]}\n"
    )
    return load(file)


def said(result: LoadResult) -> list[str]:
    return [f"{each.column}: {each.message}" for each in result.diagnostics]


def test_a_schema_in_a_file_is_put_in_its_place(project: Path) -> None:
    state = "{n: 0, order: {$ref: schemas/order.json, default: {}}}"
    topology = loaded(project, state).require()
    properties = topology.agents["a"].state["properties"]  # type: ignore[index]
    assert properties["order"] == {
        "type": "object",
        "properties": {
            "id": {"type": "string", "default": ""},
            "lines": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "sku": {"type": "string"},
                        "price": {"type": "integer", "minimum": 0},
                    },
                },
                "default": [],
            },
        },
        "default": {},
    }


def test_expressions_know_its_types(project: Path) -> None:
    state = "{n: 0, order: {$ref: schemas/order.json, default: {}}}"
    result = loaded(project, state, "state.order.lines[0].prcie")
    assert [each.message for each in result.diagnostics] == ["undefined field 'prcie'"]


def test_a_part_of_a_file_can_be_named(project: Path) -> None:
    state = "{n: {$ref: 'schemas/money.json#/$defs/eur', default: 1}}"
    properties = loaded(project, state).require().agents["a"].state["properties"]  # type: ignore[index]
    assert properties == {"n": {"type": "integer", "minimum": 0, "default": 1}}


def test_the_whole_state_can_stand_in_a_file(project: Path) -> None:
    result = loaded(project, "{$ref: schemas/order.json}", "state.id")
    assert said(result) == ["24: the state has no key 'n'"]


@pytest.mark.parametrize(
    ("reference", "want"),
    [
        ("schemas/missing.json", "$ref 'schemas/missing.json' cannot be read: there is no such"),
        ("../x.json", "$ref '../x.json' leads out of the project"),
        ("/etc/passwd.json", "$ref '/etc/passwd.json' is absolute"),
        ("schemas/order.txt", "$ref 'schemas/order.txt' is no .yaml, .yml or .json file"),
        ("schemas/order.json#/$defs/nope", "leads nowhere in that file"),
        ("schemas/broken.json", "$ref 'schemas/broken.json' is neither JSON nor YAML"),
        ("schemas/circle.json", "comes back to itself"),
        ("schemas/link.json", "is a symbolic link"),
    ],
)
def test_what_cannot_be_put_in_its_place_is_told_once(
    project: Path, reference: str, want: str
) -> None:
    schemas = project / "schemas"
    (schemas / "broken.json").write_text("{canary: [")
    (schemas / "circle.json").write_text('{"properties": {"a": {"$ref": "#"}}}')
    (schemas / "link.json").symlink_to(schemas / "order.json")
    result = loaded(project, f"{{n: 0, o: {{$ref: '{reference}', default: {{}}}}}}")
    assert len(result.diagnostics) == 1
    assert want in result.diagnostics[0].message
    assert result.diagnostics[0].column == 29
    assert "canary" not in render(result.diagnostics, result.texts)


def test_schemas_that_multiply_are_bounded(project: Path) -> None:
    parts = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 10} for n in range(10)}
    (project / "schemas" / "many.json").write_text(
        json.dumps({"$defs": {**parts, "d10": {}}, "allOf": [{"$ref": "#/$defs/d0"}]})
    )
    result = loaded(project, "{n: 0, o: {$ref: schemas/many.json, default: {}}}")
    assert said(result) == ["29: schemas of other files hold more than 20,000 values"]


def test_nothing_is_fetched_and_no_file_is_read_by_its_address(project: Path) -> None:
    (project / "canary.json").write_text('{"type": "canary"}')
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.json"
        for reference in (address, (project / "canary.json").as_uri()):
            result = loaded(project, f"{{n: 0, o: {{$ref: '{reference}', default: {{}}}}}}")
            assert len(result.diagnostics) == 1
            assert "leads out of the file: nothing is fetched or read" in str(result.diagnostics[0])
            assert '"canary"' not in render(result.diagnostics, result.texts)
        with pytest.raises(TimeoutError):
            server.accept()
