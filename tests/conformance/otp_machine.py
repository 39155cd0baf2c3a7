"""Level `machine`: scenarios followed by bare supervision machines in simulated processes.

Here lives what a step does and how a tree is observed; what processes do is in `otp_processes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from jido_cli.supervision.answers import Children, Counts, IsDynamic
from jido_cli.supervision.events import (
    Call,
    CallReceived,
    CountChildrenCall,
    DeleteChildCall,
    GetChildSpecCall,
    RestartChildCall,
    StartChildCall,
    StartFailed,
    StopRequested,
    TerminateChildCall,
    WhichChildrenCall,
)
from jido_cli.supervision.machine import Machine
from jido_cli.supervision.reasons import SHUTDOWN, ExitReason
from tests.conformance.otp_processes import Process, Scheduler, Supervisor, Trace, start
from tests.conformance.otp_translate import (
    BOOM,
    answer_json,
    pool_children_json,
    reason_json,
    reason_of,
    spec_of,
)
from tests.conformance.otp_world import Json, RawObservation, Step

NOPROC: Final = {"error": "noproc"}
NO_CHILD: Final = "\0"  # an id that no scenario gives


class MachineWorld:
    """One tree of simulated processes."""

    def __init__(
        self, tree: Mapping[str, Json], make_machine: Callable[..., Machine] = Machine
    ) -> None:
        self._tree = tree
        self._root_path: str = tree["id"]
        self._scheduler = Scheduler()
        self._trace = Trace(make_machine)
        self._root: Process | str = ""
        self._indices: dict[str, int] = {}  # of dynamic children, by the supervisor's path
        self._calls = 0

    def boot(self) -> RawObservation:
        """Start the tree."""
        self._root = start(self._trace, self._scheduler, self._root_path, None, self._tree)
        self._scheduler.settle()
        match self._root:
            case Supervisor(is_up=True):
                return self._observe({"ok": "started"})
            case "ignore":
                return self._observe({"ok": "ignored"})
            case _:
                return self._observe({"error": {"start_failed": self._root_json()["reason"]}})

    def step(self, step: Step) -> RawObservation:
        """Do one step and let everything settle."""
        answer = self._do(step)
        self._scheduler.settle()
        return self._observe(answer())

    def close(self) -> None:
        """Nothing is left behind: all of it was simulated."""

    # --- steps: each returns how to find its answer when everything has settled ---

    def _do(self, step: Step) -> Callable[[], Json]:
        match step["op"]:
            case "exit":
                return self._exit(step)
            case "stop_root":
                return self._stop_root()
            case "sleep":
                self._scheduler.after(step["ms"], lambda: None)
                return lambda: "ok"
            case "burst":
                return self._burst(step)
            case "while_restarting":
                return self._while_restarting(step)
            case _:
                return self._call(step)

    def _exit(self, step: Step) -> Callable[[], Json]:
        process = self._trace.latest.get(step["path"])
        if process is None or not process.is_alive:
            return lambda: NOPROC
        if step["reason"] == "kill":
            process.kill()
        else:
            process.exit_by_itself(reason_of(step["reason"]))
        return lambda: "ok"

    def _stop_root(self) -> Callable[[], Json]:
        root = self._supervisor(self._root_path)
        if root is None:
            return lambda: NOPROC
        root.send(StopRequested(SHUTDOWN))
        return lambda: "ok"

    def _burst(self, step: Step) -> Callable[[], Json]:
        supervisor = self._supervisor(step["sup"])
        if supervisor is None:
            return lambda: NOPROC
        supervisor.is_suspended = True
        answers = []
        for exit_step in step["exits"]:
            answers.append(self._exit(exit_step))
            self._scheduler.settle()
        supervisor.resume()
        return lambda: {"burst": [answer() for answer in answers]}

    def _while_restarting(self, step: Step) -> Callable[[], Json]:
        self._trace.gate = step.get("gate", step["path"])
        answer = self._exit(step)
        self._scheduler.settle()
        blocked, self._trace.blocked, self._trace.gate = self._trace.blocked, None, None
        if blocked is None:
            return answer
        supervisor, ref = blocked
        mail_count = supervisor.mail_count
        queued = self._do(step["call"])
        # An order to stop may have to come down from the root before it lies in the mailbox.
        self._scheduler.settle(lambda: supervisor.mail_count > mail_count)
        supervisor.send(StartFailed(ref, BOOM))
        return lambda: {"queued": queued()}

    def _call(self, step: Step) -> Callable[[], Json]:
        supervisor = self._supervisor(step["sup"])
        if supervisor is None:
            return lambda: NOPROC
        call = self._call_of(step, supervisor)
        if isinstance(call, IsDynamic):
            return lambda: answer_json(call)
        if call is None:
            return lambda: NOPROC
        self._calls = call_id = self._calls + 1
        supervisor.send(CallReceived(call_id, call))

        def answer() -> Json:
            match supervisor.answers.get(call_id):
                case None:
                    return NOPROC  # it went down with the call in its mailbox
                case Children() as children if supervisor.is_dynamic:
                    return pool_children_json(children)
                case result:
                    return answer_json(result)  # type: ignore[arg-type]

        return answer

    def _call_of(self, step: Step, supervisor: Supervisor) -> Call | IsDynamic | None:
        match step["op"]:
            case "which_children":
                return WhichChildrenCall()
            case "count_children":
                return CountChildrenCall()
            case "start_child" if supervisor.is_dynamic:
                index = self._indices[supervisor.path] = self._indices.get(supervisor.path, 0) + 1
                return StartChildCall(id=f"#{index}", args=step.get("extra"))
            case "start_child":
                return StartChildCall(spec_of(step["spec"]))
            case _:
                return self._named_call(step, supervisor)

    def _named_call(self, step: Step, supervisor: Supervisor) -> Call | IsDynamic | None:
        """Return a call that names a child, by its id or by a process."""
        ident, ref, is_alive = step.get("id"), None, False
        if "id" not in step:
            ident, ref, is_alive = None, 0, True  # a stranger
            if "index" in step:
                process = self._trace.latest.get(f"{supervisor.path}/#{step['index']}")
                if process is None:
                    return None
                is_alive = process.is_alive
                # A process of an earlier life of the supervisor is a stranger to this one.
                ref = process.ref if process.parent is supervisor else 0
            if not supervisor.is_dynamic:
                ident = NO_CHILD
        match step["op"]:
            case "terminate_child" if supervisor.is_dynamic and ref is None:
                return IsDynamic()  # OTP knows dynamic children by their process only
            case "terminate_child":
                return TerminateChildCall(ident, ref, is_alive)
            case "restart_child":
                return RestartChildCall(ident or NO_CHILD)
            case "delete_child":
                return DeleteChildCall(ident or NO_CHILD)
            case "get_childspec":
                return GetChildSpecCall(ident, ref, is_alive)
            case op:
                raise ValueError(f"no such step: {op!r}")

    # --- observing ---

    def _supervisor(self, path: str) -> Supervisor | None:
        process = self._trace.latest.get(path)
        return process if isinstance(process, Supervisor) and process.is_alive else None

    def _observe(self, ret: Json) -> RawObservation:
        trace = self._trace
        root = self._supervisor(self._root_path)
        observation = {
            "ret": ret,
            "events": trace.events,
            "downs": trace.downs,
            "root": self._root_json(),
            "tree": None if root is None else _tree_json(root, self._root_path),
        }
        trace.events, trace.downs = [], []
        return observation

    def _root_json(self) -> Json:
        match self._root:
            case Process(is_alive=True):
                return {"alive": True}
            case Process(exit_reason=ExitReason() as reason):
                return {"alive": False, "reason": reason_json(reason)}
            case "fail":
                return {"alive": False, "reason": reason_json(BOOM)}
            case _:
                return {"alive": False, "reason": None}


def _tree_json(process: Process, ident: str) -> Json:
    node = {"id": ident, "st": "alive", "n": process.n}
    if not isinstance(process, Supervisor):
        return node
    children = process.ask_now(WhichChildrenCall())
    counts = process.ask_now(CountChildrenCall())
    assert isinstance(children, Children)
    assert isinstance(counts, Counts)
    rows = list(children.children)
    if process.is_dynamic:
        rows.sort(key=lambda child: int(child.id.removeprefix("#")))
    node["count"] = [counts.specs, counts.active, counts.supervisors, counts.workers]
    node["children"] = [
        _tree_json(process.children[child.ref], child.id)
        if child.liveness == "alive"
        else {"id": child.id, "st": child.liveness}
        for child in rows
    ]
    return node


def make_world(tree: Mapping[str, Json]) -> MachineWorld:
    """Return a world for *tree*."""
    return MachineWorld(tree)
