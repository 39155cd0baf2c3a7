"""Between the corpus' JSON and the records of supervision: both ways, without any behaviour.

Only words are translated here. What a dynamic supervisor of OTP refuses and jido's does not is
the drivers' to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, assert_never

from jido_cli.supervision.answers import (
    AlreadyPresent,
    AlreadyStarted,
    Answer,
    BadSpec,
    Children,
    Counts,
    Ignored,
    IsDynamic,
    MaxChildren,
    NotFound,
    Ok,
    Restarting,
    Running,
    SpecFound,
    Started,
    StartError,
)
from jido_cli.supervision.reasons import KILLED, NORMAL, SHUTDOWN, ExitReason, crash
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags
from jido_cli.supervision.validation import Absent, FailedChild, Problem
from tests.conformance.otp_world import Json

BOOM: Final = crash("boom")  # the reason of a start that the scenario lets fail
CRASH: Final = crash("an error of its own")

# The corpus has wrong values on purpose, so the keys go in as they are, whatever they hold.
_Make = Callable[..., Any]


class Refused:
    """A value that OTP refuses and jido would take: it must not pass for something else."""

    def __init__(self, value: Json) -> None:
        self.value = value


def flags_of(node: Mapping[str, Json]) -> SupervisorFlags:
    """Return the flags of a supervisor, with OTP's defaults."""
    strategy = node.get("strategy", "one_for_one")
    if strategy == "dynamic":
        strategy = Refused(strategy)
    elif strategy == "simple_one_for_one":
        strategy = "dynamic"
    period = node.get("period", 5)
    make: _Make = SupervisorFlags
    flags: SupervisorFlags = make(
        strategy=strategy,
        max_restarts=node.get("intensity", 1),
        max_seconds=Refused(period) if isinstance(period, float) else period,
        auto_shutdown=node.get("auto_shutdown", "never"),
    )
    return flags


def spec_of(node: Mapping[str, Json]) -> ChildSpec:
    """Return the specification of a child; its start is the node itself."""
    omitted = node.get("omit", ())
    is_null = "shutdown" in node and node["shutdown"] is None
    make: _Make = ChildSpec
    spec: ChildSpec = make(
        id=None if "id" in omitted else node["id"],
        start=None if "start" in omitted else node,
        restart=node.get("restart", "permanent"),
        shutdown=Refused(None) if is_null else node.get("shutdown"),
        type=node.get("type", "worker"),
        significant=node.get("significant", False),
    )
    return spec


def reason_of(reason: Json) -> ExitReason:
    """Return the reason that a step lets a process exit with."""
    match reason:
        case "normal":
            return NORMAL
        case "shutdown":
            return SHUTDOWN
        case {"shutdown": detail}:
            return ExitReason("shutdown", detail)
        case "kill":
            return KILLED
        case "crash":
            return CRASH
        case _:
            raise ValueError(f"no exit reason: {reason!r}")


def reason_json(reason: ExitReason) -> Json:
    """Return *reason* in the corpus' words."""
    match reason.kind:
        case "normal" | "killed":
            return reason.kind
        case "shutdown":
            if reason.detail is None:
                return "shutdown"
            return {"shutdown": _detail_json(reason.detail)}
        case "crash":
            if isinstance(reason.detail, Problem):
                return _problem_json(reason.detail)
            return "boom" if reason == BOOM else "crash"
        case _:
            assert_never(reason.kind)


def _detail_json(detail: object) -> Json:
    if isinstance(detail, FailedChild):
        return {"failed_to_start_child": [detail.id, reason_json(detail.reason)]}
    return detail


def _problem_json(problem: Problem) -> Json:
    match problem.value:
        case Absent():
            return problem.word
        case Problem() as inner:
            return {problem.word: _problem_json(inner)}
        case tuple() as pairs:
            return {problem.word: [{key: value} for key, value in pairs]}
        case Refused(value=value) | value:
            return {problem.word: value}


def start_json(answer: Answer) -> Json:
    """Return the answer to a start in the corpus' words."""
    match answer:
        case Started():
            return {"ok": "started"}
        case Ignored():
            return {"ok": "ignored"}
        case StartError(reason):
            return {"error": {"start_failed": reason_json(reason)}}
        case _:
            return answer_json(answer)


def answer_json(answer: Answer) -> Json:
    """Return *answer* in the corpus' words; children are listed under their own ids."""
    match answer:
        case Started() | Ignored() | StartError():
            return start_json(answer)
        case Ok():
            return "ok"
        case BadSpec(problem):
            return {"error": {"bad_spec": _problem_json(problem)}}
        case AlreadyStarted() | AlreadyPresent() | Running() | Restarting() | NotFound():
            return {"error": _WORDS[type(answer)]}
        case IsDynamic():
            return {"error": "simple_one_for_one"}
        case SpecFound(spec):
            keys = ("id", "restart", "significant", "shutdown", "type")
            return {"ok": {key: getattr(spec, key) for key in keys}}
        case Children(children):
            return {"ok": [[child.id, child.liveness, child.type] for child in children]}
        case Counts(specs, active, supervisors, workers):
            counts = {"specs": specs, "active": active}
            return {"ok": counts | {"supervisors": supervisors, "workers": workers}}
        case MaxChildren():
            raise ValueError("OTP has no limit of children")
        case _:
            assert_never(answer)


_WORDS: Final[dict[type, str]] = {
    AlreadyStarted: "already_started",
    AlreadyPresent: "already_present",
    Running: "running",
    Restarting: "restarting",
    NotFound: "not_found",
}


def pool_children_json(children: Children) -> Json:
    """Return the children of a dynamic supervisor, whose ids are `#k`: restarting ones last."""
    living = [child for child in children.children if child.liveness == "alive"]
    living.sort(key=lambda child: int(child.id.removeprefix("#")))
    rows = [[child.id, child.liveness, child.type] for child in living]
    rows += [
        ["dynamic", child.liveness, child.type]
        for child in children.children
        if child.liveness != "alive"
    ]
    return {"ok": rows}
