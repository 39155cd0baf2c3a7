"""Files as users write them: what is there already loads, the rest is only not available yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.topology.load import LoadResult, load
from jido_cli.topology.report import render
from jido_cli.topology.rules import NOT_AVAILABLE
from jido_cli.topology.var_sources import VarSources

HERE = Path(__file__).parent / "examples"
FILES = sorted(HERE.rglob("*.yaml"))
SECRETS = ("LLM_API_KEY", "SLACK_HOOK", "APPROVAL_TOKEN", "GITHUB_WEBHOOK_SECRET")
WHOLE = {"01-counter", "08-schedule-retry", "04-demand-auto-decay", "07-signal-routing"}


def loaded(file: Path) -> LoadResult:
    values = VarSources(environ=dict.fromkeys(SECRETS, "x"))
    return load(file, values=values, as_part=True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_files_of_users_hold_nothing_that_is_wrong(file: Path) -> None:
    result = loaded(file)
    others = [each for each in result.diagnostics if each.code != NOT_AVAILABLE.code]
    assert render(others, result.texts) == ""
    assert (result.topology is not None) == (file.stem in WHOLE)


def test_there_are_all_of_them() -> None:
    assert len(FILES) == 23
    assert {file.stem for file in FILES} > WHOLE


# Keys of later days stand in lines of their own in these files: without them the rest must load.
RESERVED_AT_THE_TOP = ("invariants", "quotas", "targets", "store")


@pytest.mark.parametrize(
    "name",
    ["01-counter", "03-demand-tracker", "16-simulation", "09-hierarchy", "08-schedule-retry"],
)
def test_without_the_keys_of_later_days_a_file_loads(name: str, tmp_path: Path) -> None:
    lines = []
    is_kept = True
    for line in (HERE / f"{name}.yaml").read_text(encoding="utf-8").split("\n"):
        if line[:1].isalpha():
            is_kept = not line.startswith(RESERVED_AT_THE_TOP)
        if is_kept:
            lines.append(line)
    text = "\n".join(lines)
    for later in (", persist: checkpoint", ", persist: journal", ", overlap: skip, catch_up: once"):
        text = text.replace(later, "")
    text = text.replace("{child: ", "{agent: ")
    file = tmp_path / "t.yaml"
    file.write_text(text, encoding="utf-8")
    result = load(file)
    assert render(result.diagnostics, result.texts) == ""
    assert result.topology is not None
