"""The YAML and the Python in the pages load and run."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.topology.load import load
from tests.docs.pages import ROOT, Block, blocks


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_blocks_are_topologies(block: Block, tmp_path: Path):
    head = "" if "jido: v1" in block.text else "jido: v1\nname: page\n"
    file = tmp_path / "page.yaml"
    file.write_text(head + block.text, "utf-8")
    result = load(file)
    assert [(one.line, one.message) for one in result.diagnostics] == []


def test_the_readme_shows_the_example_as_it_is():
    [shown] = [block for block in blocks("yaml") if block.page == "README.md"]
    example = (ROOT / "topologies" / "counter.yaml").read_text("utf-8")
    without_scenarios = example.partition("\nscenarios:")[0]
    assert shown.text == without_scenarios.partition("\n")[2]


@pytest.mark.parametrize("page", sorted({block.page for block in blocks("python")}))
def test_python_blocks_run_in_their_order(page: str):
    scope: dict[str, object] = {"__name__": "page"}
    for block in blocks("python"):
        if block.page == page:
            exec(compile(block.text, str(block), "exec"), scope)
