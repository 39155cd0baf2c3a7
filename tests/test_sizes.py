"""No room gets crowded: modules and functions stay within the house's sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULE = 400
FUNCTION = 60


def modules() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "jido_cli").rglob("*.py")):
        yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def test_no_module_is_longer_than_anybody_reads():
    sizes = {name: text.count("\n") for name, text in modules()}
    assert {name: size for name, size in sizes.items() if size > MODULE} == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name}:{node.lineno} {node.name}": size
        for name, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION
    }
    assert long == {}
