"""Signs, words and colours of statuses, outcomes and kinds of nodes, in that order.

A fact beside a status is a word in brackets. Nothing here knows a layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jido_cli.observe.text.display import Paint, Role, display, plain
from jido_cli.observe.text.measures import count, seconds, whole_seconds

Node = Mapping[str, Any]

# Worst first: the order in which a summary names them.
STATUSES: tuple[tuple[str, str, Role], ...] = (
    ("failed", "×", "bad"),
    ("crash_looping", "◆", "loop"),
    ("degraded", "▲", "warn"),
    ("backing_off", "◇", "busy"),
    ("stopping", "□", "fade"),
    ("starting", "○", "busy"),
    ("stopped", "■", "fade"),
    ("running", "●", "ok"),
)
# Not a status but a fact beside one; in a summary such a node is counted as this alone.
HUNG = "hung"
_SIGNS = {HUNG: "×"} | {word: sign for word, sign, _ in STATUSES}
_ROLES: dict[str, Role] = {word: role for word, _, role in STATUSES}
_ROLES[HUNG] = "bad"

TROUBLE = ("failed", "crash_looping", "degraded", "backing_off")
STRATEGIES = {
    "one_for_one": "1:1",
    "one_for_all": "1:*",
    "rest_for_one": "1:>",
    "dynamic": "1:+",
}
_KINDS = {
    "sensor": "sen",
    "process": "prc",
    "service": "svc",
    "topology": "top",
    "timer": "tmr",
    "plugin": "plg",
}
OUTCOMES: dict[str, tuple[str, Role]] = {
    "done": ("ok", "text"),
    "dead_letter": ("× dead", "bad"),
    "cancelled": ("cancelled", "dim"),
    "error": ("× error", "bad"),
    "retry": ("◇ retry", "busy"),
}
# Filters take both forms of an outcome: the record's and the one on screen.
OUTCOME_WORDS = {"ok": "done", "dead": "dead_letter"}


def sign(status: str) -> str:
    """Return the sign of a status."""
    return _SIGNS.get(status, "?")


def role(status: str) -> Role:
    """Return the colour role of a status."""
    return _ROLES.get(status, "fade")


def mark(node: Node) -> str:
    """Return the three characters that tell a strategy or a kind; an agent has none."""
    if node["kind"] == "supervisor":
        return STRATEGIES.get(node.get("strategy") or "", "1:?")
    return _KINDS.get(node["kind"], "")


def status_text(node: Node, window_s: float | None = None) -> str:
    """Return sign, word and facts: `● running (1s)`, `◆ crash_looping`, `● running [hung]`.

    Args:
        node: the node.
        window_s: length of its supervisor's restart window: a node that came back within it
            shows its age, so that a restart is never quiet.
    """
    word = node["status"]
    parts = [f"{sign(word)} {display(word)}"]
    uptime = node.get("uptime_s")
    came_back = word == "running" and node["restarts"] and node["kind"] != "supervisor"
    if came_back and uptime is not None and window_s is not None and uptime < window_s:
        parts.append(f"({whole_seconds(uptime)})")
    parts += [f"[{display(fact)}]" for fact in node.get("facts") or ()]
    return " ".join(parts)


def outcome_word(kind: str, word: str) -> str:
    """Return the outcome that is shown for a directive of some type.

    An `error` that is recorded is `done`, and yet what it tells is that something failed.
    """
    return "error" if kind == "error" and word == "done" else word


def outcome(kind: str, word: str) -> tuple[str, Role]:
    """Return the outcome of a directive of some type as it is shown, and its colour."""
    return OUTCOMES.get(outcome_word(kind, word)) or (display(word), "text")


def counted(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return the statuses that some node has, the worst first, each with its count in words."""
    order = [HUNG, *(word for word, _, _ in STATUSES)]
    known = [word for word in order if counts.get(word)]
    known += [word for word in counts if word not in order and counts[word]]
    return [(word, f"{count(counts[word])} {display(word)}") for word in known]


def health(counts: Mapping[str, int]) -> tuple[str, Role]:
    """Return the health of a tree in words: `● all 15 running`, `◆ 1 crash_looping, 14 running`."""
    known = counted(counts)
    if not known:
        return "? no nodes", "fade"
    worst = known[0][0]
    if len(known) == 1 and worst == "running":
        number = counts["running"]
        return f"● all {count(number)} running" if number > 1 else "● running", "ok"
    return f"{sign(worst)} {', '.join(words for _, words in known)}", role(worst)


def summary(counts: Mapping[str, int], paint: Paint = plain) -> str:
    """Return the health of a tree, painted."""
    text, colour_role = health(counts)
    return paint(colour_role, text)


def disjoint_counts(tree: Mapping[str, Any]) -> dict[str, int]:
    """Return the nodes by status; one that holds the loop counts as `hung` and as nothing else."""
    counts = dict(tree["counts"])
    for node in tree["nodes"]:
        if HUNG in (node.get("facts") or ()) and counts.get(node["status"]):
            counts[node["status"]] -= 1
            counts[HUNG] = counts.get(HUNG, 0) + 1
    return counts


def stall_text(stall: Mapping[str, Any]) -> str:
    """Return what holds the engine's loop, in one sentence."""
    held = seconds(float(stall["ms"]) / 1000)
    return f"{display(stall['agent'])} holds the loop: {display(stall['action'])} runs for {held}"
