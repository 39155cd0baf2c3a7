"""The pages keep to the house's voice, and every word of the code is in the glossary."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from jido_cli.core.directive_types import directive_types
from jido_cli.supervision.specs import Restart, Strategy
from tests.docs.pages import PAGES, prose

NOT_SAID = (
    *("please", "sorry", "oops", "successfully", "simply", "unable to", "easily", "dies", "died"),
)


@pytest.mark.parametrize("page", PAGES)
def test_words_that_the_house_does_not_use(page: str):
    text = prose(page).lower()
    assert [word for word in NOT_SAID if re.search(rf"\b{word}\b", text)] == []
    assert re.findall(r"\w!(?!\[)", re.sub(r"`[^`]*`", "", text)) == []


def test_the_glossary_is_in_order_and_says_each_word_once():
    words = re.findall(r"^\| ([a-z][^|]*?) \|", PAGES["docs/glossary.md"], re.MULTILINE)[1:]
    assert words == sorted(set(words))


def test_strategies_and_restart_types_are_in_the_glossary():
    glossary = PAGES["docs/glossary.md"]
    words = [*get_args(Strategy), *get_args(Restart)]
    assert [word for word in words if f"`{word}`" not in glossary] == []


def test_every_directive_is_described():
    page = PAGES["docs/python-actions.md"]
    names = [
        kind.__name__
        for kind in directive_types().values()
        if kind.__module__ == "jido_cli.core.directives"
    ]
    assert [name for name in names if f"`{name}(" not in page] == []
