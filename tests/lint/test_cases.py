"""Files that break a rule, and files that do not, with what is said about them word for word.

`cases/<rule>/err/*.yaml` break the rule, `cases/<rule>/ok/*.yaml` are near to it and do not; each
has its `.out`. Python that they name lies beside them. `JIDO_UPDATE_CASES=1` writes what is said
now.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jido_cli.lint import registry
from jido_cli.lint.judge import Verdict, judge
from jido_cli.topology.report import render
from tests.lint.loading import lint_load

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*/*/*.yaml"))
BROKEN = [case for case in CASES if case.parent.name == "err"]
SOUND = [case for case in CASES if case.parent.name == "ok"]


def name_of(case: Path) -> str:
    return case.relative_to(FOLDER).as_posix()


def judged(case: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Verdict, str]:
    monkeypatch.chdir(case.parent)
    result = lint_load(case.name)
    verdict = judge(result)
    told = render(verdict.findings, result.texts)
    ignored = f"{verdict.ignored} ignored\n" if verdict.ignored else ""
    return verdict, f"{told}\n{ignored}" if told else ignored


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_file_is_judged_word_for_word(case: Path, monkeypatch: pytest.MonkeyPatch):
    _, got = judged(case, monkeypatch)
    golden = case.with_suffix(".out")
    if os.environ.get("JIDO_UPDATE_CASES"):
        golden.write_text(got, encoding="utf-8")
    assert got == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", BROKEN, ids=name_of)
def test_a_broken_file_breaks_its_rule_and_no_other(case: Path, monkeypatch: pytest.MonkeyPatch):
    verdict, told = judged(case, monkeypatch)
    assert {each.name for each in verdict.findings} == {case.parents[1].name}, told


@pytest.mark.parametrize("case", SOUND, ids=name_of)
def test_a_sound_file_breaks_no_rule(case: Path, monkeypatch: pytest.MonkeyPatch):
    verdict, told = judged(case, monkeypatch)
    assert verdict.findings == (), told


def test_every_rule_has_both_kinds_of_cases():
    have = {(case.parents[1].name, case.parent.name) for case in CASES}
    want = {(module.RULE.name, kind) for module in registry.MODULES for kind in ("err", "ok")}
    assert have == want
