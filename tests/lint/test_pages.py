"""Every code has a page, and what the pages show is so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from jido_cli.lint import registry
from jido_cli.lint.judge import judge
from jido_cli.lint.pages import TOPOLOGY, Page, codes, page
from jido_cli.topology.report import render
from jido_cli.topology.rules import RULES
from tests.lint.loading import lint_load

# What cannot be shown in a file: it is about values from outside, or about no file at all.
NOT_SHOWN = {"JD115", "JD120", "JD121", "JD122", "JD508"}


def found_in(files: Mapping[str, str], folder: Path) -> tuple[set[str], str]:
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    result = lint_load(folder / TOPOLOGY)
    findings = judge(result).findings
    return {each.code for each in findings}, render(findings, result.texts)


def all_pages() -> list[Page]:
    return [page(code) for code in codes()]


def test_there_is_a_page_for_every_code():
    rules = [*RULES, *(module.RULE for module in registry.MODULES)]
    assert list(codes()) == sorted(rule.code for rule in rules)
    assert [(each.code, each.name) for each in all_pages()] == sorted(
        (rule.code, rule.name) for rule in rules
    )


def test_codes_and_names_are_never_given_twice():
    names = [each.name for each in all_pages()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("each", all_pages(), ids=lambda each: each.code)
def test_a_page_says_all_that_it_should(each: Page):
    assert each.summary.endswith(".")
    assert each.why
    assert each.fix
    assert each.good[TOPOLOGY].startswith("jido: v1\n")


@pytest.mark.parametrize("each", all_pages(), ids=lambda each: each.code)
def test_the_wrong_example_breaks_the_rule(each: Page, tmp_path: Path):
    if each.code in NOT_SHOWN:
        return
    found, told = found_in(each.bad, tmp_path)
    assert found - {"JD402"} == {each.code} - {"JD402"}, told
    assert each.code in found


@pytest.mark.parametrize("each", all_pages(), ids=lambda each: each.code)
def test_the_right_example_breaks_no_rule(each: Page, tmp_path: Path):
    found, told = found_in(each.good, tmp_path)
    assert found == set(), told


def test_a_page_is_found_by_its_name_too():
    assert page("restart-storm") == page("JD301") == page("jd301")


def test_an_unknown_code_has_no_page():
    with pytest.raises(KeyError):
        page("JD999")
