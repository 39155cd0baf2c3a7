"""What is wrong now, worst first: what the attention line says, and where `!` goes.

Statuses of the tree, an agent that keeps the loop, and supervisors that gave up lately. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jido_cli.observe.text import measures
from jido_cli.observe.text.names import last_part
from jido_cli.observe.text.signs import TROUBLE, role, sign
from jido_cli.tui.model.tree import Node, TreeModel, severity
from jido_cli.tui.text import display

STAYS_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble: what is said of it, and the node where it is."""

    path: str
    sign: str
    role: str
    text: str
    at: float
    is_over: bool = False

    @property
    def key(self) -> tuple[str, str, float]:
        """What makes it this trouble and no other one."""
        return (self.path, self.sign, self.at)


class TroubleModel:
    """Gathers what went wrong from events, and tells what is still of interest."""

    def __init__(self) -> None:
        self.given_up: dict[str, Mapping[str, Any]] = {}  # by path: the event, with `span_s`
        self._restarts: dict[str, list[float]] = {}
        self._dismissed: set[tuple[str, str, float]] = set()
        self._all_well_since: float | None = None

    # -- what comes in

    def gave_up(self, event: Mapping[str, Any], span_s: float | None) -> None:
        """A supervisor gave up."""
        self.given_up[event["path"]] = {**event, "span_s": span_s}

    def restarted(self, event: Mapping[str, Any]) -> None:
        """A node was restarted for an exit of its own."""
        times = self._restarts.setdefault(event["path"], [])
        times.append(event["at"])
        del times[:-20]

    def dismiss(self, troubles: Iterable[Trouble]) -> None:
        """Say no more of these."""
        self._dismissed.update(trouble.key for trouble in troubles)

    def forget(self) -> None:
        """Forget what was: another engine is there."""
        self.given_up.clear()
        self._restarts.clear()
        self._dismissed.clear()

    # -- what is wrong

    def now(self, tree: TreeModel, now: float) -> list[Trouble]:
        """Return the troubles, worst first, the newest first among equals."""
        wrong = [node for node in tree.nodes.values() if _is_wrong(node)]
        told = {child["path"] for node in wrong for child in lost_parts(tree, node)}
        found = [self._of_node(tree, node, now) for node in wrong if node["path"] not in told]
        found.sort(key=lambda one: (severity(tree.nodes[one.path]["status"]), -one.at))
        stalled = tree.answer.get("stalled")
        if stalled:
            found.insert(0, _stalled(stalled, tree))
        self._end(tree, now, is_well=not found)
        events = sorted(self.given_up.values(), key=lambda event: -event["at"])
        found = [*(_gave_up(event, tree, now) for event in events), *found]
        return [one for one in found if one.key not in self._dismissed]

    def _end(self, tree: TreeModel, now: float, *, is_well: bool) -> None:
        """Forget who gave up once everything has run again for a while."""
        is_well = is_well and all(node["status"] == "running" for node in tree.nodes.values())
        if not is_well:
            self._all_well_since = None
        elif self._all_well_since is None:
            self._all_well_since = now
        since = self._all_well_since
        if since is not None and now - since >= STAYS_S:
            self.given_up.clear()

    def _of_node(self, tree: TreeModel, node: Node, now: float) -> Trouble:
        status = node["status"]
        text = f"{display(node['id'])} {display(status)}"
        parts = lost_parts(tree, node)
        why = _lost(parts[0], now) if parts else _why(node)
        if status == "crash_looping":
            why = ", ".join(filter(None, (self._pace(tree, node), why)))
        text += f": {why}" if why else ""
        return Trouble(node["path"], sign(status), role(status), text, float(node["since"]))

    def _pace(self, tree: TreeModel, node: Node) -> str:
        """Return `2 restarts in 1.7s`."""
        times = self._restarts.get(node["path"], [])
        windows = (tree.nodes[path].get("window") for path in tree.ancestors(node["path"]))
        window = next(filter(None, windows), None)
        if not times or window is None:
            return ""
        recent = [at for at in times if at >= times[-1] - float(window["max_seconds"])]
        text = measures.plural(len(recent), "restart")
        span = recent[-1] - recent[0]
        return f"{text} in {measures.fine_seconds(span)}" if len(recent) > 1 else text


def lost_parts(tree: TreeModel, node: Node) -> list[Node]:
    """Return what failed below a node that is degraded by it: also under a supervisor there."""
    if node["status"] != "degraded":
        return []
    lost: list[Node] = []
    waiting = [tree.nodes[path] for path in tree.children(node["path"])]
    for child in waiting:
        if child["status"] == "failed":
            lost.append(child)
        elif child["kind"] == "supervisor":
            waiting += [tree.nodes[path] for path in tree.children(child["path"])]
    return lost


def _lost(part: Node, now: float) -> str:
    age = measures.age(now - float(part["since"]))
    when = f"{age.split(' ')[0]} ago"
    kind = f"{display(part['kind'])} " if part["kind"] != "agent" else ""
    why = _why(part)
    return f"{kind}{display(part['id'])} lost {when}" + (f", {why}" if why else "")


def _is_wrong(node: Node) -> bool:
    return node["status"] in TROUBLE


def _why(node: Node) -> str:
    last = node.get("last_exit")
    return display(bare(last["reason"])) if last else ""


def bare(reason: str) -> str:
    """Return what is in `crash(...)`."""
    return reason[6:-1] if reason.startswith("crash(") and reason.endswith(")") else reason


def _stalled(stall: Mapping[str, Any], tree: TreeModel) -> Trouble:
    path = stall.get("agent") or ""
    held = measures.age(stall["ms"] / 1000)
    action = display(stall.get("action") or "something")
    text = f"{display(last_part(path) or 'the engine')} holds the loop: {action} runs for {held}"
    return Trouble(path if path in tree.nodes else "", "×", "bad", text, 0.0)


def _gave_up(event: Mapping[str, Any], tree: TreeModel, now: float) -> Trouble:
    path, data = event["path"], event["data"]
    when = f"{measures.age(now - event['at'])} ago"
    span = event.get("span_s")
    within = f" in {measures.fine_seconds(span)}" if span is not None else ""
    child = display(data.get("child") or "a child")
    crashes = f"{data.get('used', '?')} crashes{within}"
    text = f"{display(last_part(path))} gave up {when} ({child}, {crashes})"
    node = tree.nodes.get(path)
    is_back = node is not None and node["status"] == "running"
    if node is not None and node["parent"]:
        verb = "restarted" if is_back else "restarts"
        text += f"; {display(last_part(node['parent']))} {verb} it"
    return Trouble(path, "×", "bad", text, event["at"], is_over=is_back)
