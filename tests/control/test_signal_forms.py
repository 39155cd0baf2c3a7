"""The forms in which a signal may come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jido_cli.control.signal_forms import parse_signal
from jido_cli.errors import ControlError

JSON = {"content-type": "application/json"}
STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}
EVENT = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "order.created"}
BINARY = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "/shop",
    "ce-type": "order.created",
    **JSON,
}


def read(headers: dict[str, str], body: Any) -> dict[str, Any]:
    return parse_signal(headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(headers: dict[str, str], body: Any) -> ControlError:
    with pytest.raises(ControlError) as caught:
        read(headers, body)
    return caught.value


def test_the_short_form_is_taken_as_it_is():
    short = {"type": "order.created", "data": [1], "subject": "o-1", "source": "/me", "id": "7"}
    assert read(JSON, short) == short


def test_structured_mode_keeps_what_the_short_form_has_not_as_extensions():
    sent = {**EVENT, "time": "2025-11-22T14:02:11Z", "data": {"a": 1}, "traceparent": "00-1"}
    assert read(STRUCTURED, sent) == {
        "id": "1",
        "source": "/shop",
        "type": "order.created",
        "data": {"a": 1},
        "extensions": {"time": "2025-11-22T14:02:11Z", "traceparent": "00-1"},
    }


def test_a_cloudevent_may_come_as_plain_json():
    assert read(JSON, EVENT) == {"id": "1", "source": "/shop", "type": "order.created"}


def test_binary_mode_reads_attributes_from_headers_and_data_from_the_body():
    headers = {**BINARY, "ce-subject": "caf%C3%A9", "ce-tenant": '"a b"'}
    assert read(headers, b'{"a": 1}') == {
        "id": "1",
        "source": "/shop",
        "type": "order.created",
        "subject": "café",
        "extensions": {"tenant": "a b", "datacontenttype": "application/json"},
        "data": {"a": 1},
    }


def test_binary_mode_takes_text_and_no_data_at_all():
    assert read({**BINARY, "content-type": "text/plain"}, b"caf\xc3\xa9")["data"] == "café"
    assert "data" not in read(BINARY, b"")


@pytest.mark.parametrize(
    ("headers", "body", "code", "message"),
    [
        ({"content-type": "text/plain"}, {}, "simple-request", "content type 'text/plain'"),
        ({}, {}, "simple-request", "content type ''"),
        ({"content-type": "image/png"}, {}, "wrong-content-type", "content type 'image/png'"),
        (
            {"content-type": "application/cloudevents-batch+json"},
            [],
            "wrong-content-type",
            "content type 'application/cloudevents-batch+json'",
        ),
        (STRUCTURED, [], "bad-json", "the body is not a JSON object"),
        (STRUCTURED, {**EVENT, "specversion": "0.3"}, "bad-signal", "specversion is '0.3'"),
        (STRUCTURED, {**EVENT, "specversion": 1.0}, "bad-signal", "specversion is 1.0"),
        (STRUCTURED, {"specversion": "1.0", "id": "1"}, "missing-field", "a CloudEvent needs sou"),
        (STRUCTURED, {**EVENT, "data_base64": "AA=="}, "bad-signal", "data_base64 is not taken"),
        (JSON, {"type": "jido.agent.child.exit"}, "reserved-type", "type 'jido.agent.child.exit'"),
        ({**BINARY, "ce-type": "jido.x"}, b"", "reserved-type", "type 'jido.x' cannot come"),
        (
            {**BINARY, "content-type": "text/plain"},
            b"\xff",
            "bad-signal",
            "the data is no UTF-8 text",
        ),
        ({**BINARY, "content-type": "image/png"}, b"x", "wrong-content-type", "content type 'ima"),
    ],
)
def test_what_is_no_signal_is_refused_with_its_name(
    headers: dict[str, str], body: Any, code: str, message: str
):
    error = refused(headers, body)
    assert (error.code, error.message[: len(message)]) == (code, message)


def test_attributes_have_a_bound():
    many = {f"x{n}": 1 for n in range(65)}
    assert refused(STRUCTURED, {**EVENT, **many}).code == "bad-signal"
