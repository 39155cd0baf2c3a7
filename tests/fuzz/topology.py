"""Load broken topologies for a while: each ends soon, with findings or a topology, never otherwise.

`python -m tests.fuzz.topology --seconds 60`; `--seed` repeats a run, `--file` loads one input that
a run has left behind.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jido_cli.topology.load import LoadResult, load_text
from jido_cli.topology.report import render, to_dict
from jido_cli.topology.schema_file import schema
from jido_cli.topology.var_sources import VarSources

ROOT = Path(__file__).parents[2]
VALID = [
    *sorted((ROOT / "tests" / "topology" / "valid").glob("*.yaml")),
    *sorted((ROOT / "topologies").glob("*.yaml")),
]
BROKEN = sorted((ROOT / "tests" / "topology" / "cases").glob("*.yaml"))
MOST_SECONDS = 5.0
PIECES = [
    *("null", "true", "3", "-1", "1.5", "1e400", "''", "[]", "{}", "[1, {a: 2}]", "{a: {b: c}}"),
    *("5s", "infinity", "one_for_one", "dynamic", "${{ vars.n }}", "${{ state.count + 1 }}", "${{"),
    *("}}", "${{ {'a': [1]}.a }}", "${{ replica.index }}", "${{ 1 / 0 }}", "*x", "&x a", "!t x"),
    *("<<: *x", "\t", "\x00", "\u2028", "é", "\U0001f600", "'", '"', "#", " #", "|", ">", "%", "@"),
    *("replicas: 100000", "replicas: '${{ vars.n }}'", "include: [main.yaml]", "$ref: '#'", "\r\n"),
    *("children:", "template:", "- ", ": ", ", ", "do: increment", "when: state.count > 0", "---"),
    *("{type: integer}", "{type: [a]}", "{$ref: x.json}", "uniqueItems: true", "pattern: '(a+)+$'"),
]


def main() -> int:
    """Fuzz; return 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.file is not None:
        text = options.file.read_bytes().decode("utf-8", "surrogateescape")
        print(render(tried(text).diagnostics, text))
        return 0
    return fuzz(options.seed, options.seconds)


def fuzz(seed: int, seconds: float, *, left_behind: Path = Path("fuzz-input.yaml")) -> int:
    """Load random inputs until the time is over; the first that fails is left in a file."""
    chance = random.Random(seed)
    codes: Counter[str] = Counter()
    slowest, count, end = 0.0, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        text = chance.choice(MAKERS)(chance)
        began = time.monotonic()
        try:
            found = tried(text).diagnostics
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            left_behind.write_bytes(text.encode("utf-8", "surrogateescape"))
            traceback.print_exc()
            print(f"seed {seed}, input {count}: left in {left_behind}", file=sys.stderr)
            return 1
        codes.update(each.code for each in found)
        took, count = time.monotonic() - began, count + 1
        slowest = max(slowest, took)
        if took > MOST_SECONDS:
            left_behind.write_bytes(text.encode("utf-8", "surrogateescape"))
            print(f"seed {seed}, input {count} took {took:.1f}s: left in {left_behind}")
            return 1
    print(f"seed {seed}: {count} inputs, slowest {slowest:.2f}s, {len(codes)} codes: {dict(codes)}")
    return 0


def tried(text: str) -> LoadResult:
    """Load one input as lint does and as up does, and hold the results to what always holds."""
    path = ROOT / "tests" / "topology" / "valid" / "fuzzed.yaml"
    looked_at = load_text(text, path, values=VarSources(may_assume=True), as_part=True)
    result = load_text(text, path, values=VarSources(environ={"MORE_KEY": "x"}))
    assert (result.topology is None) == bool(result.diagnostics)
    assert result.diagnostics or not looked_at.diagnostics
    rendered = render(result.diagnostics, result.texts)
    assert all(each.isprintable() or each.isspace() for each in rendered)
    for found in result.diagnostics:
        assert json.loads(json.dumps(to_dict(found)))["code"] == found.code
        assert (found.end_line, found.end_column) >= (found.line, found.column) >= (1, 1)
    return result


def source(chance: random.Random) -> str:
    files = VALID if chance.random() < 0.8 else BROKEN
    return chance.choice(files).read_bytes().decode("utf-8", "surrogateescape")


def mutated(chance: random.Random) -> str:
    """A file in which a few stretches are replaced, doubled or taken out."""
    text = source(chance)
    for _ in range(chance.randint(1, 5)):
        start = chance.randint(0, len(text))
        length = chance.choice([0, 0, 1, 2, 5, 20, 80])
        piece = chance.choice(PIECES) if chance.random() < 0.8 else text[start : start + 40]
        text = text[:start] + piece + text[start + length :]
    return text


def reworded(chance: random.Random) -> str:
    """A file in which whole words, and so keys and values, are exchanged."""
    words = source(chance).split(" ")
    for _ in range(chance.randint(1, 6)):
        index = chance.randrange(len(words))
        words[index] = chance.choice(PIECES) if chance.random() < 0.5 else chance.choice(words)
    return " ".join(words)


def reshaped(chance: random.Random) -> str:
    """A document of the format's keys with values of any shape."""
    properties = schema()["properties"]
    document = {"jido": "v1", "name": "fuzzed"}
    for key in chance.sample(sorted(properties), chance.randint(2, 9)):
        document[key] = example(chance, properties[key], 0)
    return json.dumps(document)


def example(chance: random.Random, node: dict[str, Any], depth: int) -> Any:
    """Return a value that suits a node of the schema, or one that does not."""
    if chance.random() < 0.08 or depth > 9:
        return anything(chance, 0)
    if "$ref" in node:
        return example(chance, schema()["$defs"][node["$ref"].rpartition("/")[2]], depth + 1)
    for key in ("anyOf", "oneOf"):
        if key in node and "type" not in node:
            return example(chance, chance.choice(node[key]), depth + 1)
    if "if" in node:
        return example(chance, node[chance.choice(["then", "else"])], depth + 1)
    if node.get("examples") and chance.random() < 0.4:
        return chance.choice(node["examples"])
    if "enum" in node:
        return chance.choice(node["enum"])
    match node.get("type"):
        case "object":
            known = node.get("properties", {})
            names = [*chance.sample(sorted(known), min(len(known), chance.randint(0, 5)))]
            made = {name: example(chance, known[name], depth + 1) for name in names}
            extra = node.get("additionalProperties")
            if isinstance(extra, dict):
                for name in chance.sample(["a", "b", "a.b", "count", "x-y", "*"], 2):
                    made[name] = example(chance, extra, depth + 1)
            return made
        case "array":
            items = node.get("items", {})
            return [example(chance, items, depth + 1) for _ in range(chance.randint(0, 3))]
        case "integer":
            return chance.choice([0, 1, 2, 5, -1, 10**9])
        case "boolean":
            return chance.random() < 0.5
        case _:
            return chance.choice(["a", "a.b", "count", "5s", "1", *PIECES])


def anything(chance: random.Random, depth: int) -> Any:
    kind = chance.randint(0, 7 if depth < 4 else 5)
    match kind:
        case 0:
            return None
        case 1:
            return chance.random() < 0.5
        case 2:
            return chance.randint(-5, 5)
        case 3:
            return chance.choice([0.5, 1e300, -2.5])
        case 4 | 5:
            return chance.choice(PIECES)
        case 6:
            return [anything(chance, depth + 1) for _ in range(chance.randint(0, 3))]
        case _:
            keys = ["a", "type", "id", "agent", "children", "set", chance.choice(PIECES)]
            return {key: anything(chance, depth + 1) for key in chance.sample(keys, 3)}


def grown(chance: random.Random) -> str:
    """Something small, many times, where it might multiply."""
    count = chance.choice([10, 100, 1000, 20_000])
    deep = min(count, 300)
    kinds = [
        "a: " + "[" * deep + "]" * deep,
        "a: " + "{a: " * deep + "1" + "}" * deep,
        "a: &a [1]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(deep)),
        "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
        "x: '" + "${{ 1 }}" * count + "'",
        "x: '${{ " + "(" * deep + "1" + ")" * deep + " }}'",
        "x: '${{ " + " + ".join(["1"] * deep) + " }}'",
        "".join(f"key{n}: 1\n" for n in range(count)),
        "vars: {n: {type: integer, default: 3}}\nx: ["
        + "'${{ vars.n }}', " * min(count, 2000)
        + "1]",
    ]
    lines = chance.choice(VALID).read_text(encoding="utf-8").split("\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(kinds))
    return "\n".join(lines)


def noise(chance: random.Random) -> str:
    """Random bytes, and random characters."""
    if chance.random() < 0.5:
        return chance.randbytes(chance.randint(0, 400)).decode("utf-8", "surrogateescape")
    alphabet = "ab:-{}[]'\"#&*!|>%@` \n\t$,?0\x00\x7f\x85\u2028\ufeffé"
    return "".join(chance.choices(alphabet, k=chance.randint(0, 300)))


MAKERS: list[Callable[[random.Random], str]] = [mutated, reworded, reshaped, grown, noise]


if __name__ == "__main__":
    sys.exit(main())
