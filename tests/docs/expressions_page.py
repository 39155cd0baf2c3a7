"""docs/expressions.md: what surrounds the table of functions, and the table.

`python -m tests.docs.expressions_page` writes it; a test compares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jido_cli.core.cel.library import MACROS, OPERATOR_FORMS, TABLE
from jido_cli.core.cel.signatures import Example, Form, Function

FILE = Path(__file__).parents[2] / "docs" / "expressions.md"
KINDS = ("int", "double", "string", "timestamp", "duration")
MANY = 8
INTRODUCTION = """\
# Expressions

The values of a topology file are computed in CEL, the Common Expression Language that Kubernetes
uses too: no side effects, and every expression ends. A string that is exactly one `${{ ... }}`
keeps the type of its value; inside longer text the value is written into it; anything else is
literal. `when`, `require` and `check` are the same language without the braces.

Where expressions may stand, and what they see there, is told in the
[topology reference](topology-reference.md#expressions). Their types come from the schemas: a
misspelt member, or a sum of a text and a number, is an error of the file, with line and column.

## Values

| kind | is | as a result |
| --- | --- | --- |
| `int`, `double` | a whole number of 64 bits; a decimal. They do not mix: `double(x)` | a number |
| `string`, `bool`, `null` | as in JSON | the same |
| `list(T)`, `map(string, V)` | as in JSON; keys are text, and keep their order | the same |
| `timestamp`, `duration` | a point in time, a length of time | RFC 3339 text; text such as `"5s"` |
| `bytes` | written `b'...'` | base64 |
| `optional(T)` | a value that may be absent | an error: end it with `.orValue(x)` |
| `type` | what `type(x)` gives | an error: compare it |
| `dyn` | a value whose kind is looked at when the expression runs | what it is |

To read a member that is absent is an error, never a default: ask with `has(a.b)` first, or write
`a.?b.orValue(x)`. A null is present. A failing expression (a missing key, an overflow, a division
by zero) fails its command and tells its place.

One evaluation may take 10,000 iterations, for which functions pay too: 64 elements or 4,096
characters that are touched count as one. It may make 4 MiB of text, and a result of 100,000
parts. To run out is an error that `||`, `&&`, `all` and `exists` do not absorb.

Of CEL are left out: unsigned integers, message literals, map keys that are not text, macros with
two variables. An expression may hold 32 operations in one another, and check to 64 KiB. There is
no function that tells the time: the time of the command is `ctx.now`.
"""
NOTE = """\
In signatures `T` and `V` stand for any one type, and `K` for one of the kinds that are named. A
value before the dot may also be `dyn`.
"""


def expressions_page() -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION, "## Operators", "\n".join(_forms(OPERATOR_FORMS))]
    parts += ["## Macros", "\n".join(_forms(MACROS)), "## Functions", NOTE]
    for title, rows in TABLE.items():
        parts += [f"### {title}", "\n".join(_functions(rows))]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _forms(forms: Iterable[Form]) -> Iterator[str]:
    yield "| written | gives | for example |"
    yield "| --- | --- | --- |"
    for form in forms:
        yield f"| {_code(form.usage)} | {form.meaning} | {_examples(form.examples)} |"


def _functions(rows: Iterable[Function]) -> Iterator[str]:
    yield "| function | gives | for example |"
    yield "| --- | --- | --- |"
    for row in rows:
        signatures = "<br>".join(map(_code, _collapsed(row.signatures)))
        yield f"| {signatures} | {row.meaning} | {_examples(row.examples)} |"


def _collapsed(signatures: tuple[str, ...]) -> Iterator[str]:
    """Give signatures; where there are many, those that differ in one kind only as one."""
    if len(signatures) <= MANY:
        yield from signatures
        return
    kinds: dict[str, list[str]] = {}
    for text in signatures:
        kind = next((each for each in KINDS if re.search(rf"\b{each}\b", text)), "")
        kinds.setdefault(re.sub(rf"\b{kind}\b", "K", text) if kind else text, []).append(kind)
    for text, found in kinds.items():
        yield f"{text}, K: {' '.join(found)}" if len(found) > 1 else text


def _examples(examples: Iterable[Example]) -> str:
    return "<br>".join(
        f"{_code(text)} → {_code(json.dumps(value, ensure_ascii=False))}"
        for text, value in examples
    )


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


if __name__ == "__main__":
    FILE.write_text(expressions_page(), encoding="utf-8")
