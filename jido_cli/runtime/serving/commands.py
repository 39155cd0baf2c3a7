"""Commands by their id: what became of one, and to cancel one that runs.

A command's id is that of the signal that it handles, an instruction's is its own. Looking is for
any thread; cancelling is an order for the loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from jido_cli.core.signals import Signal
from jido_cli.core.values import thaw
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.calls import Answer, CallRequest
from jido_cli.runtime.agents.cancelling import Cancelled
from jido_cli.runtime.agents.effectful import EffectRun
from jido_cli.runtime.agents.fates import FATES_KEPT, Fate
from jido_cli.runtime.agents.instructions import InstructionRun
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.supervising.place import Place

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel

Data = dict[str, Any]
BY: Final = "cancelled by order"


def look_up(kernel: Kernel, command: str, agent: str | None) -> Data:
    """Return what is known of *command*.

    Raises:
        ControlError: `no-node`, `ambiguous-node`, `ambiguous-command`, or `no-command`.
    """
    running = _one(list(_running(kernel, command, agent)), command)
    if running is not None:
        place, run = running
        return _row(command, place, "running", action=_action(run), ms=_ms(kernel, run))
    place_only = None if agent is None else kernel.tree.resolve(agent)
    for place in kernel.tree.walk() if place_only is None else (place_only,):
        position = _position(place, command)
        if position is not None:
            return _row(command, place, "waiting", position=position)
    fate = kernel.fates.of(command)
    if fate is not None and (place_only is None or fate.path == place_only.path):
        return _fate(fate)
    raise ControlError(
        f"no command {command!r} is known",
        code="no-command",
        why="known are commands that wait or run, and the newest"
        f" {FATES_KEPT:,} whose callers were told `unknown`",
        hints=("jido inspect ID", "jido events --kind command"),
    )


def cancel(kernel: Kernel, command: str, agent: str | None) -> Data:
    """Cancel the command or instruction that runs under this id.

    Raises:
        ControlError: as for `look_up`; `wrong-state`, it does not run.
    """
    running = _one(list(_running(kernel, command, agent)), command)
    if running is None:
        found = look_up(kernel, command, agent)
        raise ControlError(
            f"command {command!r} does not run: it is {found['status']}",
            code="wrong-state",
            where=found["path"],
            why="only what an effectful action works on can be cancelled",
        )
    place, run = running
    told = _row(command, place, "cancelled", action=_action(run), ms=_ms(kernel, run))
    kernel.events.fact(
        "cancelled", place, f"{told['action']} of {command}", command=command, action=told["action"]
    )
    if isinstance(run, InstructionRun):
        run.cancel(BY)
    else:
        run.give_up(Cancelled(BY))
    return told


def _running(
    kernel: Kernel, command: str, agent: str | None
) -> Iterator[tuple[Place, EffectRun | InstructionRun]]:
    places = kernel.tree.walk() if agent is None else (kernel.tree.resolve(agent),)
    for place in places:
        server = place.process
        if not isinstance(server, AgentServer):
            continue
        run = server.running
        if run is not None and run.mail is not None and _id_of(run.mail) == command:
            yield place, run
        instruction = server.instruction(command)
        if instruction is not None:
            yield place, instruction


def _one(
    found: list[tuple[Place, EffectRun | InstructionRun]], command: str
) -> tuple[Place, EffectRun | InstructionRun] | None:
    if len(found) > 1:
        raise ControlError(
            f"{len(found)} agents run {command!r}, say which one",
            code="ambiguous-command",
            where=", ".join(place.path for place, _ in found[:8]),
            hints=(f"jido cancel {command} --agent {found[0][0].path}",),
        )
    return found[0] if found else None


def _position(place: Place, command: str) -> int | None:
    """Return at which place of the mailbox the command waits, from 1."""
    for number, mail in enumerate(list(place.mail or ()), start=1):
        if _id_of(mail) == command:
            return number
    return None


def _id_of(mail: Signal | CallRequest) -> str:
    return mail.signal.id if isinstance(mail, CallRequest) else mail.id


def _action(run: EffectRun | InstructionRun) -> str:
    return run.action if isinstance(run, EffectRun) else run.action.name


def _ms(kernel: Kernel, run: EffectRun | InstructionRun) -> int | None:
    effect = run if isinstance(run, EffectRun) else run.effect
    return None if effect is None else round((kernel.monotonic() - effect.since) * 1000)


def _row(command: str, place: Place, status: str, **more: object) -> Data:
    return {"command": command, "path": place.path, "status": status, **more}


def _fate(fate: Fate) -> Data:
    """Return what became of a command; it is still under way while there is no answer."""
    data: Data = {
        "command": fate.command,
        "path": fate.path,
        "type": fate.type,
        "status": "running",
        "told_at": fate.told_at,
        "ended_at": fate.ended_at,
    }
    answer = fate.answer
    if not isinstance(answer, Answer):
        return data
    error = answer.error
    if answer.outcome == "committed":
        data["status"] = "ok" if answer.ok else "failed"
    else:
        data["status"] = answer.outcome
    return {
        **data,
        "seq": answer.seq,
        "why": answer.why,
        "output": None if answer.output is None else thaw(answer.output),
        "error": None if error is None else {"message": error.message, "code": error.code},
    }
