"""Who is let in (threat model TM1, TM4, TM9)."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import pytest

from jido_cli.control import peer
from tests.control.fakes import Rig


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Host": "evil.example"}, "foreign-host"),
        ({"Host": "evil.example:80"}, "foreign-host"),
        ({"Host": "localhost.evil.example"}, "foreign-host"),
        ({"Host": ""}, "foreign-host"),
        ({"Origin": "https://evil.example"}, "foreign-origin"),
        ({"Origin": "null"}, "foreign-origin"),
        ({"Origin": "http://localhost:3000", "Host": "localhost"}, "foreign-origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "foreign-origin"),
        ({"Sec-Fetch-Site": "same-site"}, "foreign-origin"),
        (
            {
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            },
            "foreign-origin",
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_tm4_a_web_page_is_refused(rig: Rig, headers: dict[str, str], code: str, method: str):
    where = "/v1/tree" if method == "GET" else "/v1/nodes/counter:kill"
    status, answer = rig.ask(method, where, None, headers)
    assert (status, answer["code"], rig.port.orders) == (403, code, [])


@pytest.mark.parametrize("host", ["jido", "localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:8080"])
def test_the_owner_may_use_any_local_name(rig: Rig, host: str):
    assert rig.ask("GET", "/healthz", None, {"Host": host})[0] == 200


def test_a_page_of_the_engine_itself_is_let_in(rig: Rig):
    headers = {"Host": "localhost:9", "Origin": "http://localhost:9"}
    assert rig.ask("GET", "/healthz", None, headers)[0] == 200


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
@pytest.mark.parametrize(
    "where", ["/v1/signals?to=counter", "/v1/nodes/counter:kill", "/v1/shutdown"]
)
def test_tm4_what_a_page_may_post_unasked_is_refused(rig: Rig, media_type: str, where: str):
    body = b'{"type": "counter.increment"}'
    status, answer = rig.ask("POST", where, body, {"Content-Type": media_type})
    assert (status, answer["code"], rig.port.orders) == (403, "simple-request", [])


def test_another_version_of_the_protocol_is_refused_before_anything_is_done(rig: Rig):
    status, answer = rig.ask("POST", "/v1/nodes/counter:kill", None, {"Jido-Protocol": "2"})
    assert (status, answer["code"], answer["undone"], rig.port.orders) == (
        409,
        "protocol-version",
        "nothing was done",
        [],
    )


def test_health_and_shutdown_work_across_versions(rig: Rig):
    assert rig.ask("GET", "/healthz", None, {"Jido-Protocol": "2"})[0] == 200
    assert rig.ask("POST", "/v1/shutdown", None, {"Jido-Protocol": "2"})[0] == 202


def talk(rig: Rig, raw: bytes) -> tuple[bytes, dict[str, object]]:
    """Write bytes, return the status line and the problem that comes back."""
    with peer.connect(rig.place.socket, timeout_s=5) as connection:
        connection.sendall(raw)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0], json.loads(body)


def test_what_is_no_http_is_a_problem_too(rig: Rig):
    line, problem = talk(rig, b"hello\r\n\r\n")
    assert (line, problem["code"]) == (b"HTTP/1.1 400 Bad Request", "bad-request")


def test_tm9_a_head_without_end_is_cut(rig: Rig):
    head = b"GET /healthz HTTP/1.1\r\nHost: jido\r\n"
    head += b"".join(b"ce-x%d: 1\r\n" % n for n in range(100_000))
    connection = peer.connect(rig.place.socket, timeout_s=5)
    with connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # cut in the middle
            connection.sendall(head)
        try:
            answer = connection.recv(65_536)
        except ConnectionResetError:
            answer = b"HTTP/1.1 413 "
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert rig.ask("GET", "/healthz")[0] == 200


CALLER = """
import contextlib, os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
    s.connect(sys.argv[1])
    with contextlib.suppress(BrokenPipeError):  # it hung up already
        s.sendall(b"GET /v1/tree HTTP/1.1\\r\\nHost: jido\\r\\n\\r\\n")
    answer = b""
    while chunk := s.recv(65536):
        answer += chunk
sys.stdout.buffer.write(answer)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a second user")
def test_tm1_another_user_is_refused_even_where_the_folder_lets_him_in(own_rig: Rig):
    place = own_rig.place
    command = [sys.executable, "-I", "-c", CALLER, str(place.socket)]

    def as_nobody() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, capture_output=True, check=False)

    assert b"PermissionError" in as_nobody().stderr
    for path in (place.folder.parent.parent, place.folder.parent, place.folder):
        path.chmod(0o755)
    place.socket.chmod(0o666)
    answer = as_nobody().stdout
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b'"code":"foreign-user"' in answer


def test_the_socket_is_the_owners_alone_whatever_the_umask(own_rig: Rig):
    assert own_rig.place.socket.lstat().st_mode & 0o777 == 0o600
