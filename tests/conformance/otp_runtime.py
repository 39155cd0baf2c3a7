"""Level `runtime`: scenarios followed by the engine itself, on a virtual clock.

The engine's own supervisor runners, mailboxes, places, generations and kill path; each worker of
a scenario is a `service` child from `tests.helpers.scripted_service`. Instruments: `suspend` and
`resume` of a supervisor (`burst`), the start hook (failing, ignored and gated starts).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from jido_cli.runtime.engine import Engine, EngineOptions
from jido_cli.runtime.supervising.attempts import (
    CANCELLED,
    StartAttempt,
    StartIgnored,
    StartRefused,
)
from jido_cli.runtime.supervising.place import Place, Process
from jido_cli.runtime.supervising.service import ServiceProcess
from jido_cli.runtime.supervising.starts import ServiceStart, Start, SupervisorStart
from jido_cli.runtime.supervising.supervisor import SupervisorRunner
from jido_cli.supervision.answers import Children, Counts
from jido_cli.supervision.events import (
    Call,
    CountChildrenCall,
    DeleteChildCall,
    GetChildSpecCall,
    RestartChildCall,
    StartChildCall,
    TerminateChildCall,
    WhichChildrenCall,
)
from jido_cli.supervision.reasons import SHUTDOWN, ExitReason
from jido_cli.supervision.specs import ChildSpec
from jido_cli.supervision.validation import FailedChild
from jido_cli.testing.virtual_time import VirtualLoop
from tests.conformance.otp_translate import (
    BOOM,
    answer_json,
    flags_of,
    pool_children_json,
    reason_json,
    reason_of,
    spec_of,
)
from tests.conformance.otp_world import Json, RawObservation, Step
from tests.helpers.scripted_service import Script, ScriptedServices

NOPROC: Final = {"error": "noproc"}
NO_CHILD: Final = "\0"  # an id that no scenario gives
IS_DYNAMIC: Final = {"error": "simple_one_for_one"}


class RuntimeWorld:
    """One engine on a virtual loop of its own."""

    def __init__(self, tree: Mapping[str, Json]) -> None:
        self._tree = tree
        self._loop = VirtualLoop()
        self._events: list[Json] = []
        self._downs: list[Json] = []
        self._attempts: Counter[str] = Counter()
        self._numbers: dict[tuple[int, int], tuple[Place, int]] = {}
        self._latest: dict[str, Process] = {}
        self._indices: Counter[str] = Counter()
        self._gate: str | None = None
        self._gated: asyncio.Future[None] | None = None
        self._root_reason: Json = None
        self._services = ScriptedServices(self._terminated)
        self._nodes: dict[int, tuple[Start, Mapping[str, Json]]] = {}
        self._engine: Engine | None = None
        self._boot: asyncio.Task[None] | None = None

    # --- the tree as the engine takes it ---

    def _start_of(self, node: Mapping[str, Json]) -> Start:
        start: Start
        if node.get("type") == "supervisor":
            specs = [self._spec_of(child) for child in node.get("children", ())]
            start = SupervisorStart(flags_of(node), specs)
        else:
            start = ServiceStart(self._services.run, "scripted")
        self._nodes[id(start)] = (start, node)
        return start

    def _spec_of(self, node: Mapping[str, Json]) -> ChildSpec:
        spec = spec_of(node)
        return spec if spec.start is None else replace(spec, start=self._start_of(node))

    # --- instruments ---

    def _hook(self, attempt: StartAttempt) -> Awaitable[None] | None:
        place = attempt.place
        path = place.path
        self._attempts[path] += 1
        n = self._attempts[path]
        _, node = self._nodes[id(place.start)]
        if isinstance(attempt.args, Mapping):
            node = {**node, **attempt.args}
        if path == self._gate:
            self._events.append(["fail", path, n])
            self._gate = None
            self._gated = self._loop.create_future()
            return self._hold(self._gated)
        start = node.get("start", {})
        if n in start.get("fail", ()):
            self._events.append(["fail", path, n])
            raise StartRefused(BOOM)
        if n in start.get("ignore", ()):
            self._events.append(["ignore", path, n])
            raise StartIgnored
        above = path.rpartition("/")[0]
        self._events.append(["start", path, n, self._attempts[above] if above else 0])
        self._numbers[id(place), attempt.generation] = (place, n)
        self._services.scripts[path] = Script(
            traps_exit=node.get("traps_exit", False),
            hang_s=node.get("hang_ms", 0) / 1000 if node.get("terminate") == "hang" else 0.0,
        )
        return None

    async def _hold(self, gate: asyncio.Future[None]) -> None:
        await gate
        raise StartRefused(BOOM)

    def _number(self, place: Place, generation: int) -> int:
        return self._numbers[id(place), generation][1]

    def _terminated(self, place: Place, generation: int, reason: ExitReason) -> None:
        event = ["term", place.path, self._number(place, generation), reason_json(reason)]
        self._events.append(event)

    def _exited(self, process: Process, reason: ExitReason) -> None:
        place = process.place
        path = place.path
        n = self._number(place, process.generation)
        reason = _as_gated(reason)
        self._downs.append([path, n, reason_json(reason)])
        self._latest[path] = process
        if place.parent is None:
            self._root_reason = reason_json(reason)

    # --- boot and steps ---

    def boot(self) -> RawObservation:
        """Start the engine."""
        start = self._start_of({**self._tree, "type": "supervisor"})
        assert isinstance(start, SupervisorStart)

        async def make() -> None:
            options = EngineOptions(start_hook=self._hook, is_watched=False)
            self._engine = Engine(start, options)
            self._engine.kernel.exit_observers.append(self._exited)
            self._boot = self._loop.create_task(self._engine.boot())

        self._loop.run_until_complete(make())
        self._loop.run_until_idle()
        assert self._boot is not None
        error = self._boot.exception()
        if error is None:
            return self._observe({"ok": "started"})
        if isinstance(error.__cause__, StartIgnored):
            return self._observe({"ok": "ignored"})
        if isinstance(error.__cause__, StartRefused):
            self._root_reason = reason_json(error.__cause__.reason)
        return self._observe({"error": {"start_failed": self._root_reason}})

    def step(self, step: Step) -> RawObservation:
        """Do one step and let everything settle."""
        answer = self._do(step)
        self._loop.run_until_idle()
        return self._observe(answer())

    def close(self) -> None:
        """End what still runs, and the loop."""
        root = self._living(self._tree["id"])
        if root is not None:
            root.kill()
        self._loop.settle()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_idle()
        self._loop.close()

    def _do(self, step: Step) -> Callable[[], Json]:
        match step["op"]:
            case "exit":
                return self._exit(step)
            case "stop_root":
                return self._stop_root()
            case "sleep":
                self._loop.advance(step["ms"] / 1000)
                return lambda: "ok"
            case "burst":
                return self._burst(step)
            case "while_restarting":
                return self._while_restarting(step)
            case _:
                return self._call(step)

    def _exit(self, step: Step) -> Callable[[], Json]:
        process = self._living(step["path"])
        if process is None:
            return lambda: NOPROC
        if step["reason"] == "kill":
            process.kill()
        elif isinstance(process, SupervisorRunner):
            process.terminate(reason_of(step["reason"]))
        else:
            self._services.tell(process.place, process.generation, reason_of(step["reason"]))
        return lambda: "ok"

    def _stop_root(self) -> Callable[[], Json]:
        root = self._living(self._tree["id"])
        if root is None:
            return lambda: NOPROC
        root.terminate(SHUTDOWN)
        return lambda: "ok"

    def _burst(self, step: Step) -> Callable[[], Json]:
        runner = self._supervisor(step["sup"])
        if runner is None:
            return lambda: NOPROC
        runner.suspend()
        answers = []
        for exit_step in step["exits"]:
            answers.append(self._exit(exit_step))
            self._loop.run_until_idle()
        runner.resume()
        return lambda: {"burst": [answer() for answer in answers]}

    def _while_restarting(self, step: Step) -> Callable[[], Json]:
        self._gate = step.get("gate", step["path"])
        self._gated = None
        answer = self._exit(step)
        self._loop.run_until_idle()
        self._gate = None
        if self._gated is None:
            return answer
        queued = self._do(step["call"])
        self._loop.run_until_idle()
        if not self._gated.done():
            self._gated.set_result(None)
        return lambda: {"queued": queued()}

    def _call(self, step: Step) -> Callable[[], Json]:
        runner = self._supervisor(step["sup"])
        if runner is None:
            return lambda: NOPROC
        is_dynamic = runner.start.flags.strategy == "dynamic"
        call = self._call_of(step, runner, is_dynamic)
        if not isinstance(call, Call):
            return lambda: call
        answers: list[object] = []
        runner.call(call, answers.append)

        def answer() -> Json:
            (result,) = answers
            if result is None:
                return NOPROC
            if isinstance(result, Children) and is_dynamic:
                return pool_children_json(result)
            return answer_json(result)  # type: ignore[arg-type]

        return answer

    def _call_of(self, step: Step, runner: SupervisorRunner, is_dynamic: bool) -> Call | Json:
        match step["op"]:
            case "which_children":
                return WhichChildrenCall()
            case "count_children":
                return CountChildrenCall()
            case "start_child" if is_dynamic:
                self._indices[step["sup"]] += 1
                ident = f"#{self._indices[step['sup']]}"
                return StartChildCall(id=ident, args=step.get("extra"))
            case "start_child":
                return StartChildCall(self._spec_of(step["spec"]))
            case _:
                return self._named_call(step, runner, is_dynamic)

    def _named_call(self, step: Step, runner: SupervisorRunner, is_dynamic: bool) -> Call | Json:
        ident, ref, is_alive = step.get("id"), None, False
        if "id" not in step:
            ident, ref, is_alive = None, 0, True  # a stranger
            if "index" in step:
                process = self._process(f"{step['sup']}/#{step['index']}")
                if process is None:
                    return NOPROC
                is_alive = process.is_alive
                ref = process.ref if _supervisor_of(process) is runner else 0
            if not is_dynamic:
                ident = NO_CHILD
        match step["op"]:
            case "terminate_child" if is_dynamic and ref is None:
                return IS_DYNAMIC  # OTP knows dynamic children by their process only
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

    def _place(self, path: str) -> Place | None:
        assert self._engine is not None
        matching = self._engine.kernel.tree.matching(path)
        return matching[0] if matching and matching[0].path == path else None

    def _process(self, path: str) -> Process | None:
        """Return the latest process of *path*, dead or not."""
        place = self._place(path)
        if place is not None and place.process is not None:
            return place.process
        return self._latest.get(path)

    def _living(self, path: str) -> Process | None:
        process = self._process(path)
        return process if process is not None and process.is_alive else None

    def _supervisor(self, path: str) -> SupervisorRunner | None:
        process = self._living(path)
        return process if isinstance(process, SupervisorRunner) else None

    def _observe(self, ret: Json) -> RawObservation:
        root = self._supervisor(self._tree["id"])
        tree = None if root is None else self._tree_json(root, self._tree["id"])
        is_alive = root is not None
        observation = {
            "ret": ret,
            "events": self._events,
            "downs": self._downs,
            "root": {"alive": True} if is_alive else {"alive": False, "reason": self._root_reason},
            "tree": tree,
        }
        self._events, self._downs = [], []
        return observation

    def _ask(self, runner: SupervisorRunner, call: Call) -> object:
        answers: list[object] = []
        runner.call(call, answers.append)
        self._loop.run_until_idle()
        (answer,) = answers
        return answer

    def _tree_json(self, process: Process, ident: str) -> Json:
        number = self._number(process.place, process.generation)
        node: dict[str, Json] = {"id": ident, "st": "alive", "n": number}
        if not isinstance(process, SupervisorRunner):
            return node
        children = self._ask(process, WhichChildrenCall())
        counts = self._ask(process, CountChildrenCall())
        assert isinstance(children, Children)
        assert isinstance(counts, Counts)
        rows = list(children.children)
        if process.start.flags.strategy == "dynamic":
            rows.sort(key=lambda child: int(child.id.removeprefix("#")))
        node["count"] = [counts.specs, counts.active, counts.supervisors, counts.workers]
        node["children"] = [
            self._tree_json(found, child.id)
            if child.liveness == "alive" and (found := process.process_of(child.ref)) is not None
            else {"id": child.id, "st": child.liveness}
            for child in rows
        ]
        return node


def _as_gated(reason: ExitReason) -> ExitReason:
    """Return *reason* with a cancelled start told as what the gate would have answered.

    An order to stop cancels the start that it would have to wait for; OTP waits (runtime.md 35).
    """
    if reason == CANCELLED:
        return BOOM
    detail = reason.detail
    if isinstance(detail, FailedChild):
        return ExitReason(reason.kind, FailedChild(detail.id, _as_gated(detail.reason)))
    return reason


def _supervisor_of(process: Process) -> object:
    assert isinstance(process, ServiceProcess | SupervisorRunner)
    return process.supervisor


def make_world(tree: Mapping[str, Json]) -> RuntimeWorld:
    """Return a world for *tree*."""
    return RuntimeWorld(tree)
