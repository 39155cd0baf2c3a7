"""What runs in the loop does not wait.

Why: a plain function, and an `async def`, run in the loop that all agents share. While one sleeps,
waits for an answer or for a program, nobody else does anything: mail waits, timers are late, and
after a second the engine says that it is stalled. A plain function must be pure besides: the same
params and state give the same result. Only calls that stand in the function itself are seen.

FAIL:

    jido: v1
    name: waiting
    agents:
      desk: {routes: {ticket.opened: {run: "shop.desk:open"}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    import time
    from jido_cli import action

    @action
    def open(id: str) -> dict:
        time.sleep(1)
        return {"last": id}

PASS:

    jido: v1
    name: elsewhere
    agents:
      desk: {routes: {ticket.opened: {run: "shop.desk:open"}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    import time
    from jido_cli import action

    @action(effect="thread")
    def open(id: str) -> dict:
        time.sleep(1)
        return {"last": id}

Fix: write `effect: thread` beside `run`, or an `async def` that awaits. Such an action is
effectful: it runs beside the loop, and its agent takes the next signal when it has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.python_function import Call, PythonFunction
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD604", "blocking-call", "warning")

_CALLS: Final = frozenset(
    (
        "time.sleep",
        "os.system",
        "os.popen",
        "os.wait",
        "os.waitpid",
        "builtins.input",
        "urllib.request.urlopen",
        "urllib.request.urlretrieve",
        "socket.create_connection",
        "socket.getaddrinfo",
        "select.select",
        "smtplib.SMTP",
        "psycopg.connect",
        "psycopg2.connect",
    )
)
_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "subprocess": ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"),
    "requests": ("get", "post", "put", "patch", "delete", "head", "options", "request"),
    "httpx": ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream"),
}


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every action that holds the loop up."""
    for action, run in picture.python_actions:
        function = picture.python.function(run)
        if not isinstance(function, PythonFunction) or function.is_action is False:
            continue
        if not function.is_async and "thread" in (function.effect, action.value.get("effect")):
            continue
        calls = [call for call in function.calls if _blocks(call)]
        if calls:
            hint = "write effect: thread" if not function.is_async else "await instead"
            yield RULE.found(
                picture,
                picture.value((*action.path, "run")),
                f"{run!r} holds up all agents: it calls {calls[0].name.removeprefix('builtins.')}"
                f" at {function.file}:{calls[0].line}",
                hint=hint,
                notes=tuple(
                    f"and {call.name.removeprefix('builtins.')} at {function.file}:{call.line}"
                    for call in calls[1:]
                ),
            )


def _blocks(call: Call) -> bool:
    module, _, name = call.name.partition(".")
    return call.name in _CALLS or name in _MODULES.get(module, ())
