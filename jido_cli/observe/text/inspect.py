"""`jido inspect`: everything known of one node, in the order of the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.observe.text import measures
from jido_cli.observe.text.columns import tabbed
from jido_cli.observe.text.display import Paint, display, plain
from jido_cli.observe.text.names import last_part
from jido_cli.observe.text.signs import Node, role, sign
from jido_cli.observe.text.state import one_line

INDENT = 12
ROUTES_WIDTH = 100
EXITS_SHOWN = 3
_FATES = {
    "stop": ", ends with it",
    "continue": ", goes on without it",
    "emit_orphan": ", goes on without it and is told",
}


def inspect_lines(
    node: Node, times: measures.Times, paint: Paint = plain, *, engine_flag: str = ""
) -> list[str]:
    """Return the lines of `jido inspect` for one node."""
    blocks = [
        [_title(node, paint)],
        _place(node),
        _work(node, times),
        _exits(node, times, engine_flag),
    ]
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += ["", *block] if lines else block
    return lines


def _title(node: Node, paint: Paint) -> str:
    status = node["status"]
    word = paint(role(status), f"{sign(status)} {display(status)}")
    age = node.get("uptime_s")
    facts = "".join(f" [{display(fact)}]" for fact in node.get("facts") or ())
    up = f", {measures.seconds(age)} up" if age is not None else ""
    return f"{display(node['path'])}  {word}{facts}{up}, gen {node['generation']}"


def _place(node: Node) -> list[str]:
    lines = [_row("declared", _declared(node))]
    child = node.get("child")
    if child:
        lines.append(_row("child", _child(child)))
    supervisor = node.get("supervisor")
    lines.append(_row("supervisor", _supervisor(supervisor) if supervisor else "none"))
    lines += [_row("degraded", display(one)) for one in node.get("lost") or ()]
    if node.get("window"):
        lines.append(_row("window", _window(node["window"])))
    falls = [display(last_part(path)) for path in node.get("boundary") or ()]
    lines.append(_row("boundary", f"falls with it: {', '.join(falls) if falls else 'nothing'}"))
    if node["kind"] == "agent":
        lines += _family(node)
    return lines


def _family(node: Node) -> list[str]:
    """Return the logical relations, which say nothing about who restarts whom."""
    family = node.get("family") or {}
    lines = [_row("parent", _parent(node, family))]
    if family.get("meta"):
        lines.append(_row("meta", one_line(family["meta"])))
    children = [
        f"{display(child['tag'])} {sign(child['status'])} {display(child['status'])}"
        for child in family.get("children") or ()
    ]
    lines += _wrapped("children", children)
    return lines


def _parent(node: Node, family: Mapping[str, Any]) -> str:
    if not node.get("parent_agent"):
        former = family.get("orphaned_from")
        return f"none, an orphan of {display(former)}" if former else "none"
    fate = _FATES.get(family.get("on_parent_death") or "", "")
    tag = f", as {display(node['tag'])}" if node.get("tag") else ""
    return f"{display(node['parent_agent'])}{tag}{fate}"


def _work(node: Node, times: measures.Times) -> list[str]:
    lines = []
    stalled = node.get("stalled")
    running = node.get("running")
    if not running and stalled and stalled["agent"] == node["path"]:
        running = stalled  # what holds the loop is known to the watchdog only
    if running:
        held = measures.seconds(float(running["ms"]) / 1000)
        on = f", on {display(running['signal'])}" if running.get("signal") else ""
        lines.append(_row("running", f"{display(running['action'])} for {held}{on}"))
        if running.get("command"):
            lines.append(_row("", f"jido cancel {display(running['command'])}"))
        if running.get("progress") is not None:
            lines.append(_row("progress", one_line(running["progress"])))
    mailbox = node.get("mailbox_detail")
    if mailbox:
        lines.append(_row("mailbox", _mailbox(mailbox)))
    commands = node.get("commands")
    if commands:
        lines.append(_row("commands", _commands(commands)))
    strategy = node.get("agent_strategy")
    if strategy:
        lines.append(_row("strategy", strategy_text(strategy)))
    lines += _wrapped("plugins", [_plugin(one) for one in node.get("plugins") or ()])
    routes = [route_text(route) for route in node.get("routes") or ()]
    lines += _wrapped("routes", routes)
    lines += _sensors(node, times)
    for number, schedule in enumerate(node.get("schedules") or ()):
        label = "schedules" if number == 0 else ""
        lines.append(_row(label, schedule_text(schedule, times)))
    dedupe = node.get("dedupe")
    if dedupe:
        lines.append(_row("dedupe", _dedupe(dedupe)))
    keyed = node.get("keyed")
    if keyed:
        lines.append(_row("keyed", keyed_text(keyed)))
    if node["kind"] == "agent":
        lines.append(_row("persist", display(node.get("persist") or "none")))
    dead = node.get("dead_letters")
    if dead:
        lines.append(_row("dead", f"{measures.plural(dead, 'dead letter')}: jido dead-letters"))
    return lines


def _dedupe(dedupe: Mapping[str, Any]) -> str:
    """Return how many signals an agent would know again, and how many came twice."""
    text = f"{measures.count(dedupe['known'])} of {measures.count(dedupe['max'])} known"
    text += f" for {measures.seconds(dedupe['keep_s'])}"
    text += f", {measures.plural(dedupe['duplicates'], 'duplicate')}"
    if dedupe["evicted"]:
        text += f", {measures.count(dedupe['evicted'])} forgotten early"
    if dedupe["unkeyed"]:
        text += f", {measures.count(dedupe['unkeyed'])} without a key"
    return text


def keyed_text(keyed: Mapping[str, Any]) -> str:
    """Return how many agents a keyed supervisor has, and what bounds them."""
    text = f"{measures.count(keyed['awake'])} awake, {measures.count(keyed['hibernated'])} asleep"
    if keyed["max_children"] is not None:
        text += f", at most {measures.count(keyed['max_children'])} ({keyed['on_full']})"
    idle_s = keyed["idle_timeout_s"]
    if idle_s is not None:
        text += f", asleep after {measures.seconds(idle_s)}"
    return text


def _exits(node: Node, times: measures.Times, engine_flag: str) -> list[str]:
    exits = node.get("exits") or ()
    if not exits:
        why = node.get("why_failed")
        return [_row("failed", display(why))] if why and node["status"] == "failed" else []
    shown = exits[:EXITS_SHOWN]
    reasons = [display(one["reason"]) for one in shown]
    width = max(len(reason) for reason in reasons)
    lines = []
    for number, (one, reason) in enumerate(zip(shown, reasons, strict=True)):
        frame = display(one.get("frame") or "")
        text = f"{times.moment(one['at'])}  {reason.ljust(width)}  {frame}".rstrip()
        lines.append(_row("exits" if number == 0 else "", text))
    older = len(exits) - len(shown)
    if older > 0:
        name = display(node["id"])
        hint = f"{older} older: jido events --agent {name} --kind exited{engine_flag}"
        lines.append(_row("", hint))
    return lines


def _declared(node: Node) -> str:
    declared = node.get("declared") or {}
    if not declared.get("file"):
        return "not in a file: started while running"
    text = f"{display(declared['file'])}:{declared.get('line', '?')}"
    if node.get("agent"):
        text += f", agent {display(node['agent'])}"
        line = node.get("agent_declared")
        text += f" at line {line}" if line else ""
    return text


def _child(child: Mapping[str, Any]) -> str:
    parts = [
        display(child["restart"]),
        f"shutdown {_shutdown(child['shutdown'])}",
        f"backoff {_backoff(child.get('backoff'))}",
    ]
    if child.get("significant"):
        parts.append("significant")
    return ", ".join(parts)


def _shutdown(value: object) -> str:
    return measures.setting(value) if isinstance(value, int | float) else display(value)


def _backoff(value: object) -> str:
    if not value:
        return "none"
    if not isinstance(value, Mapping):
        return _shutdown(value)
    return " ".join(
        f"{key.removesuffix('_ms')} {_shutdown(one) if key.endswith('_ms') else display(one)}"
        for key, one in value.items()
        if one is not None
    )


def _supervisor(supervisor: Mapping[str, Any]) -> str:
    window = supervisor.get("window")
    parts = [display(supervisor["path"]), display(supervisor["strategy"])]
    if window:
        parts.append(_window(window))
    return ", ".join(parts)


def _window(window: dict[str, Any]) -> str:
    left = window["max_restarts"] - window["used"]
    allowed = (
        f"{left} more restarts are allowed"
        if left > 1
        else ("1 more restart is allowed" if left == 1 else "the next crash makes it give up")
    )
    return f"{measures.window(window)}: {allowed}"


def _mailbox(detail: Mapping[str, Any]) -> str:
    text = f"{measures.count(detail['depth'])} of {measures.count(detail['max'])}"
    text += f" ({display(detail['overflow'])})"
    oldest = detail.get("oldest_ms")
    if oldest is not None and detail["depth"]:
        text += f", oldest {measures.seconds(oldest / 1000)}"
    text += f", {measures.count(detail['rejected'])} rejected"
    return f"{text}, {measures.count(detail['dropped'])} dropped" if detail["dropped"] else text


def _commands(commands: Mapping[str, Any]) -> str:
    text = f"{measures.count(commands['ok'])} ok, {measures.count(commands['failed'])} failed"
    points = [
        f"{name} {measures.milliseconds(commands[key])}"
        for name, key in (("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms"))
        if commands.get(key) is not None
    ]
    return f"{text}   {'  '.join(points)}" if points else text


def route_text(route: Mapping[str, Any]) -> str:
    """Return what a route runs, and in which states: `order.shipped → ship (in processing)`."""
    actions = ", ".join(display(action) for action in route["actions"])
    states = ", ".join(display(state) for state in route.get("states") or ())
    return f"{display(route['pattern'])} → {actions}" + (f" (in {states})" if states else "")


def _plugin(plugin: Mapping[str, Any]) -> str:
    return f"{display(plugin['key'])} ({display(plugin['of'])})"


def strategy_text(strategy: Mapping[str, Any]) -> str:
    """Return where an agent's strategy stands: `fsm, running: processing → done, error`."""
    details = strategy["details"]
    text = f"{display(strategy['kind'])}, {display(strategy['status'])}"
    if strategy["done"]:
        text += ", done"
    if strategy["kind"] != "fsm":
        facts = "  ".join(f"{display(k)} {display(v)}" for k, v in details.items())
        return f"{text}: {facts}" if facts else text
    allowed = ", ".join(display(state) for state in details["allowed"])
    return f"{text}: {display(details['state'])}" + (f" → {allowed}" if allowed else "")


def _sensors(node: Node, times: measures.Times) -> list[str]:
    """Return the sensors of an agent, or what a sensor is."""
    sensors = [
        f"{display(one['tag'])} {sign(one['status'])} {display(one['status'])}"
        f" ({display(one['sensor'])})"
        for one in node.get("sensors") or ()
    ]
    sensor = node.get("sensor")
    if not sensor:
        return _wrapped("sensors", sensors)
    text = display(sensor["name"])
    if sensor.get("signal"):
        text += f" → {display(sensor['signal'])}"
    text += f", {measures.plural(sensor['emitted'], 'signal')}"
    if sensor.get("last_at") is not None:
        text += f", last {times.ago(sensor['last_at'])}"
    return [_row("sensor", text)]


def schedule_text(schedule: Mapping[str, Any], times: measures.Times) -> str:
    """Return a schedule in short: `recount */5 * * * *, next 14:05:00`."""
    text = f"{display(schedule['name'])} {display(schedule['spec'])}"
    next_at = schedule.get("next_at")
    if schedule.get("paused"):
        return f"{text}, paused"
    return f"{text}, next {times.clock(next_at)}" if next_at is not None else text


def _wrapped(label: str, parts: Sequence[str]) -> list[str]:
    lines: list[str] = []
    current = ""
    for part in parts:
        if current and INDENT + len(current) + 3 + len(part) > ROUTES_WIDTH:
            lines.append(_row("" if lines else label, current))
            current = part
        else:
            current = f"{current}   {part}" if current else part
    return [*lines, _row("" if lines else label, current)] if current else []


def _row(label: str, text: str) -> str:
    return tabbed([(0, label), (INDENT, text)])
