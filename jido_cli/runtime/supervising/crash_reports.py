"""From an exception to what people need: the reason in words, the user's frame, a short trace."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

from jido_cli.core.failures import error_text
from jido_cli.errors import JidoCliError
from jido_cli.runtime.watching.watch import ActionHung
from jido_cli.supervision.reasons import ExitReason

PACKAGE: Final = str(Path(__file__).resolve().parents[2])
TRACE_LINES: Final = 40
_IMPORTLIB: Final = str(Path(traceback.__file__).parent / "importlib")


def describe(reason: ExitReason) -> str:
    """Return the reason as people read it: `normal`, `crash(KeyError: 'sku')`."""
    detail = reason.detail
    if detail is None:
        return reason.kind
    if isinstance(detail, ActionHung):
        return f"{reason.kind}(hung)"
    if isinstance(detail, BaseException):
        return f"{reason.kind}({describe_error(detail)})"
    return f"{reason.kind}({detail})"


def describe_error(error: BaseException) -> str:
    """Return `KeyError: 'sku'`, as the last line of a traceback has it.

    What jido says of an error in users' code has the line of that code with it.
    """
    text = error_text(error)
    told = f"{type(error).__name__}: {text}" if text else type(error).__name__
    cause = error.__cause__ if isinstance(error, JidoCliError) else None
    frame = None if cause is None else user_frame(cause)
    return told if frame is None else f"{told}, at {frame}"


def user_frame(error: BaseException) -> str | None:
    """Return `stock.py:48 in reserve`, the innermost frame outside of jido, if there is one."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if _is_users(one)]
    if not frames:
        return None
    last = frames[-1]
    return f"{_short(last.filename)}:{last.lineno} in {last.name}"


def user_trace(error: BaseException) -> tuple[str, ...]:
    """Return the traceback without jido's own frames, a line each, and how many were left out."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [one for one in frames if _is_users(one)]
    lines = [describe_error(error)]
    for frame in reversed(users):
        lines.append(f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}")
        if frame.line:
            lines.append(f"    {frame.line}")
    left_out = len(frames) - len(users)
    if left_out:
        lines.append(f"  ... {left_out} frames of jido left out")
    return tuple(lines[:TRACE_LINES])


def import_trace(error: BaseException) -> tuple[str, ...]:
    """Return where an import failed, innermost first: the users' lines alone, with their texts.

    A file that is no Python has no frame: its name, line and text are the error's own.
    """
    lines: list[str] = []
    if isinstance(error, SyntaxError) and error.filename is not None:
        lines.append(f"{_short(error.filename)}:{error.lineno}")
        if error.text:
            lines.append(f"  {error.text.strip()}")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _is_users(frame) and not frame.filename.startswith(_IMPORTLIB):
            lines.append(f"{_short(frame.filename)}:{frame.lineno} in {frame.name}")
            if frame.line:
                lines.append(f"  {frame.line}")
    return tuple(lines[:TRACE_LINES])


def _is_users(frame: traceback.FrameSummary) -> bool:
    return not frame.filename.startswith(PACKAGE) and not frame.filename.startswith("<")


def _short(filename: str) -> str:
    """Return the last two parts of a file's path."""
    return "/".join(Path(filename).parts[-2:])
