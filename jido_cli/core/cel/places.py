"""Where in the source an evaluation failed.

The generator wraps the text of each node in marks that carry its offset in the source. The marks
are taken out before Python compiles the text. Success pays nothing for them: only after an error
are the columns of the failed instruction looked up, and the innermost node around them.
"""

from __future__ import annotations

import re
from types import CodeType, TracebackType
from typing import NamedTuple

_MARKS = re.compile("\x01[^\x02]*\x02|\x03")
_TOKENS = re.compile("\x01([^\x02]*)\x02|(\x03)|(\n)")


class _Span(NamedTuple):
    start: tuple[int, int]
    end: tuple[int, int]
    offset: int


def mark(offset: int | None, text: str) -> str:
    """Return *text* marked as made from the node at *offset*."""
    return text if offset is None else f"\x01{offset}\x02{text}\x03"


def unmarked(marked: str) -> str:
    """Return the text without marks."""
    return _MARKS.sub("", marked)


def failed_offset(marked: str, code: CodeType, traceback: TracebackType | None) -> int | None:
    """Return the offset of the innermost node whose code failed, None where that is not known.

    Args:
        marked: the text of the function, with marks.
        code: its compiled code.
        traceback: of the error, from any frame that called the function inwards.
    """
    instruction = None
    while traceback is not None:
        if traceback.tb_frame.f_code is code:
            # An error that was kept and raised again has two entries: the last is where it began.
            instruction = traceback.tb_lasti
        traceback = traceback.tb_next
    if instruction is None:
        return None
    line, end_line, column, end_column = list(code.co_positions())[instruction // 2]
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return _innermost(_spans(marked), (line, column), (end_line, end_column))


def _innermost(spans: list[_Span], start: tuple[int, int], end: tuple[int, int]) -> int | None:
    best: _Span | None = None
    for span in spans:
        is_around = span.start <= start and end <= span.end
        if is_around and (best is None or (span.start >= best.start and span.end <= best.end)):
            best = span
    return None if best is None else best.offset


def _spans(marked: str) -> list[_Span]:
    spans: list[_Span] = []
    open_marks: list[tuple[tuple[int, int], int]] = []
    line, column, index = 1, 0, 0
    for token in _TOKENS.finditer(marked):
        column += token.start() - index
        index = token.end()
        if token[1]:
            open_marks.append(((line, column), int(token[1])))
        elif token[2]:
            start, offset = open_marks.pop()
            spans.append(_Span(start, (line, column), offset))
        else:
            line, column = line + 1, 0
    return spans
