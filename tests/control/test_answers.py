"""Answers as bytes: whatever text an engine has to tell, it can be told."""

from __future__ import annotations

import json

from jido_cli.control.answers import encode


def test_plain_answers_are_utf_8_on_one_line():
    assert encode({"text": "●\n"}) == '{"text":"●\\n"}'.encode()


def test_text_that_is_no_utf_8_is_escaped():
    answer = {"file": "/p/f\udcffo.yaml", "nodes": [{"error": "KeyError: '\ud800'", "n": 1.5}]}
    assert encode(answer).isascii()
    assert json.loads(encode(answer)) == answer
