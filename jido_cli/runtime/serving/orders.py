"""Orders from clients, carried out on the loop: signals, steering, shutdown.

Each answers with plain data or raises a `ControlError` with a stable code; none of them decides
what restarts with what.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from jido_cli.core.agent import AgentDefinition
from jido_cli.core.signals import Signal, SignalError, new_signal
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.addressing import (
    check_data,
    check_route,
    check_type,
    require_agent,
    unknown_params,
)
from jido_cli.runtime.agents.calling import SOURCE, ask
from jido_cli.runtime.agents.calls import DEFAULT_CALL_TIMEOUT_S, Delivery
from jido_cli.runtime.agents.handing_over import args_for_successor, hand_over_children
from jido_cli.runtime.agents.mailbox import deliver, wait_for_room
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.keyed.children import KeyedChildren
from jido_cli.runtime.serving import commands, schedule_orders, view_places, view_records
from jido_cli.runtime.serving.scaling import Scaling
from jido_cli.runtime.supervising.names import name_of, require_id
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart, ChildArgs, SupervisorStart
from jido_cli.runtime.supervising.supervisor import SupervisorRunner
from jido_cli.runtime.waiting import DEFAULT_WAIT_S
from jido_cli.supervision import answers
from jido_cli.supervision.events import (
    Call,
    GetChildSpecCall,
    RestartChildCall,
    StartChildCall,
    TerminateChildCall,
)

if TYPE_CHECKING:
    from jido_cli.runtime.engine import Engine

Data = dict[str, Any]
SIGNAL_KEYS = ("type", "data", "subject", "source", "id")


class Orders:
    """The orders of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kernel = engine.kernel
        self._scaling = Scaling(engine.kernel, self._do)
        self._by_name: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Data]]] = {
            "call": self._call,
            "send": self._send,
            "stop": self._stop,
            "start": self._start,
            "restart": self._restart,
            "kill": self._kill,
            "cancel": self._cancel,
            "start_child": self._start_child,
            "terminate_child": self._terminate_child,
            "scale": self._scale,
            "wait": self._wait,
            "shutdown": self._shutdown,
            "run_schedule": self._run_schedule,
            "pause_schedule": self._pause_schedule,
            "resume_schedule": self._resume_schedule,
        }

    async def _cancel(self, args: Mapping[str, Any]) -> Data:
        return commands.cancel(self._kernel, args["command"], args.get("agent"))

    async def run(self, name: str, args: Mapping[str, Any]) -> Data:
        """Carry out the order *name*.

        Raises:
            ControlError: it is not known, or refused.
        """
        order = self._by_name.get(name)
        if order is None:
            raise ControlError(f"no order {name!r}", code="no-order")
        return await order(args)

    # -- signals

    def _signal(self, args: Mapping[str, Any], *, is_strict: bool = False) -> tuple[Place, Signal]:
        now_ns = self._kernel.wall_ns()
        extensions = args.get("extensions") or {}
        attributes = {key: args[key] for key in SIGNAL_KEYS if args.get(key) is not None}
        try:
            signal = new_signal(
                {**extensions, **attributes},
                source=SOURCE,
                ident=self._kernel.ids.next(now_ns // 1_000_000),
                time_ns=now_ns,
            )
        except SignalError as error:
            raise ControlError(error.message, code="bad-signal", where=args["to"]) from error
        check_type(signal.type)
        keyed = self._kernel.keyed
        seen = keyed.template_of(args["to"]) or self._kernel.tree.resolve(args["to"])
        definition = require_agent(seen)
        if not args.get("unrouted"):
            check_route(seen, definition, signal.type)
            if is_strict:
                self._check_params(args["to"], definition, signal)
            check_data(definition, signal.type, signal.data)
        place = keyed.find(args["to"], signal)
        return self._kernel.tree.resolve(args["to"]) if place is None else place, signal

    def _check_params(self, ident: str, definition: AgentDefinition, signal: Signal) -> None:
        """Refuse members of the data that nobody takes, but for those that hold a key."""
        problem = unknown_params(definition, signal.type, signal.data)
        if problem is not None and self._kernel.keyed.named(ident) is None:
            raise ControlError(problem, code="unknown-param", where=ident)

    async def _call(self, args: Mapping[str, Any]) -> Data:
        place, signal = self._signal(args)
        timeout_s = (args.get("timeout_ms") or DEFAULT_CALL_TIMEOUT_S * 1000) / 1000
        is_by_key = self._kernel.keyed.named(args["to"]) is not None
        answer = await ask(self._kernel, place, signal, timeout_s, takes_any=is_by_key)
        data = view_records.answer(answer, signal.id, place)
        process = place.process
        if answer.outcome in ("expired", "unknown") and isinstance(process, AgentServer):
            data["why"] = f"{answer.why}; {self._busy(place, process)}"
        return {**data, "path": place.path}

    def _busy(self, place: Place, server: AgentServer) -> str:
        running = server.running
        waiting = f"{place.mail_depth} signals wait"
        if running is None:
            return waiting
        seconds = self._kernel.monotonic() - running.since
        return f"{place.path} runs {running.action} for {seconds:.1f}s, {waiting}"

    async def _send(self, args: Mapping[str, Any]) -> Data:
        place, signal = self._signal(args, is_strict=True)
        delivery = deliver(place, signal)
        if delivery == "blocked":
            delivery = await self._room(place, signal)
        if delivery != "accepted":
            start = place.start
            assert isinstance(start, AgentStart)
            raise ControlError(
                f"the mailbox of {place.id} is full: the signal was {delivery}",
                code="mailbox-full",
                where=f"{place.path}, {place.mail_depth} of {start.program.mailbox.max}",
            )
        return {"ack": "accepted", "id": signal.id, "to": place.path}

    async def _room(self, place: Place, signal: Signal) -> Delivery:
        future: asyncio.Future[Delivery] = self._engine.loop.create_future()
        start = place.start
        assert isinstance(start, AgentStart)
        wait_for_room(place, signal, start.program.mailbox.block_timeout_s, future.set_result)
        return await future

    # -- steering

    def _above(self, place: Place, verb: str) -> SupervisorRunner:
        above = place.parent
        if above is None:
            raise ControlError(
                f"the root cannot be {verb} alone",
                code="wrong-state",
                where=place.path,
                hints=("jido down",),
            )
        runner = above.process
        if not isinstance(runner, SupervisorRunner):
            raise ControlError(
                f"{above.path} does not run: it is {above.status}",
                code="wrong-state",
                where=place.path,
                hints=(f"jido start {above.id}",),
            )
        return runner

    async def _ask(self, runner: SupervisorRunner, call: Call) -> object:
        future: asyncio.Future[object] = self._engine.loop.create_future()

        def answered(answer: object) -> None:
            if not future.done():
                future.set_result(answer)

        runner.call(call, answered)
        return await future

    async def _stop(self, args: Mapping[str, Any]) -> Data:
        place = self._kernel.keyed.awake(args["id"])
        runner = self._above(place, "stopped")
        if place.process is None and place.status == "stopped":
            return self._told(place, "was stopped already")
        answer = await self._ask(runner, TerminateChildCall(place.id))
        self._check(answer, place)
        if place.process is None:  # also who had none, between two attempts to restart it
            place.set_status("stopped")
        return self._told(place, "stopped")

    async def _start(self, args: Mapping[str, Any]) -> Data:
        keyed = self._kernel.keyed
        found = keyed.split(args["id"])
        if found is not None and keyed.resolve(args["id"]).process is None:
            return await self._start_key(*found)
        place = self._kernel.tree.resolve(args["id"])
        runner = self._above(place, "started")
        answer = await self._ask(runner, RestartChildCall(place.id))
        self._check(answer, place)
        return self._told(place, "started")

    async def _restart(self, args: Mapping[str, Any]) -> Data:
        place = self._kernel.keyed.awake(args["id"])
        runner = self._above(place, "restarted")
        keyed = None if place.parent is None else self._kernel.keyed.of(place.parent)
        place.log.is_restarting = True  # its children wait for it, whatever stands between
        try:
            if keyed is not None:  # a signal that comes meanwhile may start it before we do
                self._check(await self._ask(runner, TerminateChildCall(place.id)), place)
                await self._start_key(keyed, name_of(place.id))
            else:
                self._check(await self._stop_and_start(place, runner), place)
        finally:
            place.log.is_restarting = False
            hand_over_children(place)
        return self._told(self._kernel.tree.resolve(place.path), "restarted")

    async def _stop_and_start(self, place: Place, runner: SupervisorRunner) -> object:
        process = place.process
        kept = args_for_successor(process) if isinstance(process, AgentServer) else None
        found = await self._ask(runner, GetChildSpecCall(place.id))
        self._check(await self._ask(runner, TerminateChildCall(place.id)), place)
        is_dynamic = runner.start.flags.strategy == "dynamic"
        answer: object = answers.NotFound()
        if not is_dynamic:
            answer = await self._ask(runner, RestartChildCall(place.id))
        if isinstance(answer, answers.NotFound):  # who is not kept without a process begins anew
            spec = None if is_dynamic or not isinstance(found, answers.SpecFound) else found.spec
            answer = await self._ask(runner, StartChildCall(spec, place.id, kept))
        return answer

    async def _kill(self, args: Mapping[str, Any]) -> Data:
        place = self._kernel.keyed.awake(args["id"])
        process = place.process
        if process is None:
            raise ControlError(
                f"{place.id} does not run: it is {place.status}",
                code="wrong-state",
                where=place.path,
                hints=(f"jido start {place.id}",),
            )
        generation = process.generation
        process.kill()
        return {**self._told(place, "killed"), "generation": generation}

    def _told(self, place: Place, what: str) -> Data:
        return {
            "path": place.path,
            "status": view_places.status_of(place, self._kernel.monotonic()),
            "generation": place.generation,
            "did": what,
        }

    def _check(self, answer: object, place: Place) -> None:
        """Raise for an answer of the child API that is not what was asked for."""
        match answer:
            case answers.Ok() | answers.Started() | answers.Ignored():
                return
            case answers.StartError(reason):
                raise ControlError(
                    f"{place.id} failed to start: {reason}", code="start-failed", where=place.path
                )
            case answers.Running():
                raise ControlError(f"{place.id} runs already", code="wrong-state", where=place.path)
            case answers.Restarting():
                raise ControlError(
                    f"{place.id} is being restarted", code="wrong-state", where=place.path
                )
            case answers.MaxChildren(limit):
                raise ControlError(
                    f"the supervisor has its {limit} children", code="too-many", where=place.path
                )
            case answers.AlreadyStarted() | answers.AlreadyPresent():
                raise ControlError(
                    f"{place.id} has a child of that id", code="wrong-state", where=place.path
                )
            case answers.IsDynamic():
                raise ControlError(
                    f"{place.id} is a dynamic child: a new one is started in its stead",
                    code="wrong-state",
                    where=place.path,
                )
            case None:
                raise ControlError(
                    "the supervisor went down meanwhile", code="wrong-state", where=place.path
                )
            case _:
                raise ControlError(
                    f"refused: {type(answer).__name__}", code="wrong-state", where=place.path
                )

    # -- waiting

    async def _wait(self, args: Mapping[str, Any]) -> Data:
        found = await self._engine.wait(
            args["id"],
            args.get("until"),
            timeout_s=(args.get("timeout_ms") or DEFAULT_WAIT_S * 1000) / 1000,
            may_come=bool(args.get("may_come")),
        )
        return view_records.wait_result(found)

    # -- dynamic children

    async def _start_child(self, args: Mapping[str, Any]) -> Data:
        place = self._kernel.tree.resolve(args["supervisor"])
        start, runner = place.start, place.process
        if not isinstance(start, SupervisorStart) or start.flags.strategy != "dynamic":
            raise ControlError(
                f"{place.id} is not a dynamic supervisor", code="wrong-state", where=place.path
            )
        if not isinstance(runner, SupervisorRunner):
            raise ControlError(
                f"{place.id} does not run: it is {place.status}",
                code="wrong-state",
                where=place.path,
            )
        keyed = self._kernel.keyed.of(place)
        if keyed is not None:
            if not args.get("id") or args.get("state"):
                what = "takes no state" if args.get("id") else "needs its key as `id`"
                text = f"a child of {keyed.place.id} is started by its key: it {what}"
                raise ControlError(text, code="bad-value", where=place.path)
            return await self._start_key(keyed, name_of(args["id"]))
        template = start.specs[0]
        name = name_of(args.get("id") or "") or self._kernel.next_child_id(place, template.id)
        child_id = require_id(name, "id", place)
        child_args = ChildArgs(state=args.get("state") or {}, tag=name)
        self._check(await self._ask(runner, StartChildCall(id=child_id, args=child_args)), place)
        return self._told(self._kernel.tree.resolve(f"{place.path}/{child_id}"), "started")

    async def _start_key(self, keyed: KeyedChildren, key: str) -> Data:
        """Start the agent of a key, or wake it."""
        place = keyed.for_key(key)
        runner = self._above(place, "started")
        await self._ask(runner, GetChildSpecCall(place.id))  # it is answered behind the start
        if place.status == "failed":
            text = f"{place.id} failed to start: {place.log.why_failed}"
            raise ControlError(text, code="start-failed", where=place.path)
        return self._told(place, "started")

    async def _terminate_child(self, args: Mapping[str, Any]) -> Data:
        place = self._kernel.tree.resolve(args["id"])
        runner = self._above(place, "ended")
        if runner.start.flags.strategy != "dynamic":
            raise ControlError(
                f"{place.id} is declared in the file: stop it instead",
                code="wrong-state",
                where=place.path,
                hints=(f"jido stop {place.id}",),
            )
        self._check(await self._ask(runner, TerminateChildCall(place.id)), place)
        return self._told(place, "ended")

    async def _scale(self, args: Mapping[str, Any]) -> Data:
        return await self._scaling.scale(args["id"], args["count"])

    async def _do(self, runner: SupervisorRunner, call: Call, place: Place) -> None:
        self._check(await self._ask(runner, call), place)

    # -- schedules

    async def _run_schedule(self, args: Mapping[str, Any]) -> Data:
        return schedule_orders.run_schedule(self._kernel, args["id"])

    async def _pause_schedule(self, args: Mapping[str, Any]) -> Data:
        return schedule_orders.pause_schedule(self._kernel, args["id"])

    async def _resume_schedule(self, args: Mapping[str, Any]) -> Data:
        return schedule_orders.resume_schedule(self._kernel, args["id"])

    # -- the engine

    async def _shutdown(self, args: Mapping[str, Any]) -> Data:
        nodes = sum(1 for _ in self._kernel.tree.walk())
        self._engine.begin_shutdown(str(args.get("reason") or "asked to stop"))
        return {"stopping": nodes}
