"""Small questions about nodes of the format's schema, asked while a document is walked.

Pure functions on schema nodes and words; nothing is reported here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

Node = Mapping[str, Any]

LATER_GROUP_KEYS: Final = frozenset(
    (
        *("service", "process", "mcp", "ingress"),
        "target",
        *("post", "kill_engine", "start_engine", "random", "load"),
    )
)


def item_label(word: str, value: object) -> str:
    """Name an item by its id where it has one."""
    item_id = value.get("id") if isinstance(value, dict) else None
    return f"{word} {item_id!r}" if isinstance(item_id, str) else word


def has_type(value: object, wanted: str) -> bool:
    """Tell whether a value has a type of JSON Schema."""
    match wanted:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, dict)
        case _:
            return isinstance(value, list)


def keys_of(group: Node) -> list[str]:
    """Return the keys that a group of `required` names, alternatives included."""
    if "anyOf" in group:
        return [key for below in group["anyOf"] for key in keys_of(below)]
    return list(group["required"])


def holds(group: Node, present: Collection[str]) -> bool:
    """Tell whether the keys that a group requires are there."""
    if "anyOf" in group:
        return any(holds(below, present) for below in group["anyOf"])
    return all(key in present for key in group["required"])


def matches(pattern: str, value: str) -> bool:
    """Match as JSON Schema does, but let `$` mean the very end."""
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is not None


def joined(words: Sequence[str], last: str = "and", *, quote: bool = True) -> str:
    """Return words in a row, the last one after a word of its own."""
    shown_words = [repr(word) for word in words] if quote else list(words)
    if len(shown_words) < 2:
        return "".join(shown_words)
    return f"{', '.join(shown_words[:-1])} {last} {shown_words[-1]}"


def example_hint(node: Node, missing: Sequence[str]) -> str | None:
    """Show how a missing key is written, where one word shows it."""
    examples = node.get("properties", {}).get(missing[0], {}).get("examples")
    if not examples or isinstance(examples[0], dict | list):
        return None
    return f"for example {missing[0]}: {examples[0]}"
