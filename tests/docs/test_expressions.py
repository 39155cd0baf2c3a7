"""The page of expressions is what the table of functions says."""

from __future__ import annotations

from tests.docs.expressions_page import FILE, expressions_page


def test_the_page_of_expressions_is_what_the_table_says():
    assert FILE.read_text("utf-8") == expressions_page(), "run: make docs"
