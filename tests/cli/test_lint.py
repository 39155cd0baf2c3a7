"""`jido lint`, `explain` and `schema`: what they print and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jido_cli.lint.pages import codes
from jido_cli.topology.schema_file import schema
from tests.cli.fakes import jido

CLEAN = """\
jido: v1
name: clean
agents:
  desk: {state: {open: 0}, routes: {ticket.opened: {set: {open: "${{ state.open + 1 }}"}}}}
supervisor:
  children: [{agent: desk}]
"""
STORM = CLEAN.replace("supervisor:\n", "supervisor:\n  max_restarts: 1000\n")
UNHEARD = CLEAN.replace('+ 1 }}"}}', '+ 1 }}"}, emit: {type: ticket.filed}}')
IGNORED = UNHEARD.replace("filed}}}}", "filed}}}}  # jido: ignore[JD402] a mail goes out")
SHOP = """\
jido: v1
name: shop
actions:
  order: {emit: {type: stock.wanted}}
  reserve:
    set: {left: "${{ state.left - 1 }}"}
    emit:
      - type: stock.reserved
      - type: stock.lost
  label: {set: {printed: "${{ state.printed + 1 }}"}}
agents:
  orders: {routes: {order.placed: order}}
  inventory: {state: {left: 5}, routes: {stock.wanted: reserve}}
  shipping: {state: {printed: 0}, routes: {stock.reserved: label}}
supervisor:
  children:
    - id: pipeline
      strategy: rest_for_one
      max_restarts: 1000
      children:
        - {id: orders, agent: orders}
        - {id: inventory, agent: inventroy}
        - {id: shipping, agent: shipping}
"""
DRAWN = """\
shop.yaml:9:15: warning: signal 'stock.lost' is emitted, nothing takes it [JD402 unheard-signal]
  |
9 |       - type: stock.lost
  |               ^^^^^^^^^^
  = help: route it, or say so: # jido: ignore[JD402] reason

shop.yaml:19:21: error: 1,000 restarts in 5s: pipeline never gives up [JD301 restart-storm]
   |
19 |       max_restarts: 1000
   |                     ^^^^
   = 200 restarts a second at the worst, 3 nodes each time
   = the bound is 20 a second, or 20 in all
   = help: OTP's default is 3 in 5s; use `backoff` to wait between restarts

shop.yaml:22:34: error: agent 'inventroy' is not declared [JD201 unknown-agent]
   |
22 |         - {id: inventory, agent: inventroy}
   |                                  ^^^^^^^^^
   = help: did you mean 'inventory'? it is declared at line 13

"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)


def test_findings_are_drawn_and_summed_up(folder: Path):
    write(folder, shop=SHOP, clean=CLEAN)
    done = jido("lint")
    assert done.exit_code == 1
    assert done.stdout.startswith(DRAWN)
    *_, counts, more = done.stdout.splitlines()
    assert counts.startswith("3 findings in 1 of 2 files: 2 errors, 1 warning (")
    assert more == "more on a rule: jido explain JD301"


def test_a_clean_folder_is_one_line_and_exit_0(folder: Path):
    write(folder, one=CLEAN, two=CLEAN)
    done = jido("lint")
    assert done.exit_code == 0
    assert done.stdout.startswith("2 files, no findings (")
    assert len(done.stdout.splitlines()) == 1


def test_a_warning_alone_is_a_finding(folder: Path):
    write(folder, one=UNHEARD)
    done = jido("lint", "one.yaml")
    assert done.exit_code == 1
    assert "1 finding in 1 of 1 file: 1 warning (" in done.stdout


def test_what_is_ignored_is_counted(folder: Path):
    write(folder, one=IGNORED)
    done = jido("lint")
    assert done.exit_code == 0
    assert done.stdout.startswith("1 file, no findings, 1 ignored (")


def test_folders_are_searched_for_files_that_say_they_are_topologies(folder: Path):
    inner = folder / "deep" / "er"
    inner.mkdir(parents=True)
    (inner / "topology.yml").write_text(STORM)
    (inner / "compose.yaml").write_text("services: {web: {image: nginx}}\n")
    for hidden in (".venv", "node_modules"):
        (folder / hidden).mkdir()
        (folder / hidden / "topology.yaml").write_text(STORM)
    (folder / "link.yaml").symlink_to(inner / "topology.yml")
    write(folder, json='{"jido": "v1", "name": "one"}', text="a: |\n  jido: v1\n")
    found = json.loads(jido("lint", "--format", "json").stdout)
    assert found["summary"]["files"] == 2
    assert {each["file"] for each in found["diagnostics"]} == {"deep/er/topology.yml", "json.yaml"}


def test_a_file_that_is_named_is_linted_whatever_it_holds(folder: Path):
    write(folder, compose="services: {web: {image: nginx}}\n")
    done = jido("lint", "compose.yaml")
    assert done.exit_code == 1
    assert "JD105 unknown-key" in done.stdout


def test_a_file_that_is_named_twice_is_linted_once(folder: Path):
    write(folder, one=STORM)
    found = json.loads(jido("lint", "one.yaml", ".", "one.yaml", "--format", "json").stdout)
    assert found["summary"]["files"] == 1
    assert len(found["diagnostics"]) == 1


@pytest.mark.parametrize("path", ["nowhere.yaml", "empty"])
def test_where_nothing_is_to_be_linted_it_is_told(folder: Path, path: str):
    (folder / "empty").mkdir()
    done = jido("lint", path)
    assert done.exit_code == 3
    assert done.stderr.startswith(f"error: {path} ")


def test_json_has_every_field_of_a_finding_and_the_counts(folder: Path):
    write(folder, one=STORM)
    done = jido("lint", "--format", "json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["diagnostics"] == [
        {
            "file": "one.yaml",
            "line": 6,
            "column": 17,
            "end_line": 6,
            "end_column": 21,
            "severity": "error",
            "code": "JD301",
            "name": "restart-storm",
            "message": "1,000 restarts in 5s: root never gives up",
            "hint": "OTP's default is 3 in 5s; use `backoff` to wait between restarts",
            "notes": [
                "200 restarts a second at the worst, 1 node each time",
                "the bound is 20 a second, or 20 in all",
            ],
        }
    ]
    seconds = found["summary"].pop("seconds")
    assert seconds > 0
    assert found["summary"] == {
        "files": 1,
        "files_with_findings": 1,
        "findings": 1,
        "errors": 1,
        "warnings": 0,
        "ignored": 0,
        "parts": 0,
    }
    assert jido("lint", "--json").exit_code == 1


def test_github_gets_one_command_a_finding(folder: Path):
    (folder / "a,b:c%.yaml").write_text(STORM)
    done = jido("lint", "--format", "github", ".")
    assert done.exit_code == 1
    assert done.stdout == (
        "::error file=a%2Cb%3Ac%25.yaml,line=6,endLine=6,col=17,endColumn=21,"
        "title=JD301 restart-storm::1,000 restarts in 5s: root never gives up; "
        "OTP's default is 3 in 5s; use `backoff` to wait between restarts\n"
    )


@pytest.mark.parametrize("output", ["text", "json", "github"])
def test_what_stands_in_a_file_steers_no_terminal(folder: Path, output: str):
    name = 'agent: "a\\x1b]0;x\\a\\u202e::error::%0A"'
    write(folder, one=CLEAN.replace("agent: desk", name))
    text = jido("lint", "--format", output).stdout
    assert text
    assert not [sign for sign in text if sign != "\n" and not sign.isprintable()]


PART = """\
jido: v1
name: desk-part
signals: {ticket.opened: {external: true}, ticket.filed: {}}
agents:
  desk: {state: {open: 0}, routes: {ticket.opened: {set: {open: 1}, emit: {type: ticket.filed}}}}
  unused: {routes: {ticket.lost: {set: {open: 1}}}}
"""
WHOLE = """\
jido: v1
name: whole
include: [parts/desk.yaml]
supervisor:
  children: [{agent: desk}]
"""


def test_a_part_is_judged_for_itself_and_said_to_be_one(folder: Path):
    (folder / "parts").mkdir()
    write(folder / "parts", desk=PART)
    done = jido("lint", "parts/desk.yaml")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "parts/desk.yaml: a part, cannot be run"
    assert lines[1].startswith("1 file, no findings (")


def test_what_a_whole_finds_in_its_part_stands_there_and_is_told_once(folder: Path):
    (folder / "parts").mkdir()
    write(folder / "parts", desk=PART)
    write(folder, whole=WHOLE, other=WHOLE.replace("name: whole", "name: other"))
    done = jido("lint", "--format", "json")
    found = json.loads(done.stdout)
    assert [(each["file"], each["line"], each["code"]) for each in found["diagnostics"]] == [
        ("parts/desk.yaml", 5, "JD402"),
        ("parts/desk.yaml", 6, "JD212"),
    ]
    assert (found["summary"]["files"], found["summary"]["parts"]) == (3, 1)
    drawn = jido("lint", "whole.yaml").stdout
    assert "\n5 |   desk: {state: {open: 0}, " in drawn


def test_a_comment_in_a_part_counts_for_the_whole(folder: Path):
    (folder / "parts").mkdir()
    comment = "  # jido: ignore[JD402] a mail goes out\n"
    text = PART.replace("filed}}}}\n", f"filed}}}}}}}}{comment}").replace("  unused", "  x-unused")
    write(folder / "parts", desk=text)
    write(folder, whole=WHOLE)
    assert jido("lint").stdout.splitlines()[-1].startswith("2 files, no findings, 1 ignored (")


def test_vars_need_no_value_to_be_judged(folder: Path):
    vars_ = 'vars: {limit: {type: integer}}\nx-note: "${{ vars.limit }}"\nagents:'
    write(folder, one=CLEAN.replace("agents:", vars_))
    assert jido("lint").exit_code == 0
    wrong = vars_.replace("integer}", "integer, default: many}")
    write(folder, one=CLEAN.replace("agents:", wrong))
    assert "JD503 bad-default" in jido("lint").stdout


def test_an_unknown_format_is_a_mistake_in_the_command_line(folder: Path):
    write(folder, one=CLEAN)
    assert jido("lint", "--format", "xml").exit_code == 2


@pytest.mark.parametrize("code", codes())
def test_every_code_is_explained(code: str):
    done = jido("explain", code)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{code} ")
    assert "\nwhy: " in done.stdout
    assert "\nto mend it: " in done.stdout


def test_explain_knows_names_and_small_letters():
    assert jido("explain", "restart-storm").stdout == jido("explain", "jd301").stdout


def test_explain_lists_all_rules_when_none_is_named():
    lines = jido("explain").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(codes())


def test_explain_as_json_has_the_whole_page():
    page = json.loads(jido("explain", "JD301", "--json").stdout)
    assert page["name"] == "restart-storm"
    assert page["fail"]["topology.yaml"].startswith("jido: v1\n")


def test_explain_says_what_an_unknown_code_may_have_meant():
    done = jido("explain", "JD302x")
    assert done.exit_code == 3
    assert done.stderr.startswith("error: no rule 'JD302x'; did you mean 'JD302'?\n")


def test_the_schema_is_printed_as_it_is():
    assert json.loads(jido("schema").stdout) == schema()


def test_a_circle_of_links_is_a_finding_and_no_fault(folder: Path):
    (folder / "loop.yaml").symlink_to("loop.yaml")
    result = jido("lint", "loop.yaml")
    assert result.exit_code == 1
    assert "the file cannot be read: too many levels of symbolic links" in result.stdout


def test_an_empty_name_is_no_folder():
    result = jido("lint", "")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        3,
        "error: no file is named: the name is empty",
    )
