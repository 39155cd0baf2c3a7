"""The golden cases of routing, state operations and signals."""

from __future__ import annotations

import pytest

from tests.conformance import router, signals, state_ops
from tests.conformance.golden import DATA, failures_of, main, read_cases

FILES = {
    "golden_router.jsonl": router.KINDS,
    "golden_signals.jsonl": signals.KINDS,
    "golden_state_ops.jsonl": state_ops.KINDS,
}

# Recorded as errors against the grammar that stands beside the file: `a.*.a.a.b` and
# `user.c.a.c.d` are segments of letters and a `*`, like thousands that its routes use as valid.
AGAINST_THE_GRAMMAR = {"pattern-20", "pattern-190"}


@pytest.mark.parametrize("name", FILES)
def test_every_golden_case_comes_out_as_recorded(name):
    cases = (case for case in read_cases(DATA / name) if case["id"] not in AGAINST_THE_GRAMMAR)
    wrong = [text for _, text in failures_of(cases, FILES[name]) if text]
    assert wrong == []


def test_the_last_line_counts_and_a_failure_makes_the_exit_code_one(tmp_path, capsys):
    file = tmp_path / "cases.jsonl"
    file.write_text(
        '{"id": "a", "kind": "match", "pattern": "*", "type": "x", "expect": true}\n'
        '{"id": "b", "kind": "match", "pattern": "*", "type": "x.y", "expect": true}\n'
    )
    code = main(router.KINDS, [str(file)])
    out = capsys.readouterr().out
    assert (code, out) == (1, "b: wanted true, got false\n1 passed, 1 failed\n")
