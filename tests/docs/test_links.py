"""Relative links lead to files and headings that exist."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, prose

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page: str):
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        path = ((ROOT / page).parent / file).resolve() if file else ROOT / page
        is_there = path.exists() and path.is_relative_to(ROOT)
        if not is_there or (anchor and anchor not in anchors(str(path.relative_to(ROOT)))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_every_page_can_be_reached_from_the_index(page: str):
    name = page.removeprefix("docs/")
    assert name == "index.md" or f"]({name})" in PAGES["docs/index.md"]


@pytest.mark.parametrize("page", PAGES)
def test_lines_fit_a_screen(page: str):
    long = [line for line in prose(page).splitlines() if len(line) > 120 and "|" not in line]
    assert long == []
