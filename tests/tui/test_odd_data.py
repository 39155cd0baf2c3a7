"""Whatever an engine says is text: nothing of it steers the terminal, moves a column or crashes."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from tests.tui import scenes, scripted
from tests.tui.desks import Desk, opened
from tests.tui.scripted import NOW, directive, event

ODD = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "a\r\nb\tc\x00d",
    "[bold red]x[/] [link=file:///etc/passwd]y[/link]",
    "[@click=app.quit]quit[/]",
    "目を覚ます 👩‍👩‍👧 é e\u0301",
    "\u202ereversed\u202c",
    "\ud800 alone",
    "x" * 5000,
    "",
    "{{ 7 * 7 }} ${x} %s {0}",
)


def names() -> list[dict[str, Any]]:
    """Return a tree whose nodes are named by everything that is odd."""
    nodes = [scripted.tree()["nodes"][0]]
    for number, text in enumerate(ODD):
        name = text.replace("/", "|") or "empty"
        path = f"root/{number}{name}"
        base = scripted.tree()["nodes"][1]
        last = scenes.CRASH | {"at": NOW, "reason": text, "frame": text, "signal": text}
        nodes.append(base | {"path": path, "id": path[5:], "agent": text, "last_exit": last})
    return nodes


def is_square(desk: Desk) -> bool:
    """Return whether every line is as wide as the screen, and holds nothing that steers."""
    width = desk.app.size.width
    strips = desk.app.screen._compositor.render_strips()
    for strip in strips:
        text = "".join(segment.text for segment in strip)
        assert cell_len(text) == width, repr(text)
        assert text.isprintable(), repr(text)
    return True


def odd_engine() -> scripted.ScriptedEngine:
    engine = scripted.ScriptedEngine()
    engine.answer["nodes"] = names()
    engine.answer["counts"] = {"running": len(ODD) + 1, ODD[0]: 1}
    engine.answer["engine"]["name"] = ODD[3]
    for number, text in enumerate(ODD):
        path = engine.answer["nodes"][number + 1]["path"]
        engine.log.append(
            directive(
                number + 1, NOW, path, text, text, cause=text, outcome=text or "done", detail=text
            )
        )
        engine.happened.append(
            event(number + 1, NOW, "exited", path, text, how="crash", reason=text)
        )
        state = {text: text, "list": [text] * 3, "deep": {text: {text: [1.5, None, True, {}]}}}
        found = scripted.inspect(engine.answer["nodes"][number + 1], state=state)
        routes = [{"pattern": text, "actions": [text], "params": _schema(text)}]
        engine.inspected[path] = found | {"routes": routes}
    return engine


def _schema(text: str) -> dict[str, Any]:
    return {"type": "object", "properties": {text or "empty": {"type": "string", "default": text}}}


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (64, 18), (50, 10)], ids=str)
@pytest.mark.parametrize("is_ascii", [False, True])
async def test_every_pane_keeps_its_columns(size, is_ascii):
    async with opened(size, handle=odd_engine(), is_ascii=is_ascii) as desk:
        assert is_square(desk)
        for _ in ODD:
            await desk.press("j")
            await desk.step()
            assert is_square(desk)
        await desk.press("2", "G", "l", "z")
        assert is_square(desk)


@pytest.mark.parametrize("keys", ["X", "s", "i", "?", ":", "3\n", "]", "c"], ids=str)
async def test_every_dialog_keeps_its_columns(keys):
    names = {"?": "question_mark", ":": "colon", "\n": "enter", "]": "right_square_bracket"}
    async with opened(handle=odd_engine()) as desk:
        for _ in ODD:
            await desk.press("1", "j")
            await desk.step()
            await desk.press(*(names.get(key, key) for key in keys))
            assert is_square(desk)
            await desk.press("escape")


async def test_markup_is_shown_as_it_is():
    async with opened((120, 36), handle=odd_engine()) as desk:
        assert desk.shows("3[bold red]x[|]")
        assert desk.shows("4[@click=app.quit]quit[|]"[:24])
        assert desk.app.is_running


async def test_only_ascii_leaves_no_other_character():
    async with opened((120, 36), handle=odd_engine(), is_ascii=True, only_ascii=True) as desk:
        assert is_square(desk)
        assert all(line.isascii() for line in desk.lines())


async def test_a_huge_state_is_shown_without_all_of_it():
    engine = scenes.well()
    state = {f"key-{number}": {"n": number, "text": "x" * 100} for number in range(100_000)}
    engine.inspected[scenes.ORDERS] |= {"state": state}
    engine.node = lambda ident: (
        engine.inspected.get(ident)
        or scripted.inspect(  # type: ignore
            scenes.node(engine, ident)
        )
    )
    async with opened((120, 36), handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        assert desk.shows("… 99,000 before these") and desk.shows("100k keys")
        await desk.press("2", "G", "l")
        assert is_square(desk)


async def test_a_tree_of_ten_thousand_nodes_opens_and_scrolls():
    engine = scripted.ScriptedEngine()
    base = engine.answer["nodes"][1]
    root = engine.answer["nodes"][0] | {"strategy": "dynamic"}
    workers = [base | {"path": f"root/w{number}", "id": f"w{number}"} for number in range(10_000)]
    engine.answer |= {"nodes": [root, *workers], "counts": {"running": 10_001}}
    engine.tree = lambda: engine.answer  # type: ignore[method-assign]
    async with opened(handle=engine) as desk:
        assert desk.shows("10,001 nodes")
        await desk.press("G")
        assert desk.selected == "root/w9999"
        assert desk.shows("└ w9999")
        await desk.press("g", "l")
        assert is_square(desk)


async def test_statuses_and_kinds_of_later_versions_are_shown_as_words():
    engine = scripted.ScriptedEngine(
        scripted.tree(intake={"status": "hibernated"}, ledger={"kind": "daemon"})
    )
    async with opened(handle=engine) as desk:
        assert desk.line("? hibernated  ") and desk.shows("1 hibernated")
