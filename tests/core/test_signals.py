from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.signals import Signal, SignalError, new_signal, to_cloudevent
from jido_cli.core.values import FrozenDict, FrozenList
from tests.core.values_strategies import VALUES

MINIMAL = {"type": "order.placed", "source": "/shop", "id": "1"}


def test_the_attributes_become_a_frozen_record():
    signal = new_signal(
        {
            **MINIMAL,
            "specversion": "1.0.2",
            "time": "2026-01-02T03:04:05.678901Z",
            "subject": "order/7",
            "datacontenttype": "application/json; charset=utf-8",
            "dataschema": "https://example.com/order.json",
            "data": {"lines": [{"sku": "a"}]},
            "tenant": "north",
            "shard": 3,
            "replayed": False,
        }
    )
    assert (type(signal.data), type(signal.data["lines"])) == (FrozenDict, FrozenList)
    assert signal.extensions == {"tenant": "north", "shard": 3, "replayed": False}
    assert (signal.time, signal.hops, signal.cause) == ("2026-01-02T03:04:05.678901Z", 0, None)
    with pytest.raises(AttributeError):
        signal.type = "other"


def test_what_the_attributes_leave_out_is_taken_from_the_caller():
    signal = new_signal(
        {"type": "a"}, source="/engine", ident=7, time_ns=1_000_000_000, hops=2, cause="c"
    )
    assert signal == Signal("a", "/engine", ident=7, time_ns=1_000_000_000, hops=2, cause="c")
    assert signal.cause_id == "c"


def test_null_attributes_count_as_absent():
    nothing = dict.fromkeys(["subject", "time", "datacontenttype", "dataschema", "data", "tenant"])
    assert new_signal({**MINIMAL, **nothing}) == new_signal(MINIMAL)


@pytest.mark.parametrize(
    ("change", "attribute", "why"),
    [
        ({"type": None}, "type", "is missing"),
        ({"type": ""}, "type", "is empty"),
        ({"type": 5}, "type", "5 is not a string"),
        ({"type": "a\nb"}, "type", "holds a character that CloudEvents forbids: 'a\\nb'"),
        ({"type": "a\ufffe"}, "type", "holds a character that CloudEvents forbids: 'a\\ufffe'"),
        ({"source": None}, "source", "is missing"),
        ({"source": "my service"}, "source", "'my service' is not a URI reference"),
        ({"id": None}, "id", "is missing"),
        ({"id": ""}, "id", "is empty"),
        ({"specversion": "2"}, "specversion", "'2' is not 1.0 or 1.0.x"),
        ({"specversion": "1.0\n"}, "specversion", "'1.0\\n' is not 1.0 or 1.0.x"),
        ({"specversion": None}, "specversion", "null is not 1.0 or 1.0.x"),
        ({"subject": ""}, "subject", "is empty"),
        ({"time": "soon"}, "time", "'soon' is not an RFC 3339 timestamp"),
        ({"time": 12}, "time", "12 is not a string"),
        ({"datacontenttype": "json"}, "datacontenttype", "'json' is not a media type"),
        ({"dataschema": "order.json"}, "dataschema", "'order.json' is not an absolute URI"),
        ({"data": {"a": {1}}}, "data", "is not JSON: data['a']: a set is not a JSON value"),
        ({"myext": {"a": 1}}, "myext", "{'a': 1} is not a string, an integer or a boolean"),
        ({"myext": 1.5}, "myext", "1.5 is not a string, an integer or a boolean"),
        ({"myext": 2**31}, "myext", "2147483648 is not a 32-bit integer"),
        ({"myext": "a\x00"}, "myext", "holds a character that CloudEvents forbids: 'a\\x00'"),
        ({"my_ext": 1}, "my_ext", "is no name for an extension: 1 to 20 of a-z and 0-9"),
        ({"MyExt": 1}, "MyExt", "is no name for an extension: 1 to 20 of a-z and 0-9"),
        ({"e" * 21: 1}, "e" * 21, "is no name for an extension: 1 to 20 of a-z and 0-9"),
    ],
)
def test_a_malformed_attribute_is_named(change, attribute, why):
    with pytest.raises(SignalError) as caught:
        new_signal({**MINIMAL, **change})
    assert (caught.value.attribute, caught.value.why) == (attribute, why)
    assert str(caught.value) == f"signal: {attribute} {why}"


@given(VALUES)
def test_any_json_data_goes_through_the_wire_and_back(data):
    event = to_cloudevent(new_signal({**MINIMAL, "data": data}))
    back = to_cloudevent(new_signal(json.loads(json.dumps(event))))
    assert json.dumps(back) == json.dumps(event)
    assert json.dumps(event.get("data")) == json.dumps(data)


@given(
    st.dictionaries(
        st.from_regex(r"x[a-z0-9]{1,18}", fullmatch=True),
        st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.just("north"),
        max_size=3,
    )
)
def test_extensions_go_through_the_wire_and_back(extensions):
    signal = new_signal({**MINIMAL, **extensions})
    assert new_signal(to_cloudevent(signal)) == signal


def test_all_attributes_go_through_the_wire_and_back():
    attributes = {
        **MINIMAL,
        "subject": "order/7",
        "datacontenttype": "application/json",
        "dataschema": "urn:order",
        "time": "2026-01-02T03:04:05Z",
    }
    assert to_cloudevent(new_signal(attributes)) == {"specversion": "1.0", **attributes}


def test_version_one_is_emitted_and_what_is_absent_is_left_out():
    event = to_cloudevent(Signal("a", "/s", ident="1"))
    assert event == {
        "specversion": "1.0",
        "id": "1",
        "source": "/s",
        "type": "a",
        "time": "1970-01-01T00:00:00Z",
    }
