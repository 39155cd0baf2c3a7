"""Colours: one role, one colour; palettes for dark, light, 8-colour and high-contrast terminals.

The values are those of the design; a view names roles only. Nothing else knows a colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.style import Style
from textual.theme import Theme

from jido_cli.tui.text import Ground

_WORDS = frozenset({"bold", "reverse", "underline"})


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by role. *is_ansi*: the terminal's own eight, with nothing behind the text."""

    name: str
    ground: str
    roles: Mapping[str, str]
    grounds: Mapping[Ground, str]
    is_dark: bool = True
    is_ansi: bool = False
    _styles: dict[tuple[str, Ground], Style] = field(default_factory=dict, compare=False)

    def style(self, style: str, ground: Ground = "") -> Style:
        """Return how a span of *style* looks on *ground*."""
        key = (style, ground)
        found = self._styles.get(key)
        if found is None:
            found = self._styles[key] = self._made(style, ground)
        return found

    def _made(self, style: str, ground: Ground) -> Style:
        words = style.split()
        words += self.roles.get("+" + words[0], "").split() if words else []
        colour = self.roles.get(words[0]) if words else None
        behind = self.grounds.get(ground, "")
        is_reverse = ("reverse" in words) != (behind == "reverse")
        if behind in ("", "reverse"):
            behind = "default" if self.is_ansi else self.ground
        return Style(
            color=colour or None,
            bgcolor=behind,
            bold="bold" in words or None,
            reverse=is_reverse or None,
            underline="underline" in words or None,
            dim="dim" in words[1:] or None,
        )

    def theme(self) -> Theme:
        """Return what textual has to know."""
        text = "ansi_default" if self.is_ansi else self.roles["text"]
        return Theme(
            name=self.name,
            primary=text,
            foreground=text,
            background=self.ground,
            surface=self.ground,
            panel=self.ground,
            boost=self.ground,
            dark=self.is_dark,
            ansi=self.is_ansi,
            variables={"ansi-background": self.ground} if self.is_ansi else {},
        )


DARK = Palette(
    name="dark",
    ground="#0D1117",
    roles={
        "text": "#E6EDF3",
        "dim": "#8B949E",
        "fade": "#8B949E",
        "frame": "#8B949E",
        "ok": "#2FBF8F",
        "busy": "#56B4E9",
        "warn": "#E6B800",
        "loop": "#E08FBF",
        "bad": "#FF7A3D",
    },
    grounds={"selection": "#1F3A5F", "boundary": "#22303F"},
)
LIGHT = Palette(
    name="light",
    ground="#FFFFFF",
    roles={
        "text": "#1F2328",
        "dim": "#57606A",
        "fade": "#57606A",
        "frame": "#57606A",
        "ok": "#006B4F",
        "busy": "#005A8C",
        "warn": "#7A5600",
        "loop": "#8F2F6B",
        "bad": "#B03000",
    },
    grounds={"selection": "#CFE3FA", "boundary": "#E8EFF7"},
    is_dark=False,
)
CONTRAST = Palette(
    name="contrast",
    ground="#000000",
    roles={
        **dict.fromkeys(("text", "dim", "fade", "frame", "ok", "busy", "warn", "loop"), "#FFFFFF"),
        "bad": "#FFFFFF",
        "+bad": "bold",
    },
    grounds={"selection": "reverse", "boundary": ""},
)
EIGHT = Palette(
    name="terminal",
    ground="ansi_default",
    roles={
        "text": "",
        "dim": "bright_black",
        "fade": "",
        "+fade": "dim",
        "frame": "",
        "+frame": "dim",
        "ok": "green",
        "busy": "cyan",
        "warn": "yellow",
        "loop": "magenta",
        "bad": "red",
        "+bad": "bold",
    },
    grounds={"selection": "reverse", "boundary": ""},
    is_ansi=True,
)
PLAIN = Palette(
    name="plain",
    ground="ansi_default",
    roles={
        **dict.fromkeys(EIGHT.roles, ""),
        "+dim": "dim",
        "+fade": "dim",
        "+frame": "dim",
        "+bad": "bold",
    },
    grounds={"selection": "reverse", "boundary": ""},
    is_ansi=True,
)
PALETTES: Mapping[str, Palette] = {one.name: one for one in (DARK, LIGHT, EIGHT, CONTRAST, PLAIN)}
CHOICES = ("dark", "light", "terminal", "contrast")
