"""How it reaches the terminal: ASCII, palettes with contrast, no colour when none is wanted."""

from __future__ import annotations

import pytest
from textual.color import Color

from jido_cli.cli.dashboard import theme_for
from jido_cli.tui.look import Look
from jido_cli.tui.palettes import CHOICES, CONTRAST, DARK, EIGHT, LIGHT, PALETTES, PLAIN
from jido_cli.tui.text import Line
from tests.tui import scenes
from tests.tui.desks import opened

LEAST_CONTRAST = 6.0


def luminance(colour: str) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in Color.parse(colour).normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT, CONTRAST], ids=lambda one: one.name)
def test_text_has_enough_contrast_on_its_ground(palette):
    for name, colour in palette.roles.items():
        if not name.startswith("+"):
            assert contrast(colour, palette.ground) >= LEAST_CONTRAST, name


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda one: one.name)
def test_every_palette_has_every_role(palette):
    roles = {name for name in DARK.roles if not name.startswith("+")}
    assert {name for name in palette.roles if not name.startswith("+")} == roles


def test_eight_colours_are_the_terminals_own():
    style = EIGHT.style("ok")
    assert str(style) == "green on default"
    assert str(EIGHT.style("bad")) == "bold red on default"
    assert EIGHT.style("text", "selection").reverse


def test_without_colour_only_weight_and_reversal_are_left():
    for style in ("ok", "warn", "bad", "loop", "dim", "fade", "busy", "text reverse"):
        for ground in ("", "selection", "boundary"):
            made = PLAIN.style(style, ground)
            assert made.color is None or made.color.is_default
            assert made.bgcolor is None or made.bgcolor.is_default


def test_a_reversed_span_on_a_reversed_row_stands_out():
    assert not PLAIN.style("text reverse", "selection").reverse


@pytest.mark.parametrize(
    ("environ", "wanted", "theme"),
    [
        ({"TERM": "xterm-256color"}, None, "dark"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, None, "dark"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, None, "light"),
        ({"TERM": "xterm-256color", "COLORFGBG": "15;0"}, None, "dark"),
        ({"TERM": "xterm"}, None, "terminal"),
        ({"TERM": "xterm-256color"}, "contrast", "contrast"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "dark", "plain"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, None, "dark"),
    ],
)
def test_the_theme_suits_the_terminal(environ, wanted, theme):
    assert theme_for(environ, wanted) == theme


async def test_no_colour_reaches_the_terminal_without_colour():
    engine = scenes.crash_looping()
    async with opened(handle=engine, theme="plain") as desk:
        await desk.press(*"jjjj")
        colours = {
            (segment.style.color, segment.style.bgcolor)
            for strip in desk.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None
        }
        assert all(one is None or one.is_default for pair in colours for one in pair)


async def test_changing_the_theme_back_and_forth_keeps_the_colours_apart():
    async with opened(theme="plain") as desk:
        await desk.press("T")
        assert desk.app.theme == CHOICES[0]


def test_ascii_spells_signs_in_one_character_each():
    look = Look(is_ascii=True)
    signs = "○●▲◇◆□■×►┃┊▾▸█░▓→·↑↓…─│┌┐└┘├┤┬┴"
    assert look.spelled(signs).isascii() and len(look.spelled(signs)) == len(signs)


def test_a_line_is_exactly_as_wide_as_its_widget():
    look = Look()
    for text in ("", "abc", "目" * 10, "x" * 50):
        assert look.strip(Line(((text, "text"),)), 15).cell_length == 15
