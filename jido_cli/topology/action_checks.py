"""Do actions and routes make sense? Python targets, expressions, conditions, params given.

Compiles what the runtime will compile and throws it away; what is refused is mapped to the very
characters in the file. The Python that an action names is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from jido_cli.core.declarative.action import DeclarationError
from jido_cli.core.schema import Schema
from jido_cli.topology import raw
from jido_cli.topology.compiling import (
    action_problems,
    key_of,
    signal_key_problems,
    when_problems,
    with_problems,
)
from jido_cli.topology.data_checks import Schemas
from jido_cli.topology.load_time import secret_fact, secret_read
from jido_cli.topology.positions import MapMark, Path, Pos, Positions, ScalarMark, pos_of
from jido_cli.topology.raw import OPENING, Raw, RawAction, RawNode
from jido_cli.topology.rules import (
    BAD_ACTION,
    BAD_WITH,
    EXPRESSION,
    NOT_AVAILABLE,
    RUN_TARGET,
    SECRET,
    Findings,
)
from jido_cli.topology.signal_keys import signal_keys
from jido_cli.topology.targets import is_target, target_hint
from jido_cli.topology.text_places import Lines, is_cut_by_comment, locate, offset_of
from jido_cli.topology.traps import COMMENT_HINT, almost_expression, is_broken_off
from jido_cli.topology.variables import Variables
from jido_cli.topology.words import Suggester, listed, shown

ROUTE_KEYS: Final = ("when", "in", "priority", "continue_on_error")
# Keys whose expressions are the file's own: one that is left has a value that is not known.
_FIXED: Final = frozenset(("description", "params", "output", "run", "effect", "timeout"))
_DECIDES: Final = frozenset(("params", "output", "use", "steps", "run", "locals"))
# Variables of later versions, and the key that makes them: where it stands, it is refused already.
_LATER_VARIABLES: Final = {"steps": "steps"}
# What stands for an item in which something is wrong already, so that the others are looked at.
_NEUTRAL: Final[Mapping[str, object]] = {
    "emit": {"type": "x"},
    "require": "true",
    "directives": {"cancel": {"id": "x"}},
    "delete": "x",
}
_CONDITIONS: Final = frozenset(("require", "when"))


class ActionChecks:
    """Checks the actions of one file; what other checks reported already is left out."""

    def __init__(
        self,
        document: Raw,
        lines: Lines,
        positions: Positions,
        findings: Findings,
        schemas: Schemas,
        variables: Variables,
    ) -> None:
        self._document = document
        self._lines = lines
        self._positions = positions
        self._findings = findings
        self._schemas = schemas
        self._variables = variables
        type_of_all = variables.type_of_all
        self._vars = key_of(None if isinstance(type_of_all, str) else type_of_all)

    def check(self, suggester: Suggester) -> None:
        """Add a finding for every action that cannot be compiled."""
        users = self._users()
        for action in raw.actions(self._document):
            self._check_target(action)
            self._check_action(action, users.get(action.path, []))
        for name, agent in raw.entries(self._document, "agents"):
            for schedule in raw.schedules(agent):
                self._check_when(name, schedule)
            for _, path, form in raw.routes(agent):
                if not isinstance(form, dict):
                    continue
                route = RawNode(path, form)
                self._check_when(name, route)
                if "do" in form and isinstance(form.get("with"), dict):
                    self._check_with(name, route, suggester)
        self._check_signal_keys()

    def _check_signal_keys(self) -> None:
        """Check what gives the keys of signals: it is plain CEL, as conditions are."""
        for node, name in signal_keys(self._document):
            text, path = node.value.get(name), (*node.path, name)
            if isinstance(text, str) and not self._is_wrong(None, path):
                for problem in signal_key_problems(text, name, self._vars):
                    self._report(node.path, problem, (), is_plain=True)

    def _users(self) -> dict[Path, list[str]]:
        """Return for every action the agents that run it."""
        users: dict[Path, dict[str, None]] = {}
        for name, agent in raw.entries(self._document, "agents"):
            for _, path, form in raw.routes(agent):
                for _, action in raw.action_names(path, form):
                    users.setdefault(("actions", action), {})[name] = None
                if isinstance(form, dict) and "do" not in form:
                    users[path] = {name: None}
        return {path: list(names) for path, names in users.items()}

    def _check_target(self, action: RawAction) -> None:
        """Check the names of functions: of the action's work, and of directives of one's own."""
        named = [(action.path, action.value), *raw.directives(action.path, action.value)]
        for path, holder in named:
            run = raw.text(holder.get("run"))
            if run is not None and not is_target(run):
                place = self._positions.value((*path, "run"))
                fact = f"run {shown(run)} does not name a function as module:function"
                self._findings.add(RUN_TARGET, place, fact, hint=target_hint(run))

    def _check_action(self, action: RawAction, users: list[str]) -> None:
        declaration = self._usable_keys(action)
        if declaration is None:
            return
        problems: dict[DeclarationError, list[str]] = {}
        key = key_of(declaration)
        for name, state in self._states(users):
            for problem in _independent(action_problems(key, state, self._vars)):
                problems.setdefault(problem, []).append(name)
        for problem, names in problems.items():
            is_for_some = 0 < len(names) < len(users)
            notes = (f"when agent {listed(names)} runs it",) if is_for_some else ()
            self._report(action.path, problem, notes)

    def _states(self, users: list[str]) -> list[tuple[str, bytes | None]]:
        """Return the states that an action is run with; any mapping where nobody runs it."""
        unusable = self._schemas.unusable
        known = [
            (name, self._schemas.state_keys.get(name))
            for name in users
            if ("agents", name, "state") not in unusable
        ]
        return known if users else [("", None)]

    def _usable_keys(self, action: RawAction) -> Raw | None:
        """Return the declaration without the keys in which something is wrong already.

        None if its schemas or its work are among them: every expression would be wrong then.
        """
        mark = self._positions.mark(action.path)
        if not isinstance(mark, MapMark):
            return None
        usable: dict[str, object] = {}
        for key, value in action.value.items():
            path = (*action.path, key)
            is_known = key not in _FIXED or not raw.has_expression(value)
            if is_known and not self._is_wrong(mark.keys[key], path):
                if key not in ROUTE_KEYS:
                    usable[key] = value
            elif key in _DECIDES:
                return None
            elif key in _NEUTRAL and isinstance(value, list):
                usable[key] = [
                    _NEUTRAL[key] if self._is_wrong(None, (*path, index)) else item
                    for index, item in enumerate(value)
                ]
        if usable.get("require", "") is not action.value.get("require", ""):
            usable.pop("message", None)
        return usable

    def _is_wrong(self, key: ScalarMark | None, path: Path) -> bool:
        """Tell whether something is reported already between a key and the end of its value."""
        value = self._positions.value(path)
        return self._findings.has_any_within(pos_of(key) if key else value, value)

    def _check_when(self, agent: str, route: RawNode) -> None:
        """Check the condition of a route or schedule, unless what it reads is wrong already."""
        condition, path = route.value.get("when"), (*route.path, "when")
        if not isinstance(condition, str) or self._is_wrong(None, path):
            return
        if ("agents", agent, "state") in self._schemas.unusable:
            return
        state = self._schemas.state_keys.get(agent)
        for problem in when_problems(condition, state, self._vars):
            self._report(route.path, problem, ())

    def _check_with(self, agent: str, route: RawNode, suggester: Suggester) -> None:
        given = raw.mapping(route.value["with"])
        path = ("agents", agent, "state")
        if path not in self._schemas.unusable:
            state = self._schemas.state_keys.get(agent)
            for problem in _independent(with_problems(key_of(given), state, self._vars)):
                self._report(route.path, problem, ())
        action = raw.mapping(raw.mapping(self._document.get("actions")).get(str(route.value["do"])))
        params_path = ("actions", str(route.value.get("do")), "params")
        if "run" in action and "params" not in action:
            return  # the hints of the function say what it takes, and nobody looks at it here
        params = self._schemas.params.get(params_path)
        if not action or (params is None and "params" in action):
            return
        self._check_names(route, given, params, suggester)

    def _check_names(
        self, route: RawNode, given: Raw, params: Schema | None, suggester: Suggester
    ) -> None:
        known = params.properties if params is not None else ()
        action = shown(route.value["do"])
        for name in given:
            if name not in known and not (params is not None and params.is_open):
                hint = suggester.near(name, known)
                place = self._positions.key((*route.path, "with", name))
                fact = f"action {action} has no parameter {name!r}"
                self._findings.add(BAD_WITH, place, fact, hint=hint)
        required = params.source.get("required", ()) if params is not None else ()
        missing = [str(name) for name in raw.items(required) if name not in given]
        if missing and set(given) <= set(known):
            place = self._positions.key((*route.path, "with"))
            fact = f"action {action} needs {listed(missing)}"
            self._findings.add(BAD_WITH, place, fact)

    def _report(
        self,
        path: Path,
        problem: DeclarationError,
        notes: tuple[str, ...],
        *,
        is_plain: bool = False,
    ) -> None:
        place = self._place(path, problem)
        if self._findings.has_any_at(place):
            return
        for name, key in _LATER_VARIABLES.items():
            if problem.message == f"there is no variable {name!r} here":
                if key not in self._document and key not in raw.mapping(self._at(path)):
                    self._findings.add(NOT_AVAILABLE, place, f"{name!r} is not available yet")
                return
        text = self._text(path, problem)
        secret = secret_read(text, problem, self._variables.secrets)
        if secret is not None:
            self._findings.add(SECRET, place, secret_fact(secret), notes=notes)
            return
        is_condition = is_plain or not _CONDITIONS.isdisjoint(problem.path)
        is_expression = problem.length > 0 or OPENING in text or is_condition
        hint = problem.hint
        if problem.message == "there is no variable 'vars' here":
            hint = "declare it under vars:"
        elif is_broken_off(problem.message) and self._is_cut_by_comment(path, problem):
            hint = COMMENT_HINT
        elif OPENING not in text and not is_condition and text:
            # Advice on expressions helps nobody who has written none.
            is_about_expressions = hint is not None and hint.startswith("convert it")
            hint = almost_expression(text) or (None if is_about_expressions else hint)
        rule = EXPRESSION if is_expression else BAD_ACTION
        if problem.message.endswith("not available yet"):
            rule = NOT_AVAILABLE
        self._findings.add(rule, place, problem.message, hint=hint, notes=notes)

    def _text(self, path: Path, problem: DeclarationError) -> str:
        if problem.is_key:
            return str(problem.path[-1])
        value = self._at((*path, *problem.path))
        return value if isinstance(value, str) else ""

    def _at(self, path: Path) -> object:
        value: object = self._document
        for step in path:
            if isinstance(value, Mapping):
                value = value.get(str(step))
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
        return value

    def _place(self, path: Path, problem: DeclarationError) -> Pos:
        whole = (*path, *problem.path)
        place = self._positions.key(whole) if problem.is_key else self._positions.value(whole)
        text = self._text(path, problem)
        mark = self._scalar_mark(whole, is_key=problem.is_key)
        if problem.length == 0 or mark is None or not text:
            return place
        offset = offset_of(text, problem.offset_line, problem.offset_column)
        return locate(self._lines.of(mark.file), mark, text, offset, problem.length)

    def _scalar_mark(self, path: Path, *, is_key: bool) -> ScalarMark | None:
        if is_key:
            parent = self._positions.mark(path[:-1])
            return parent.keys.get(str(path[-1])) if isinstance(parent, MapMark) else None
        mark = self._positions.mark(path)
        return mark if isinstance(mark, ScalarMark) and mark.style != "*" else None

    def _is_cut_by_comment(self, path: Path, problem: DeclarationError) -> bool:
        mark = self._scalar_mark((*path, *problem.path), is_key=problem.is_key)
        return mark is not None and is_cut_by_comment(self._lines.of(mark.file), mark)


def _independent(problems: Iterable[DeclarationError]) -> list[DeclarationError]:
    """Drop what only follows: further mistakes of one key, a whole that is wrong by its part."""
    problems = list(problems)
    exact = {each.path for each in problems if each.length}
    above = {each.path[:length] for each in problems for length in range(len(each.path))}
    seen: set[Path] = set()
    kept = []
    for problem in problems:
        if problem.path in (seen if problem.is_key else above):
            continue
        if not problem.length and problem.path in exact:
            continue  # what is wrong with the text is told to the character
        if problem.is_key:
            seen.add(problem.path)
        kept.append(problem)
    return kept
