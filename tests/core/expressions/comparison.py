"""Our generated code beside the CEL project's own evaluator: who says what, and may they differ?

The judge runs in a process of its own: it can kill it. Where the two may differ is written down in
`accepted`; everything else must be the same value, or an error on both sides.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from jido_cli.core.expressions import (
    Environment,
    EvaluationError,
    Expression,
    ExpressionError,
    Scope,
)
from jido_cli.core.values import freeze, thaw
from tests.core.expressions import judge
from tests.core.expressions.grammar import SCHEMAS, VARIABLES, expression, scope

BATCH = 50
SCOPES = 4
Question = tuple[str, list[dict[str, object]]]

OURS = Environment(SCHEMAS)  # type: ignore[arg-type]


class Judge:
    """The other process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(judge.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, questions: Sequence[Question]) -> None:
        """Send expressions, each with the scopes to run it in."""
        assert self._process.stdin is not None
        request = {"variables": dict(VARIABLES), "questions": questions}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def answers(self) -> list[dict[str, object]]:
        """Return what the library says about the expressions sent first."""
        assert self._process.stdout is not None
        found: list[dict[str, object]] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@contextmanager
def library() -> Iterator[Judge]:
    """Give a judge and end it."""
    found = Judge()
    yield found
    found.close()


def ours(compiled: Expression, values: dict[str, object]) -> dict[str, object]:
    """Return the value or the error of an expression of ours."""
    frozen = Scope(**{name: freeze(value) for name, value in values.items()})
    try:
        return {"value": thaw(compiled.run(frozen))}
    except EvaluationError as error:
        return {"error": error.message}


def is_same(one: object, other: object) -> bool:
    """Compare values as JSON: 1 is not 1.0, NaN is NaN."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        # The library's maps have no order of their own; nor do the keys that a macro sees.
        return one.keys() == other.keys() and all(is_same(one[k], other[k]) for k in one)
    return one == other


ACCEPTED = (
    # (what stands in the expression, in our error, in theirs, why that is so)
    ("substring", "", "error", "the library refuses substring up to the very end"),
    ("", "not text", "", "keys of maps are text"),
    ("", "keys of a map are text", "", "keys of maps are text"),
    ("int(", "cannot be applied to (bool)", "value", "int(true) is 1 in the library"),
    ("", "in that zone is not in the years", "value", "zones reach beyond the years 1 to 9999"),
    ("", "", "Applying SELECT", "a field of an optional scalar cannot be absorbed in the library"),
)
REFUSED = (
    ("nested too deep", "Python nests twenty loops"),
    ("is twice in the map", "constant keys are compared at once"),
    ("the keys of a map are text", "keys of maps are text"),
    ("bytes; the limit is", "64 KiB"),
    ("is not a duration", "written times are read at once"),
    ("is not a point in time", "written times are read at once"),
)


def accepted(text: str, mine: dict[str, object], theirs: dict[str, object]) -> str | None:
    """Return the rule by which a difference is ours on purpose, or a fault of the library."""
    for needed, my_error, said, why in ACCEPTED:
        if needed in text and my_error in str(mine.get("error", "")) and said in str(theirs):
            return why
    return None


def refused(error: ExpressionError) -> str | None:
    """Return the rule by which an expression is refused that the library takes."""
    return next((why for said, why in REFUSED if said in error.message), None)


def difference(question: Question, answer: dict[str, object], found: Counter[str]) -> object:
    """Return how the two differ on an expression, None if they do not; count what is accepted."""
    text, scopes = question
    try:
        compiled = OURS.compile(text)
    except ExpressionError as error:
        rule = "refused by both" if "refused" in answer else refused(error)
        found[f"{rule}"] += 1
        return None if rule else (text, error.message)
    if "refused" in answer:
        return text, answer
    answers = answer["answers"]
    assert isinstance(answers, list)
    for values, theirs in zip(scopes, answers, strict=True):
        found["evaluations"] += 1
        mine = ours(compiled, values)
        if "error" in mine and "error" in theirs:
            found["errors on both sides"] += 1
        elif "error" in mine or "error" in theirs or not is_same(mine["value"], theirs["value"]):
            rule = accepted(text, mine, theirs)
            if rule is None:
                return text, values, mine, theirs
            found[rule] += 1
    return None


def questions(random: Random, count: int, depth: int = 4) -> list[Question]:
    """Return random expressions with scopes."""
    return [
        (expression(random, depth), [scope(random) for _ in range(SCOPES)]) for _ in range(count)
    ]


def differences(
    other: Judge, random: Random, count: int, found: Counter[str], depth: int = 4
) -> Iterator[object]:
    """Give how the two differ on *count* random expressions."""
    asked: list[list[Question]] = []
    for _ in range(0, count, BATCH):
        # One batch ahead: the two processes work at the same time.
        asked.append(questions(random, BATCH, depth))
        other.ask(asked[-1])
        if len(asked) == 2:
            yield from _judged(other, asked.pop(0), found)
    for batch in asked:
        yield from _judged(other, batch, found)


def _judged(other: Judge, batch: list[Question], found: Counter[str]) -> Iterator[object]:
    for question, answer in zip(batch, other.answers(), strict=True):
        wrong = difference(question, answer, found)
        if wrong is not None:
            yield wrong
