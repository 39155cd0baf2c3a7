"""The story of a root that gave up: what happened, why, what is kept, always in this order.

The facts are the engine's; what to do about it stands in the error that the story belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.display import display
from jido_cli.observe.text.names import last_part

Story = Mapping[str, Any]
Event = Mapping[str, Any]

LINES_SHOWN = 12
CAUSES_SHOWN = 5
KEPT_SHOWN = 10


def headline(name: str, story: Story) -> str:
    """Return what happened in one line."""
    if not story.get("child"):
        return f"{name} gave up"
    hows = {
        cause["exit"].get("kind")
        for cause in story["causes"]
        if last_part(cause["path"]) == story["child"]
    }
    verb = "was killed" if hows == {"killed"} else "crashed" if hows else "exited"
    span = measures.setting(round(float(story["max_seconds"]) * 1000))
    return (
        f"{name} gave up: {story['child']} {verb} {measures.plural(story['used'], 'time')} "
        f"in {measures.fine_seconds(story['seconds'])}, and root allows "
        f"{measures.plural(story['max_restarts'], 'restart')} in {span}"
    )


def story_lines(story: Story, times: measures.Times) -> list[str]:
    """Return the three parts, each with an empty line before it."""
    parts = [
        ("what happened", _happened(story["events"], times)),
        *_why(story["causes"]),
        ("what is kept", _kept(story["kept"], story["dead_letters"])),
    ]
    lines: list[str] = []
    for head, body in parts:
        if body:
            lines += ["", f"  {head}", *(f"    {line}" for line in body)]
    return lines


def story_hints(story: Story, file: str) -> tuple[str, ...]:
    """Return what to do: mend it, or let it wait between crashes."""
    again = f"mend it, then: jido up {file}"
    causes = story["causes"]
    if all(cause["exit"].get("kind") == "killed" for cause in causes):
        again = f"jido up {file}"
    frames = [cause["exit"].get("frame") for cause in causes]
    if len(causes) == 1 and frames[0]:
        again = f"mend {frames[0].rpartition(' in ')[2]}, then: jido up {file}"
    origin = story.get("origin")
    if not origin:
        return (again,)
    place = f"{story['child']} (line {origin['line']})"
    return (again, f"or let it wait between crashes: add `backoff` to {place}")


def story_where(story: Story) -> str | None:
    """Return where the child stands in the file."""
    origin = story.get("origin")
    return f"{origin['file']}:{origin['line']}" if origin else None


def _happened(events: Sequence[Event], times: measures.Times) -> list[str]:
    rows = [
        (times.stamp(event["at"]), fact, *_outcome(events, at))
        for at, event in enumerate(events)
        if (fact := _fact(event)) is not None
    ]
    left_out = len(rows) - LINES_SHOWN
    rows = rows[-LINES_SHOWN:]
    widths = [max(len(row[column]) for row in rows) if rows else 0 for column in (1, 2)]
    lines = [
        f"{row[0]}  {row[1].ljust(widths[0])}   {row[2].ljust(widths[1])}   {row[3]}".rstrip()
        for row in rows
    ]
    if left_out > 0:
        lines.insert(0, f"{left_out} earlier exits left out")
    return lines + _stopped_rest(events, times)


def _stopped_rest(events: Sequence[Event], times: measures.Times) -> list[str]:
    """Return the line about the root's other children, which fell with it."""
    ends = [at for at, event in enumerate(events) if _is_end(event)]
    if not ends:
        return []
    root = events[ends[-1]]["path"]
    rest = [
        event
        for event in events[ends[-1] + 1 :]
        if event["kind"] == "exited" and event["path"].rpartition("/")[0] == root
    ]
    if not rest:
        return []
    names = ", ".join(display(last_part(event["path"])) for event in rest)
    stamp = times.stamp(rest[-1]["at"])
    return [f"{stamp}  {root} stopped the rest in reverse order: {names}"]


def _is_end(event: Event) -> bool:
    """Return whether it is the root that gave up."""
    return event["kind"] == "gave_up" and bool(event["path"]) and "/" not in event["path"]


def _fact(event: Event) -> str | None:
    name = display(last_part(event["path"])) if event["path"] else ""
    how = event["data"].get("how")
    if event["kind"] == "exited" and how in ("crash", "killed"):
        return f"{name} {'crashed' if how == 'crash' else 'was killed'}"
    if event["kind"] == "gave_up" and "/" in (event["path"] or ""):
        return f"{name} gave up"
    return f"{name} did not start" if event["kind"] == "start_failed" else None


def _outcome(events: Sequence[Event], at: int) -> tuple[str, str]:
    """Return what the supervisor did about an exit, and its window then."""
    path = events[at]["path"]
    parent = path.rpartition("/")[0]
    awaits_exit = events[at]["kind"] == "gave_up"  # a supervisor that gives up exits after that
    for event in events[at + 1 :]:
        if event["kind"] == "restarted" and event["path"] == path:
            mates = event["data"].get("group") or ()
            together = f" with {', '.join(map(display, mates))}" if mates else ""
            return f"{last_part(parent)} restarted it{together}", measures.window(event["data"])
        if event["kind"] == "gave_up" and event["path"] == parent:
            return f"{last_part(parent)} gave up", ""
        if event["kind"] == "exited" and event["path"] == path:
            if not awaits_exit:
                break
            awaits_exit = False
    return "", ""


def _why(causes: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    total = sum(cause["count"] for cause in causes)
    parts = []
    for cause in causes[:CAUSES_SHOWN]:
        if len(causes) == 1:
            head = f"why, all {total} times" if total > 1 else "why"
        else:
            name = display(last_part(cause["path"]))
            head = f"why, {cause['count']} of {total} times: {name}"
        end = cause["exit"]
        body = [display(line) for line in end.get("trace") or (end["reason"],)]
        if end.get("signal"):
            body.append(f"on signal {display(end['signal'])}")
        parts.append((head, body))
    if len(causes) > CAUSES_SHOWN:
        parts.append((f"and {len(causes) - CAUSES_SHOWN} more kinds of exits", [""]))
    return parts


def _kept(kept: Sequence[Sequence[str]], dead_letters: int) -> list[str]:
    shown = kept[:KEPT_SHOWN]
    width = max((len(display(last_part(path))) for path, _ in shown), default=0)
    lines = [f"{display(last_part(path)).ljust(width)}   {display(text)}" for path, text in shown]
    if len(kept) > KEPT_SHOWN:
        lines.append(f"and {len(kept) - KEPT_SHOWN} more")
    if dead_letters:
        lines.append(f"dead letters  {measures.count(dead_letters)}")
    return lines
