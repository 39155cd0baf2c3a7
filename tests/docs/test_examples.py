"""docs/examples.md names every example, once, and nothing else."""

from __future__ import annotations

import re

from tests.acceptance.examples import NAMES, ROOT

PAGE = ROOT / "docs" / "examples.md"
ROW = re.compile(r"^\| \[([a-z-]+)\]\(\.\./topologies/([a-z-]+)\.yaml\) \| \S.* \| \S.* \|$", re.M)


def test_the_tables_name_every_example_once():
    rows = ROW.findall(PAGE.read_text())
    assert sorted(name for name, _ in rows) == NAMES
    assert [shown for shown, _ in rows] == [file for _, file in rows]
