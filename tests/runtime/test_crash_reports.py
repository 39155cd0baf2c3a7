"""Reports of crashes: which frames are the user's, whichever room of jido an error comes from."""

from __future__ import annotations

import json

import pytest

from jido_cli.core.values import ValueDomainError, freeze
from jido_cli.runtime.supervising.crash_reports import user_frame, user_trace


def test_frames_of_jido_are_left_out_whichever_room_they_are_in():
    with pytest.raises(ValueDomainError) as caught:
        freeze({"a": object()})
    frame = user_frame(caught.value)
    assert frame is not None and frame.startswith("runtime/test_crash_reports.py:")
    assert not [line for line in user_trace(caught.value) if "core/values.py" in line]
    assert user_trace(caught.value)[-1].endswith("frames of jido left out")


def test_frames_of_other_libraries_are_kept():
    with pytest.raises(ValueError) as caught:
        json.loads("{")
    assert user_frame(caught.value) is not None
    assert [line for line in user_trace(caught.value) if "json/decoder.py" in line]
