"""The page of rules is the text of the rules."""

from __future__ import annotations

from tests.docs.rules_page import FILE, rules_page


def test_the_page_of_rules_is_what_the_rules_say():
    assert FILE.read_text("utf-8") == rules_page(), "run: make docs"
