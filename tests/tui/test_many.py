"""What is said of many: counts with commas, names with how many more there are."""

from __future__ import annotations

from typing import Any

from jido_cli.tui.model.tree import TreeModel
from jido_cli.tui.view.header import HeaderFace, header_line, words_lines
from jido_cli.tui.view.questions import question
from jido_cli.tui.view.state_parts import names
from tests.tui import scripted
from tests.tui.desks import opened
from tests.tui.scripted import NOW


def header(width: int = 120, **more: Any) -> str:
    face = {"name": "shop", "uptime_s": 8.0, "rate": 1.2, "restarts": 1, "revision": 31}
    return header_line(HeaderFace(**{"counts": {"running": 3001}, **face, **more}), width).plain


def crowd(number: int) -> scripted.ScriptedEngine:
    engine = scripted.ScriptedEngine()
    root, base = engine.answer["nodes"][:2]
    workers = [base | {"path": f"root/w{at}", "id": f"w{at}"} for at in range(number)]
    engine.answer |= {"nodes": [root, *workers], "counts": {"running": number + 1}}
    engine.tree = lambda: engine.answer  # type: ignore[method-assign]
    return engine


def test_the_header_counts_with_commas():
    assert "● all 3,001 running" in header()
    assert "× 1,500 failed, 3,001 running" in header(counts={"running": 3001, "failed": 1500})
    assert "× the loop is held, 3,001 running" in header(stalled=True)
    assert "× 1 hung, 3,000 running" in header(counts={"running": 3000, "hung": 1})
    assert "1 signal/s   1 restart   rev 31" in header()


def test_words_count_with_commas_and_keep_them_whole():
    counts = {"running": 3001, "failed": 1500, "stopped": 1}
    face = HeaderFace("shop", counts, 8.0, 0.0, 1, 31)
    lines = [line.plain for line in words_lines(face, (), 40, 8, NOW)]
    assert lines[:2] == ["shop × 1,500 failed", "3,001 running"]


def test_of_many_names_the_first_are_told_and_how_many_more():
    paths = [f"root/w{number}" for number in range(3000)]
    assert names(paths[:2]) == "w0, w1"
    assert names(paths, most=3) == "w0, w1 and 2,998 others"
    assert names(paths, most=1) == "3,000 nodes"
    assert names([]) == "nothing"


def test_what_a_question_takes_with_it_is_counted_however_long_the_names():
    tree = TreeModel()
    answer = crowd(3000).answer
    long = [
        node | {"path": f"root/{'long' * 12}{at}", "id": f"{'long' * 12}{at}"}
        for at, node in enumerate(answer["nodes"][1:])
    ]
    for nodes, last in ((answer["nodes"][1:], "and 2,985 others"), (long, "3,000 nodes")):
        tree.update(answer | {"nodes": [answer["nodes"][0], *nodes]}, NOW)
        asked = question("stop", tree, tree.nodes["root"], None, "jido stop root")
        assert any(last in line.plain for line in asked.body)


async def test_the_boundary_of_a_crowd_leaves_room_for_what_else_there_is_to_know():
    async with opened((80, 24), handle=crowd(3000)) as desk:
        assert desk.shows("● all 3,001 running") and desk.shows("3,000 nodes below it")
        assert desk.shows("and 2,996 others") and desk.shows("gives up → engine ends")
    async with opened((120, 36), handle=crowd(3000)) as desk:
        assert desk.shows("w13, w14 and") and desk.shows("2,985 others")
        await desk.press("2", "G")
        assert desk.shows("and 2,992 others") and desk.shows("everything stops, the")
