"""The child API: what each call does and what answers it.

| call | answers |
| --- | --- |
| `StartChildCall` | `Started Ignored StartError` `AlreadyStarted AlreadyPresent` `BadSpec` |
| the same of `dynamic` | `MaxChildren` as well |
| `RestartChildCall` | `Started Ignored StartError Running Restarting NotFound IsDynamic` |
| `TerminateChildCall` | `Ok NotFound` |
| `DeleteChildCall` | `Ok Running Restarting NotFound IsDynamic` |
| `GetChildSpecCall` | `SpecFound NotFound` |
| `WhichChildrenCall` | `Children` |
| `CountChildrenCall` | `Counts` |

A `dynamic` child is known by its id, which is the product's own, and by its last process, as in
OTP. Who speaks OTP's dialect, where everything but a process is refused, answers that itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from jido_cli.supervision.answers import (
    AlreadyPresent,
    AlreadyStarted,
    Answer,
    BadSpec,
    ChildInfo,
    Children,
    Counts,
    IsDynamic,
    Liveness,
    MaxChildren,
    NotFound,
    Ok,
    Restarting,
    Running,
    SpecFound,
)
from jido_cli.supervision.children import Child, Status
from jido_cli.supervision.effects import Reply
from jido_cli.supervision.events import (
    CallReceived,
    CountChildrenCall,
    DeleteChildCall,
    GetChildSpecCall,
    RestartChildCall,
    StartChildCall,
    TerminateChildCall,
    WhichChildrenCall,
)
from jido_cli.supervision.flow import begin_start, forget, proceed
from jido_cli.supervision.specs import ChildSpec
from jido_cli.supervision.state import State
from jido_cli.supervision.validation import Problem, check_spec

_LIVENESS: dict[Status, Liveness] = {
    "undefined": "undefined",
    "alive": "alive",
    "restarting": "restarting",
    "waiting": "restarting",
}


def on_call(s: State, event: CallReceived) -> None:
    """Serve one call; what needs a child to start or stop is answered later."""
    answer = _serve(s, event)
    if answer is not None:
        s.out.append(Reply(event.call_id, answer))


def list_children(s: State) -> tuple[ChildInfo, ...]:
    """Return the children in start order."""
    return tuple(
        ChildInfo(child.id, _LIVENESS[child.status], child.spec.type, child.process)
        for child in s.table
    )


def _serve(s: State, event: CallReceived) -> Answer | None:
    call = event.call
    match call:
        case StartChildCall():
            return _start_child(s, event.call_id, call)
        case TerminateChildCall():
            return _terminate_child(s, event.call_id, call)
        case RestartChildCall():
            return _restart_child(s, event.call_id, call)
        case DeleteChildCall():
            return _delete_child(s, call)
        case GetChildSpecCall():
            return _get_childspec(s, call)
        case WhichChildrenCall():
            return Children(list_children(s))
        case CountChildrenCall():
            return _count_children(s)
        case _:
            assert_never(call)


def _start_child(s: State, call_id: int, call: StartChildCall) -> Answer | None:
    template = s.template
    if template is not None:
        if call.id is None:
            return BadSpec(Problem("missing_id"))
        ident, spec = call.id, template
        if call.restart is not None and call.restart != template.restart:
            spec = replace(template, restart=call.restart)
    else:
        if call.spec is None:
            return BadSpec(Problem("invalid_child_spec", call.spec))
        problem = check_spec(call.spec, s.flags.auto_shutdown)
        if problem is not None:
            return BadSpec(problem)
        ident, spec = call.spec.id, call.spec
    known = s.table.by_id.get(ident)
    if known is not None:
        return AlreadyStarted(known.ref) if known.status == "alive" else AlreadyPresent()
    limit = s.flags.max_children
    if template is not None and limit is not None and len(s.table) >= limit:
        return MaxChildren(limit)
    child = Child(ident, spec, call.args)
    s.work.begin("start_child", child, call_id)
    begin_start(s, child)
    return None


def _restart_child(s: State, call_id: int, call: RestartChildCall) -> Answer | None:
    child = _undefined_child(s, call.id)
    if not isinstance(child, Child):
        return child
    s.work.begin("restart_child", child, call_id)
    begin_start(s, child)
    return None


def _delete_child(s: State, call: DeleteChildCall) -> Answer:
    child = _undefined_child(s, call.id)
    if not isinstance(child, Child):
        return child
    forget(s, child)
    return Ok()


def _undefined_child(s: State, ident: str) -> Child | Answer:
    if s.template is not None:
        return IsDynamic()
    child = s.table.by_id.get(ident)
    if child is None:
        return NotFound()
    liveness = _LIVENESS[child.status]
    if liveness == "undefined":
        return child
    return Running() if liveness == "alive" else Restarting()


def _terminate_child(s: State, call_id: int, call: TerminateChildCall) -> Answer | None:
    if call.ref is not None:
        child = s.table.by_process.get(call.ref)
        if child is None:
            return NotFound() if call.is_alive else Ok()
    else:
        child = s.table.by_id.get(call.id) if call.id is not None else None
        if child is None:
            return NotFound()
    s.work.begin("terminate_child", child, call_id)
    s.work.stop.append(child)
    proceed(s)
    s.streaks.pop(child.id, None)  # only now: a wait is cancelled with its help
    return None


def _get_childspec(s: State, call: GetChildSpecCall) -> Answer:
    spec: ChildSpec | None = None
    if s.template is not None:
        # By the template's id, by a child's, or by any process but a living stranger.
        is_child = call.id in s.table.by_id or call.ref in s.table.by_process
        if is_child or call.id == s.template.id or not (call.ref is None or call.is_alive):
            spec = s.template
    elif call.id in s.table.by_id:
        spec = s.table.by_id[call.id].spec
    return NotFound() if spec is None else SpecFound(replace(spec, shutdown=spec.shutdown_time()))


def _count_children(s: State) -> Answer:
    size = len(s.table)
    if s.template is not None:
        is_worker = s.template.type == "worker"
        return Counts(1, s.table.active, 0 if is_worker else size, size if is_worker else 0)
    workers = sum(child.spec.type == "worker" for child in s.table)
    return Counts(size, s.table.active, size - workers, workers)
