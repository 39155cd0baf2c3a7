"""What stands in the rules: names of panes, counts, how the log stands, what was just done."""

from __future__ import annotations

from dataclasses import dataclass

from jido_cli.observe.text import measures
from jido_cli.tui.text import Line
from jido_cli.tui.view.frame import Title, rule
from jido_cli.tui.view.layout import Layout, Pane
from jido_cli.tui.view.state_tabs import TABS

_TAILS = {"paused": 10, "filtered": 6}
_TAIL = 3
_WIDE_TAIL = 10


@dataclass(frozen=True, slots=True)
class LogFace:
    """How the log stands.

    Args:
        rate: directives a second.
        is_paused: what comes is held back.
        new: how many it holds back.
        missed: how many are gone.
        shown: how many of the kept ones the filter lets through; None when all are.
        kept: how many are kept.
        below: rows below what is in sight, when it does not follow.
        stopped_at: when the last one came, if the engine is lost.
        scope: whose directives are shown, if not all.
    """

    rate: float | None = None
    is_paused: bool = False
    new: int = 0
    missed: int = 0
    shown: int | None = None
    kept: int = 0
    below: int = 0
    stopped_at: str = ""
    scope: str = ""

    @property
    def words(self) -> str:
        """The words in the rule."""
        if self.is_paused:
            missed = f", {measures.count(self.missed)} missed" if self.missed else ""
            return f"PAUSED, {measures.count(self.new)} new{missed}"
        scope = f"{self.scope}, " if self.scope else ""
        if self.shown is not None:
            return f"{scope}filtered: {self.shown:,} of {self.kept:,} shown"
        if self.stopped_at:
            return f"stopped {self.stopped_at}"
        if self.below:
            return f"{scope}{measures.count(self.below)} below"
        rate = measures.count(round(self.rate)) if self.rate is not None else measures.NOT_KNOWN
        return f"{scope}following, {rate}/s"

    @property
    def tail(self) -> int:
        """How many dashes stand behind the words."""
        if self.is_paused:
            return _TAILS["paused"]
        return _TAILS["filtered"] if self.shown is not None else _TAIL


def _name(pane: Pane, focus: Pane, text: str, gap: int = 1) -> Title:
    return Title(text, "busy" if pane == focus else "text", gap)


def top_rule(layout: Layout, focus: Pane, nodes: int, tab: str, *, is_old: bool) -> Line:
    """Return the rule over Tree and State."""
    state = _state_titles(layout, focus, tab, is_old=is_old)
    count = Title(measures.plural(nodes, "node"), "dim") if nodes else None
    tree = _name("tree", focus, "1 Tree")
    tail = 2 if layout.is_wide else 1
    if layout.zoomed == "log":
        return rule(layout.width, "┌─┐", left=(_name("log", focus, "3 Directives"),))
    if not layout.state_width:
        return rule(layout.width, "┌─┐", left=(tree,), right=count, tail=tail)
    if not layout.tree_width:
        return rule(layout.width, "┌─┐", left=state)
    left = rule(layout.tree_width + 2, "┌─┬", left=(tree,), right=count, tail=tail)
    first = Title(state[0].text, state[0].style, 0)
    right = rule(layout.state_width + 1, "──┐", left=(first, *state[1:]))
    return Line((*left.spans, *right.spans))


def _state_titles(layout: Layout, focus: Pane, tab: str, *, is_old: bool) -> tuple[Title, ...]:
    if is_old:
        return (_name("state", focus, f"2 {tab}, old"),)
    first = _name("state", focus, f"2 {tab}")
    if not layout.is_wide:
        return (first,)
    others = [one for one in TABS if one != tab]
    return (first, *(Title(one, "dim", 2 if at == 0 else 1) for at, one in enumerate(others)))


def middle_rule(layout: Layout, focus: Pane, log: LogFace) -> Line:
    """Return the rule over the log."""
    style = "text reverse" if log.is_paused else "dim"
    tail = log.tail + (_WIDE_TAIL if layout.is_wide else 0)
    joint = layout.tree_width + 1 if layout.tree_width and layout.state_width else None
    return rule(
        layout.width,
        "├┴┤",
        left=(_name("log", focus, "3 Directives"),),
        right=Title(log.words, style),
        tail=tail,
        joint=joint,
    )


def bottom_rule(layout: Layout, said: tuple[str, str] | None) -> Line:
    """Return the last rule; what was just done stands in it for a while."""
    right = Title(*said) if said is not None else None
    joint = None
    if layout.zoomed is None and not layout.log_height:
        joint = layout.tree_width + 1
    return rule(layout.width, "└┴┘", right=right, tail=2, joint=joint)
