"""The page of the dashboard: every key of the key map, every sign, every key of a filter."""

from __future__ import annotations

from jido_cli.observe.text.display import as_ascii
from jido_cli.observe.text.signs import STATUSES
from jido_cli.tui.keymap import KEYS
from jido_cli.tui.model import filters
from tests.docs.pages import codes, rows, section

PAGE = "docs/dashboard.md"
NAMES = {
    "escape": "esc",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "exclamation_mark": "!",
    "colon": ":",
    "question_mark": "?",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def test_the_page_has_every_key_once():
    got = [key for row in rows(section(PAGE, "Keys")) for key in codes(row[0])]
    keys = [key for one in KEYS for key in one.keys.split(",")]
    assert sorted(got) == sorted(NAMES.get(key, key) for key in keys)


def test_the_page_has_every_sign():
    got = [tuple(codes(" ".join(row))[:3]) for row in rows(section(PAGE, "What it shows"))]
    want = [(sign, as_ascii(sign), word) for word, sign, _ in STATUSES]
    assert sorted(got) == sorted([*want, ("?", "?")])


def test_the_page_has_every_key_of_a_filter():
    got = [code[:-1] for code in codes(section(PAGE, "Filters")) if code.endswith(":")]
    assert tuple(got) == filters.KEYS
