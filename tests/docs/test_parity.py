"""The page of parity names tests that are there."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "jido-parity.md"
ROWS = [line.split("|") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
FEATURES = [[cell.strip() for cell in row[1:-1]] for row in ROWS]
FEATURES = [row for row in FEATURES if row[0] not in ("Jido", "---")]


@pytest.mark.parametrize("row", FEATURES, ids=lambda row: row[0][:40])
def test_a_feature_names_its_test_or_what_it_waits_for(row: list[str]):
    assert len(row) == 4
    feature, here, word, test = row
    assert word in ("same", "other", "open"), feature
    assert here
    named = re.fullmatch(r"`(tests/[a-z_/]+\.py)(?:::(test_\w+))?`", test)
    if named is None:
        assert word == "open", f"{feature}: {test}"
        return
    source = (ROOT / named[1]).read_text("utf-8")
    if named[2]:
        assert f"def {named[2]}(" in source


def test_every_row_of_the_reference_is_there():
    assert len(FEATURES) >= 60
