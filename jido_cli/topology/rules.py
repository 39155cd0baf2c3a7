"""The rules that loading a file can break, and the collector of what was found.

A code means one thing for ever. JD1xx is YAML and the schema, JD2xx names, JD3xx supervision,
JD4xx signals, JD5xx actions, schemas of data and expressions. What finds them is elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Final, NamedTuple

from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Pos


class Rule(NamedTuple):
    """A code, its name, and in one sentence what the file should be like."""

    code: str
    name: str
    summary: str


YAML_SYNTAX: Final = Rule("JD101", "yaml-syntax", "the file is YAML 1.2")
FORMAT_VERSION: Final = Rule("JD102", "format-version", "`jido:` names a version that is read")
DUPLICATE_KEY: Final = Rule("JD103", "duplicate-key", "a key stands once in its mapping")
RESTART_TYPE: Final = Rule("JD104", "restart-type", "`restart` is one of OTP's three words")
UNKNOWN_KEY: Final = Rule("JD105", "unknown-key", "every key is one of the format's")
MISSING_KEY: Final = Rule("JD106", "missing-key", "keys that are required are there")
WRONG_TYPE: Final = Rule("JD107", "wrong-type", "a value has the type of its key")
BAD_VALUE: Final = Rule("JD108", "bad-value", "a value is within the bounds of its key")
BAD_DURATION: Final = Rule("JD109", "bad-duration", "a duration is text with a unit, such as 5s")
NOT_AVAILABLE: Final = Rule("JD110", "not-available-yet", "only what exists already is used")
FILE_LIMIT: Final = Rule("JD111", "file-limit", "a file stays within the limits on input")
BAD_NAME: Final = Rule("JD112", "bad-name", "names are lower case and short")
UNKNOWN_VALUE: Final = Rule("JD113", "unknown-value", "a word is one of those of its key")
CONFLICTING_KEYS: Final = Rule("JD114", "conflicting-keys", "keys that exclude each other")
UNREADABLE_FILE: Final = Rule("JD115", "unreadable-file", "the file is a regular text file")
YAML_FEATURE: Final = Rule("JD116", "yaml-feature", "no tags, merge keys or keys but text")
# `include: [../../x.yaml]`: it leads out of the project; a link, a pipe, or no topology.
BAD_INCLUDE: Final = Rule("JD118", "bad-include", "an included file is a topology of the project")
# a.yaml says `include: [b.yaml]`, b.yaml says `include: [a.yaml]`.
INCLUDE_CYCLE: Final = Rule("JD119", "include-cycle", "files do not include one another")
# A value from outside that does not fit: `--set port=abc` for `port: {type: integer}`.
VAR_VALUE: Final = Rule("JD120", "var-value", "a value given for a var fits its declaration")
# `port: {type: integer}` and nobody gives it a value.
MISSING_VAR: Final = Rule("JD121", "missing-var", "every var has a value when the topology runs")
# A secret in an expression where its value would be kept or shown: `set: {key: "${{ vars.key }}"}`.
SECRET: Final = Rule("JD122", "secret", "secrets stand only where their value goes nowhere else")
# `topology: {file: part.yaml}`, and that has no supervisor; `bridge` beside a bus that is shared.
BAD_MOUNT: Final = Rule("JD130", "bad-mount", "a mounted file is a whole topology of the project")
# shop.yaml mounts billing.yaml, which mounts shop.yaml.
MOUNT_CYCLE: Final = Rule("JD131", "mount-cycle", "topologies do not mount one another")
BAD_NUMBER: Final = Rule("JD117", "bad-number", "integers have 64 bits, numbers are finite")

UNKNOWN_AGENT: Final = Rule("JD201", "unknown-agent", "an agent that is named is declared")
UNKNOWN_ACTION: Final = Rule("JD202", "unknown-action", "an action that is named is declared")
DUPLICATE_ID: Final = Rule("JD203", "duplicate-id", "ids are unique within a supervisor")

# Two files that belong together declare an agent of one name.
DUPLICATE_NAME: Final = Rule("JD204", "duplicate-name", "a name is declared in one file only")

# `in: shiped`, where the machine has a state `shipped`.
UNKNOWN_STATE: Final = Rule("JD205", "unknown-state", "a state that is named is in the machine")

SIGNIFICANT: Final = Rule("JD302", "significant", "significant children can end their supervisor")
DYNAMIC: Final = Rule("JD303", "dynamic", "`dynamic` goes with `template`, the rest with children")
BACKOFF: Final = Rule("JD304", "backoff", "the figures of a backoff fit together")
# `idle_timeout: 10m` of an agent with persist: none: its state would be gone when it sleeps.
HIBERNATION: Final = Rule("JD305", "hibernation", "an agent that goes to sleep is kept")

BAD_PATTERN: Final = Rule("JD401", "bad-pattern", "a signal pattern is made of segments")
BAD_SIGNAL_TYPE: Final = Rule("JD403", "bad-signal-type", "a signal type is whole, no pattern")
BAD_SCHEDULE: Final = Rule("JD404", "bad-schedule", "a schedule has a rhythm and a zone")

EXPRESSION: Final = Rule("JD501", "expression", "expressions parse, and their types agree")
BAD_SCHEMA: Final = Rule("JD502", "bad-schema", "schemas of state and params are schemas")
BAD_DEFAULT: Final = Rule("JD503", "bad-default", "a default satisfies its schema")
RUN_TARGET: Final = Rule("JD504", "run-target", "`run` names a function as module:function")
BAD_ACTION: Final = Rule("JD505", "bad-action", "the keys of an action make sense together")
BAD_STATE: Final = Rule("JD506", "bad-state", "a child's state satisfies its agent's schema")
BAD_WITH: Final = Rule("JD507", "bad-with", "the params that a route gives are the action's")
# `replicas: ${{ 1 / 0 }}`: it parses, but has no value when the file is loaded.
EVALUATION: Final = Rule("JD508", "evaluation", "an expression of the file's own has a value")
# A machine on a field that the state does not have, or a terminal state with a way out.
BAD_STRATEGY: Final = Rule("JD521", "bad-strategy", "a machine of states fits its agent's state")
# Two plugins that keep their state in one place, or a built-in one that there is not.
BAD_PLUGIN: Final = Rule("JD522", "bad-plugin", "a plugin fits its agent, and what it is given")

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (rule for rule in list(globals().values()) if isinstance(rule, Rule)),
        key=lambda rule: rule.code,
    )
)
MAX_FINDINGS: Final = 10_000
MAX_LENGTH: Final = 1000  # of a message: a name in it may be as long as a file


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}..."


class Findings:
    """Collects the findings of a topology's files; the same finding twice is kept once.

    `files` has their names, which the places of findings refer to by index.
    """

    def __init__(self, file: str) -> None:
        self.files = [file]
        self._found: dict[Diagnostic, int] = {}
        self._places: list[tuple[int, int, int]] = []
        self.is_full = False

    def add_file(self, name: str) -> int:
        """Return the index of one more file."""
        self.files.append(name)
        return len(self.files) - 1

    def beside(self) -> Findings:
        """Return an empty collector for the same files."""
        other = Findings("")
        other.files = self.files
        return other

    def absorb(self, other: Findings) -> None:
        """Take what a collector beside this one found."""
        for found, file in other._found.items():
            self._keep(found, file)

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self,
        rule: Rule,
        pos: Pos,
        message: str,
        *,
        hint: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Add one error at *pos*."""
        if len(self._found) >= MAX_FINDINGS:
            rule, hint, notes = FILE_LIMIT, None, ()
            message = f"more than {MAX_FINDINGS:,} findings: the rest is not looked for"
            if self.is_full:
                return
            self.is_full = True
        found = Diagnostic(
            self.files[pos.file],
            pos.line,
            pos.column,
            pos.end_line,
            pos.end_column,
            rule.code,
            rule.name,
            _cut(message),
            hint=None if hint is None else _cut(hint),
            notes=notes,
        )
        self._keep(found, pos.file)

    def _keep(self, found: Diagnostic, file: int) -> None:
        if found not in self._found:
            self._found[found] = file
            insort(self._places, (file, found.line, found.column))

    def line(self, pos: Pos, seen_from: Pos) -> str:
        """Return how a message at *seen_from* names the line of *pos*."""
        if pos.file == seen_from.file:
            return f"line {pos.line}"
        return f"{self.files[pos.file]}:{pos.line}"

    def has_any_at(self, pos: Pos) -> bool:
        """Tell whether a finding begins at this very place."""
        start = (pos.file, pos.line, pos.column)
        return self._first_in(start) == start

    def has_any_within(self, first: Pos, last: Pos) -> bool:
        """Tell whether a finding begins between the start of *first* and the end of *last*."""
        found = self._first_in((first.file, first.line, first.column))
        return found is not None and found < (last.file, last.end_line, last.end_column)

    def _first_in(self, start: tuple[int, int, int]) -> tuple[int, int, int] | None:
        """Return the first place of a finding at or behind *start*."""
        index = bisect_left(self._places, start)
        return self._places[index] if index < len(self._places) else None

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return all findings in the order of the files."""

        def place(found: Diagnostic) -> tuple[int, int, int, str, str]:
            return self._found[found], found.line, found.column, found.code, found.message

        return tuple(sorted(self._found, key=place))
