"""How findings are printed, as drawn."""

from __future__ import annotations

import json

from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.report import render, to_dict, visible

SHOP = "\n" * 39 + "    max_restarts: 1000\n\n\n\n      - {id: inventory, agent: inventroy}\n"


def storm() -> Diagnostic:
    return Diagnostic(
        file="topologies/shop.yaml",
        line=40,
        column=19,
        end_line=40,
        end_column=23,
        code="JD301",
        name="restart-storm",
        message="1,000 restarts in 5s: pipeline never gives up",
        notes=("200 restarts a second at the worst, 3 nodes each time",),
        hint="OTP's default is 3 in 5s; use `backoff` to wait between restarts",
    )


def unknown_agent() -> Diagnostic:
    return Diagnostic(
        file="topologies/shop.yaml",
        line=44,
        column=32,
        end_line=44,
        end_column=41,
        code="JD201",
        name="unknown-agent",
        message="agent 'inventroy' is not declared",
        hint="did you mean 'inventory'? it is declared at line 17",
    )


def test_findings_are_printed_as_drawn() -> None:
    assert render([storm(), unknown_agent()], SHOP) == (
        "topologies/shop.yaml:40:19: error: 1,000 restarts in 5s: pipeline never gives up"
        " [JD301 restart-storm]\n"
        "   |\n"
        "40 |     max_restarts: 1000\n"
        "   |                   ^^^^\n"
        "   = 200 restarts a second at the worst, 3 nodes each time\n"
        "   = help: OTP's default is 3 in 5s; use `backoff` to wait between restarts\n"
        "\n"
        "topologies/shop.yaml:44:32: error: agent 'inventroy' is not declared"
        " [JD201 unknown-agent]\n"
        "   |\n"
        "44 |       - {id: inventory, agent: inventroy}\n"
        "   |                                ^^^^^^^^^\n"
        "   = help: did you mean 'inventory'? it is declared at line 17"
    )


def test_a_finding_on_one_line_says_place_fact_hint_and_code() -> None:
    assert str(unknown_agent()) == (
        "topologies/shop.yaml:44:32: error: agent 'inventroy' is not declared;"
        " did you mean 'inventory'? it is declared at line 17 [JD201 unknown-agent]"
    )


def test_the_json_form_has_the_same_fields() -> None:
    got = to_dict(storm())
    assert json.loads(json.dumps(got)) == {
        "file": "topologies/shop.yaml",
        "line": 40,
        "column": 19,
        "end_line": 40,
        "end_column": 23,
        "severity": "error",
        "code": "JD301",
        "name": "restart-storm",
        "message": "1,000 restarts in 5s: pipeline never gives up",
        "hint": "OTP's default is 3 in 5s; use `backoff` to wait between restarts",
        "notes": ["200 restarts a second at the worst, 3 nodes each time"],
    }


def excerpt(content: str, column: int, end_column: int) -> list[str]:
    found = Diagnostic("t.yaml", 1, column, 1, end_column, "JD1", "x", "fact")
    return render([found], content).split("\n")[2:]


def test_a_terminal_does_not_obey_what_stands_in_a_file() -> None:
    line = "a: \x1b]52;c;x\x07\u202eevil\t:"
    assert excerpt(line, 4, 5) == [
        "1 | a: \\x1b]52;c;x\\x07\\u202eevil :",
        "  |    ^^^^",
    ]


def test_wide_characters_do_not_move_the_caret() -> None:
    assert excerpt("名前: x", 5, 6) == ["1 | 名前: x", "  |       ^"]


def test_a_long_line_is_cut_around_the_caret() -> None:
    shown, caret = excerpt("a" * 500 + "b" + "c" * 500, 501, 502)
    assert shown.startswith("1 | …aaa")
    assert shown.endswith("ccc…")
    assert len(shown) < 140
    assert shown[caret.index("^")] == "b"


def test_a_stretch_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    found = Diagnostic("t.yaml", 1, 4, 3, 2, "JD1", "x", "fact")
    assert render([found], "a: [1,  \n2\n]\n").split("\n")[3] == "  |    ^^^"


def test_without_the_text_there_is_no_excerpt() -> None:
    assert render([storm()], {"other.yaml": "x"}).count("\n") == 2


def test_texts_are_found_by_the_name_of_the_file() -> None:
    assert "40 |     max_restarts: 1000" in render([storm()], {"topologies/shop.yaml": SHOP})


def test_plain_text_stays_as_it_is() -> None:
    assert visible("größer → 5") == "größer → 5"
    assert visible("\udcff\u2028\U000e0001") == "\\udcff\\u2028\\U000e0001"
