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
BAD_NUMBER: Final = Rule("JD117", "bad-number", "integers have 64 bits, numbers are finite")

UNKNOWN_AGENT: Final = Rule("JD201", "unknown-agent", "an agent that is named is declared")
UNKNOWN_ACTION: Final = Rule("JD202", "unknown-action", "an action that is named is declared")
DUPLICATE_ID: Final = Rule("JD203", "duplicate-id", "ids are unique within a supervisor")

SIGNIFICANT: Final = Rule("JD302", "significant", "significant children can end their supervisor")
DYNAMIC: Final = Rule("JD303", "dynamic", "`dynamic` goes with `template`, the rest with children")
BACKOFF: Final = Rule("JD304", "backoff", "the figures of a backoff fit together")

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

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (rule for rule in list(globals().values()) if isinstance(rule, Rule)),
        key=lambda rule: rule.code,
    )
)
MAX_FINDINGS: Final = 10_000


class Findings:
    """Collects the findings of one file; the same finding twice is kept once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Diagnostic, None] = {}
        self._places: list[tuple[int, int]] = []
        self.is_full = False

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
            self.file,
            pos.line,
            pos.column,
            pos.end_line,
            pos.end_column,
            rule.code,
            rule.name,
            message,
            hint=hint,
            notes=notes,
        )
        if found not in self._found:
            self._found[found] = None
            insort(self._places, (found.line, found.column))

    def has_any_at(self, pos: Pos) -> bool:
        """Tell whether a finding begins at this very place."""
        return self._first_in((pos.line, pos.column)) == (pos.line, pos.column)

    def has_any_within(self, start: tuple[int, int], last: Pos) -> bool:
        """Tell whether a finding begins between line and column of *start* and a value's end."""
        found = self._first_in(start)
        return found is not None and found < (last.end_line, last.end_column)

    def _first_in(self, start: tuple[int, int]) -> tuple[int, int] | None:
        """Return the first place of a finding at or behind *start*."""
        index = bisect_left(self._places, start)
        return self._places[index] if index < len(self._places) else None

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return all findings in the order of the file."""
        return tuple(sorted(self._found, key=lambda d: (d.line, d.column, d.code, d.message)))
