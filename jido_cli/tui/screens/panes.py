"""The three panes on the screen: how they are put together, laid out and painted."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.screen import Screen

from jido_cli.observe.text.signs import TROUBLE
from jido_cli.tui.desk import Desk
from jido_cli.tui.feed.frames import Frame
from jido_cli.tui.look import Look
from jido_cli.tui.model.tree import severity
from jido_cli.tui.model.trouble import Trouble
from jido_cli.tui.text import Line
from jido_cli.tui.view import header, titles
from jido_cli.tui.view.footer import FILTERING, FooterFace, footer_groups, footer_line
from jido_cli.tui.view.layout import PANES, Layout, Pane, layout_for
from jido_cli.tui.view.state_agent import StateRow, agent_rows
from jido_cli.tui.view.state_parts import text_line
from jido_cli.tui.view.state_supervisor import supervisor_rows
from jido_cli.tui.view.state_tabs import TABS, tab_rows
from jido_cli.tui.view.tree_rows import TreeFace
from jido_cli.tui.widgets.bars import Bar, Footer
from jido_cli.tui.widgets.lines import LinesWidget
from jido_cli.tui.widgets.log_pane import LogPane
from jido_cli.tui.widgets.rows import RowsPane
from jido_cli.tui.widgets.state_pane import StatePane
from jido_cli.tui.widgets.tree_pane import TreePane

TICK_S = 1.0


class PanesScreen(Screen[None], inherit_bindings=False):
    """Header, attention line, Tree, State, Directives, footer.

    Args:
        look: how lines reach the terminal.
        desk: what is known of the engine.
    """

    DEFAULT_CSS = """
    PanesScreen { background: $background; overflow: hidden hidden; }
    PanesScreen Horizontal { height: auto; width: 100%; overflow: hidden hidden; }
    PanesScreen Container { height: 100%; width: 100%; overflow: hidden hidden; }
    #words { height: 100%; }
    """

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self.look = look
        self.desk = desk
        self.tab = TABS[0]
        self.zoomed: Pane | None = None
        self.shown: Pane = "tree"
        self.focus_on: Pane = "tree"
        self.arranged: Layout | None = None
        self.tree_pane = TreePane(look, desk.tree, self._tree_face)
        self.state_pane = StatePane(look, self._state_rows, lambda: desk.watched, desk.now)
        self.log_pane = LogPane(look, desk.log, lambda: desk.times, lambda: desk.is_lost)
        self._header = LinesWidget(look, id="header")
        self._attention = LinesWidget(look, id="attention")
        self._rules = [LinesWidget(look, id=name) for name in ("top", "middle", "bottom")]
        self._bars = [Bar(look) for _ in range(5)]
        self._footer = Footer(look)
        self._words = LinesWidget(look, id="words")
        self._upper = Horizontal(id="upper")
        self._lower = Horizontal(id="lower")
        self._panes = Container(id="panes")

    def compose(self) -> ComposeResult:
        """Put the panes between their rules and bars."""
        top, middle, bottom = self._rules
        left, between, right, log_left, log_right = self._bars
        with self._panes:
            yield self._header
            yield self._attention
            yield top
            with self._upper:
                yield left
                yield self.tree_pane
                yield between
                yield self.state_pane
                yield right
            yield middle
            with self._lower:
                yield log_left
                yield self.log_pane
                yield log_right
            yield bottom
            yield self._footer
        yield self._words

    def on_mount(self) -> None:
        """Begin with the tree; let ages grow once a second."""
        self.set_interval(TICK_S, self.repaint)
        self.repaint()
        self.pane(self.focus_on).focus()

    def on_resize(self) -> None:
        """Divide the new size."""
        self.repaint()

    def take(self, frame: Frame) -> None:
        """Take news of the engine."""
        self.desk.take(frame)
        self.repaint()

    # -- layout

    def pane(self, name: Pane) -> RowsPane:
        """Return a pane."""
        panes: dict[Pane, RowsPane] = {
            "tree": self.tree_pane,
            "state": self.state_pane,
            "log": self.log_pane,
        }
        return panes[name]

    @property
    def focused_pane(self) -> RowsPane:
        """The pane that keys go to."""
        return self.pane(self.focus_on)

    def focus_pane(self, name: Pane) -> None:
        """Let keys go to a pane; bring it on where there is room for one."""
        self.focus_on = name
        if name != "log":
            self.shown = name
        if self.zoomed is not None:
            self.zoomed = name
        self.repaint()
        self.pane(name).focus()

    def _arrange(self, *, has_attention: bool) -> Layout:
        layout = layout_for(
            self.size.width,
            self.size.height,
            has_attention=has_attention,
            zoomed=self.zoomed,
            shown=self.shown,
            rows=len(self.desk.tree.nodes) + 1,
        )
        if layout != self.arranged:
            self.arranged = layout
            self._apply(layout, has_attention=has_attention)
        return layout

    def _apply(self, layout: Layout, *, has_attention: bool) -> None:
        self._panes.display = not layout.is_words
        self._words.display = layout.is_words
        self._attention.display = has_attention
        has_upper = bool(layout.tree_height)
        has_tree, has_state = bool(layout.tree_width), bool(layout.state_width)
        has_log = bool(layout.log_height)
        self._upper.display = has_upper
        self._lower.display = has_log
        self._rules[1].display = has_upper and has_log
        self.tree_pane.display = has_tree
        self.state_pane.display = has_state
        self._bars[1].display = has_tree and has_state
        self._upper.styles.height = layout.tree_height
        self._lower.styles.height = layout.log_height
        self.tree_pane.styles.width = layout.tree_width
        self.state_pane.styles.width = layout.state_width
        self.log_pane.styles.width = layout.log_width
        for name in PANES:
            self.pane(name).styles.height = (
                layout.log_height if name == "log" else layout.tree_height
            )

    # -- painting

    def repaint(self) -> None:
        """Paint what is different from what is on the screen."""
        if not self.is_mounted or not self.size:
            return
        troubles = self.desk.troubles()
        attention = self._attention_line(troubles)
        layout = self._arrange(has_attention=attention is not None)
        if layout.is_words:
            self._paint_words()
            return
        self._header.show([header.header_line(self.desk.header_face(), layout.width)])
        self._attention.show([attention] if attention is not None else [])
        for name in PANES:
            if self.pane(name).display:
                self.pane(name).paint()
        self._paint_rules(layout)
        self._paint_footer(layout, has_trouble=bool(troubles))

    def _attention_line(self, troubles: Sequence[Trouble]) -> Line | None:
        desk, width = self.desk, self.size.width
        if desk.is_lost:
            return header.message_line(desk.lost_line(), "bad", width)
        silence = desk.silence_s()
        if silence is not None:
            text = f"▲ the engine has not answered for {int(silence)}s"
            return header.message_line(text, "warn", width)
        announced = desk.announcement()
        if announced is not None:
            return header.message_line(announced.text, announced.role, width)
        if troubles:
            return header.attention_line(troubles, width)
        return None

    def _paint_words(self) -> None:
        nodes = [one for one in self.desk.tree.nodes.values() if one["status"] in TROUBLE]
        nodes.sort(key=lambda one: severity(one["status"]))
        face = self.desk.header_face()
        size = self.size
        self._words.show(header.words_lines(face, nodes, size.width, size.height, self.desk.now()))

    def _paint_rules(self, layout: Layout) -> None:
        desk, focus = self.desk, self.focus_on
        top, middle, bottom = self._rules
        nodes = len(desk.tree.nodes)
        top.show([titles.top_rule(layout, focus, nodes, self.tab, is_old=desk.is_lost)])
        middle.show([titles.middle_rule(layout, focus, self.log_face())])
        said = desk.current_message()
        bottom.show([titles.bottom_rule(layout, (said.text, said.role) if said else None)])

    def log_face(self) -> titles.LogFace:
        """Return how the log stands."""
        desk, log = self.desk, self.desk.log
        is_narrowed = bool(log.filter.tests) or log.only_trouble
        pane = self.log_pane
        return titles.LogFace(
            rate=desk.directive_rate,
            is_paused=log.is_paused,
            new=log.new,
            missed=log.missed,
            shown=log.shown_count() if is_narrowed else None,
            kept=log.kept_count() if is_narrowed else 0,
            below=0 if pane.is_following else pane.below,
            stopped_at=desk.times.clock(desk.link.since) if desk.is_lost else "",
            scope=log.scope or "",
        )

    def _paint_footer(self, layout: Layout, *, has_trouble: bool) -> None:
        if self.log_pane.filter_field is not None:
            line, hits = footer_line([list(FILTERING)], layout.width)
        else:
            node = self.desk.node
            face = FooterFace(
                kind=node["kind"] if node else "",
                status=node["status"] if node else "",
                takes_signals=self.desk.takes_signals,
                is_paused=self.desk.log.is_paused,
                is_lost=self.desk.is_lost,
                has_trouble=has_trouble,
                has_story=self.desk.tree.selected in self.desk.trouble.given_up,
            )
            line, hits = footer_line(footer_groups(face, layout.width), layout.width)
        self._footer.offer(line, hits)

    # -- what the panes ask for

    def _tree_face(self) -> TreeFace:
        return self.desk.tree_face(is_ascii=self.look.is_ascii)

    def _state_rows(self, width: int) -> Sequence[StateRow]:
        desk, node = self.desk, self.desk.node
        if node is None:
            return [text_line("asking the engine", "dim")]
        face = desk.state_face(width, is_wide=width >= 50)
        if self.tab != TABS[0]:
            return tab_rows(self.tab, node, face)
        if node["kind"] == "supervisor":
            return supervisor_rows(node, face)
        return agent_rows(node, desk.watched, face)
