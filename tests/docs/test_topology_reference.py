"""The reference of the topology has every key of the schema, each where it belongs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.docs.pages import ROOT, codes, section

PAGE = "docs/topology-reference.md"
SCHEMA: Mapping[str, Any] = json.loads(
    (ROOT / "schemas" / "topology.v1.schema.json").read_text("utf-8")
)
# Where the keys of each mapping of the format are described; several headings: in any of them.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "": ("Top level",),
    "bus": ("Bus",),
    "observe": ("Observe",),
    "supervisor": ("Supervisors",),
    "supervisor_child": ("Supervisors", "Children"),
    "agent_child": ("Children",),
    "template": ("Children",),
    "backoff": ("Backoff",),
    "agent": ("Agents",),
    "route_do": ("Routes",),
    "inline_action": ("Actions", "Routes"),
    "on_error": ("Errors",),
    "mailbox": ("Mailbox",),
    "schedule": ("Schedules",),
    "action": ("Actions",),
    "emit": ("Emit",),
}


def mappings() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the mappings of the format: their name and their schema."""
    yield "", SCHEMA
    for name in ("bus", "observe"):
        yield name, SCHEMA["properties"][name]
    for name, schema in SCHEMA["$defs"].items():
        if any(properties_of(schema)):
            yield name, schema


def properties_of(schema: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the properties of a mapping, and those of mappings that have no name of their own."""
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            yield key, value
            if "$ref" not in value and key not in ("bus", "observe"):
                yield from properties_of(value)
        for word in ("oneOf", "anyOf"):
            for one in schema.get(word, ()):
                yield from properties_of(one)
        yield from properties_of(schema.get("items"))


def is_reserved(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("x-jido-reserved"))


def described(name: str) -> set[str]:
    return {code for heading in HEADINGS[name] for code in codes(section(PAGE, heading))}


def test_every_mapping_of_the_format_has_its_section():
    assert {name for name, _ in mappings()} == set(HEADINGS)


@pytest.mark.parametrize(("name", "schema"), list(mappings()), ids=lambda one: str(one)[:20])
def test_every_key_that_exists_is_described_and_no_reserved_one(
    name: str, schema: Mapping[str, Any]
):
    properties = dict(properties_of(schema))
    want = {key for key, value in properties.items() if not is_reserved(value)}
    assert want - described(name) == set()
    later = {key for key, value in properties.items() if is_reserved(value)}
    heads = {
        code
        for heading in HEADINGS[name]
        for line in section(PAGE, heading).splitlines()
        if line.startswith("|")
        for code in codes(line.split(" | ")[0])
    }
    assert heads & later - others(name) == set()


def others(name: str) -> set[str]:
    """Return the keys that exist in other mappings of the same headings."""
    shared = [
        schema
        for other, schema in mappings()
        if other != name and set(HEADINGS[other]) & set(HEADINGS[name])
    ]
    return {
        key for schema in shared for key, value in properties_of(schema) if not is_reserved(value)
    }


@pytest.mark.parametrize(("name", "schema"), list(mappings()), ids=lambda one: str(one)[:20])
def test_every_word_that_a_key_takes_is_described(name: str, schema: Mapping[str, Any]):
    words = {
        word
        for key, value in properties_of(schema)
        if not is_reserved(value)
        for word in value.get("enum", ())
        if word not in value.get("x-jido-reserved-values", ())
    }
    text = "".join(section(PAGE, heading) for heading in HEADINGS[name])
    assert {word for word in words if f"`{word}`" not in text and f": {word}" not in text} == set()


@pytest.mark.parametrize(("name", "schema"), list(mappings()), ids=lambda one: str(one)[:20])
def test_defaults_are_the_schemas(name: str, schema: Mapping[str, Any]):
    table = {
        key: line.split(" | ")[1].strip()
        for heading in HEADINGS[name]
        for line in section(PAGE, heading).splitlines()
        if line.startswith("| `")
        for key in codes(line.split(" | ")[0])
        if line.count(" | ") >= 2
    }
    wrong = []
    for key, value in properties_of(schema):
        default = value.get("default")
        if is_reserved(value) or key not in table or default in (None, "", {}, []):
            continue
        said = table[key].strip("`")
        if said and said != str(default).replace("False", "false") and key not in ("jido",):
            wrong.append((key, said, default))
    assert wrong == []
