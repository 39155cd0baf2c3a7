"""Writes the tables of docs/topology-reference.md from the schema: `make docs`.

The page's prose is written by hand. Between `<!-- keys: NAME -->` and `<!-- end -->` stands one
table for the mapping NAME of the schema; what is reserved for later is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "topology-reference.md"
SCHEMA_FILE = ROOT / "schemas" / "topology.v1.schema.json"
MARKED = re.compile(r"(<!-- keys: ([\w.]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
HEAD = "\n| key | default | meaning |\n| --- | --- | --- |\n"

Schema = Mapping[str, Any]


class Reference:
    """The schema, read for people."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def mapping(self, name: str) -> Schema:
        """Return the mapping that a marker names: `top`, a top-level key or a definition."""
        if name == "top":
            return self.schema
        first, *rest = name.split(".")
        found = self.schema["$defs"].get(first) or self.schema["properties"][first]
        for key in rest:
            found = self.keys(found)[key]
        return found  # type: ignore[no-any-return]

    def mappings(self) -> dict[str, Schema]:
        """Return all mappings that have a table: by their name in a marker."""
        inline = {
            name: schema
            for name, schema in self.schema["properties"].items()
            if "properties" in schema and not is_reserved(schema)
        }
        named = {name: schema for name, schema in self.schema["$defs"].items() if self.keys(schema)}
        return {"top": self.schema, **inline, **named}

    def keys(self, schema: Schema) -> dict[str, Schema]:
        """Return the keys of a mapping that exist, also where it is one of several forms."""
        found = {
            key: value
            for key, value in schema.get("properties", {}).items()
            if not is_reserved(value) and not is_refused(value)
        }
        for form in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), schema.get("items", {})):
            if form and not is_reserved(form):
                found |= self.keys(form)
        return found

    def rows(self, schema: Schema, prefix: str = "") -> Iterator[str]:
        """Yield the rows of a mapping's table; mappings without a name go in as dotted rows."""
        required = schema.get("required", ())
        for key, value in self.keys(schema).items():
            default = "required" if key in required else self.default(value)
            cells = (f"`{prefix}{key}`", default, self.meaning(value))
            yield "".join(f"| {cell} ".replace("|  ", "| ") for cell in cells) + "|\n"
            if not (prefix == "" and key in self.schema["properties"] and schema is self.schema):
                yield from self.rows(value, f"{prefix}{key}.")

    def default(self, value: Schema) -> str:
        """Return the default as it is written in the file."""
        for place in (value, self.target(value)):
            if "default" in place:
                return shown(place["default"])
        return ""

    def meaning(self, value: Schema) -> str:
        """Return the description, with the words that the text does not name yet."""
        text = value.get("description") or self.target(value).get("description", "")
        missing = [word for word in self.words(value) if word not in text]
        if missing:
            text += " Words: " + ", ".join(f"`{word}`" for word in self.words(value)) + "."
        return str(text).replace("|", "\\|").replace("\n", " ")

    def words(self, value: Schema) -> list[str]:
        """Return the words that a key takes."""
        found: list[str] = []
        for form in (value, self.target(value)):
            later = form.get("x-jido-reserved-values", ())
            found += [word for word in form.get("enum", ()) if word not in later]
            for word in ("oneOf", "anyOf"):
                found += [w for one in form.get(word, ()) for w in self.words(one)]
        return list(dict.fromkeys(map(str, found)))

    def target(self, value: Schema) -> Schema:
        """Return the definition that a key refers to."""
        name = value.get("$ref", "").removeprefix("#/$defs/")
        return self.schema["$defs"][name] if name else {}  # type: ignore[no-any-return]

    def table(self, name: str) -> str:
        """Return the table of a mapping."""
        return HEAD + "".join(self.rows(self.mapping(name))) + "\n"


def is_reserved(schema: Schema) -> bool:
    """Whether a key is for later."""
    return bool(schema.get("x-jido-reserved"))


def is_refused(schema: Schema) -> bool:
    """Whether a key is there only for its error."""
    return schema.get("not") == {}


def shown(default: object) -> str:
    """Return a default as YAML; nothing where it is empty."""
    if default in ({}, []) or default == "":
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def load_reference() -> Reference:
    """Return the reference of the schema as it is now."""
    return Reference(json.loads(SCHEMA_FILE.read_text("utf-8")))


def renew(page: str, reference: Reference) -> str:
    """Return the page with its tables written anew."""
    return MARKED.sub(lambda found: found[1] + reference.table(found[2]) + found[4], page)


if __name__ == "__main__":
    PAGE.write_text(renew(PAGE.read_text("utf-8"), load_reference()), "utf-8")
