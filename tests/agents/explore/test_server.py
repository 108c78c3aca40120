"""Who is served, and what becomes of requests that no page of ours would send."""

import json
import socket
import threading
from importlib import resources

import pytest

from darla_agents.explore import ExploreConfig, Explorer, open_explorer
from darla_agents.explore.request_checks import LARGEST_MESSAGE
from toy_explorer import ask, get, post, refusal, send

FILES = {
    file.name: file.read_bytes()
    for file in (resources.files("darla_agents.explore") / "page").iterdir()
}


def test_the_page_and_its_files_are_served_and_load_nothing_from_elsewhere(port: int) -> None:
    status, headers, content = get(port, "/")
    assert status == 200 and content == FILES["index.html"]
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    for name, expected in FILES.items():
        if name != "index.html":
            assert get(port, f"/{name}")[2] == expected
            assert b"https://" not in expected and b"import(" not in expected


@pytest.mark.parametrize(
    "path",
    [
        "/index.htm",
        "/page/index.html",
        "/../server.py",
        "/..%2fserver.py",
        "/%2e%2e/server.py",
        "//etc/passwd",
        "/main.js/../../server.py",
        "/main.js?x",
        "/main.js%00",
        "/api/about",
    ],
)
def test_no_other_path_leads_anywhere(port: int, path: str) -> None:
    status, _, content = get(port, path)
    assert status == 404
    assert json.loads(content) == {"error": "there is no such page"}


@pytest.mark.parametrize("host", ["darla.example:{}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{}", ""])
def test_a_request_to_another_host_is_refused(port: int, host: str) -> None:
    named = host.format(port)
    assert get(port, "/", Host=named)[0] == 403
    status, answer = post(port, "/api/about", "{}", Host=named)
    assert (status, answer) == (403, {"error": f"the Host is not 127.0.0.1:{port}"})


def test_two_hosts_are_none(port: int) -> None:
    raw = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: elsewhere\r\n\r\n".encode()
    assert b" 403 " in _raw(port, raw)


def test_the_page_may_be_asked_for_by_both_names(port: int) -> None:
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        assert get(port, "/", Host=host)[0] == 200
        assert post(port, "/api/about", "{}", Host=host, Origin=f"http://{host}")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://localhost:{port}"},  # another page than the Host's
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_request_of_another_page_is_refused(port: int, headers: dict[str, str]) -> None:
    given = {name: value.format(port=port) for name, value in headers.items()}
    assert get(port, "/", **given)[0] == 403
    assert post(port, "/api/about", "{}", **given)[0] == 403


def test_a_link_on_another_page_is_followed_but_no_frame_or_form(port: int) -> None:
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert get(port, "/", **link, Sec_Fetch_Dest="document")[0] == 200
    assert get(port, "/", **link, Sec_Fetch_Dest="iframe")[0] == 403
    form = {**link, "Sec_Fetch_Dest": "document", "Origin": "http://elsewhere.example"}
    assert post(port, "/api/about", "{}", **form)[0] == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_messages_are_json_which_forms_cannot_send(port: int, kind: str) -> None:
    status, answer = post(port, "/api/about", "{}", Content_Type=kind)
    assert (status, answer) == (415, {"error": "messages are application/json"})


def test_a_message_says_how_long_it_is_and_is_not_too_long(port: int) -> None:
    status, answer = post(port, "/api/about", b" " * (LARGEST_MESSAGE + 1))
    assert (status, answer["error"]) == (413, f"messages have at most {LARGEST_MESSAGE} bytes")
    json_kind = "Content-Type: application/json"
    for length in ("-1", "x", "1e3", "9" * 5000, "²"):
        head = f"POST /api/about HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{json_kind}\r\n"
        said = _raw(port, f"{head}Content-Length: {length}\r\n\r\n".encode())
        assert b" 411 " in said or b" 413 " in said
    assert ask(port, "about")["bundles"]  # it lives on


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"bundle": 0}',
        b'{"bundle": -1, "latents": [0, 0, 0, 0]}',
        b'{"bundle": true, "latents": [0, 0, 0, 0]}',
        b'{"bundle": 0, "latents": [0, 0, 0, "a"]}',
        b'{"bundle": 0, "latents": [0, 0, 0, NaN]}',
        b'{"bundle": 0, "latents": [0, 0, 0, 1e300]}',
        b'{"bundle": 0, "latents": [0, 0, 0, 0], "path": "/etc/passwd"}',
        b'{"bundle": 0, "latents": ' + b"[" * 100_000,
        b'{"bundle": 99999999999999999999, "latents": [0]}',
    ],
)
def test_a_malformed_message_is_said_in_one_line(port: int, body: bytes) -> None:
    status, answer = post(port, "/api/traverse/decode", body)
    assert status == 400
    assert answer["error"].startswith("the message is malformed: ")
    assert "\n" not in answer["error"] and len(answer["error"]) < 300


def test_what_cannot_be_is_said_in_one_line(port: int) -> None:
    four, eight = [0.0] * 4, [0.0] * 8
    said = refusal(port, "traverse/decode", {"bundle": 2, "latents": four})
    assert said == "bundle is 2; there are 2 bundles"
    said = refusal(port, "traverse/decode", {"bundle": 0, "latents": eight})
    assert said == "8 latents were given; roles has 4"
    for frame, message in (
        ({"of": "recorded", "row": 1200}, "row is 1200; the dataset has rows 0 to 1199"),
        ({"of": "reference", "bundle": 0, "row": 8}, "the bundle carries rows 0 to 7"),
        ({"of": "reference", "bundle": 7, "row": 0}, "bundle is 7; there are 2 bundles"),
        ({"of": "file", "row": 0}, "the message is malformed"),
        ({"of": "drawn", "domain": "nowhere", "setting": {}}, "unknown domain 'nowhere'"),
    ):
        assert message in refusal(port, "traverse/encode", {"frame": frame})


@pytest.mark.parametrize("question", ["nothing", "", "about/", "../about", "traverse"])
def test_other_questions_are_not_known(port: int, question: str) -> None:
    status, answer = post(port, f"/api/{question}", "{}")
    assert (status, answer) == (404, {"error": "there is no such question"})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_not_known(port: int, method: str) -> None:
    assert send(port, method, "/", None, {})[0] == 501


def test_garbage_and_silence_harm_nobody(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for raw in (b"\x16\x03\x01\x00\xa5\x01", b"GET\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"):
        _raw(port, raw)
    head = f"POST /api/about HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode()
    half = b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", port)) as leaving:
        leaving.sendall(head + half)
    assert ask(port, "about")["bundles"]
    for each in silent:
        each.close()


def test_it_listens_on_this_machine_alone(explorer: Explorer) -> None:
    assert explorer.address == f"http://127.0.0.1:{explorer.port}/"
    with pytest.raises(ConnectionRefusedError):  # another address of this machine
        socket.create_connection(("127.0.0.2", explorer.port), timeout=10)


def test_two_tabs_at_once_do_not_disturb_each_other(port: int) -> None:
    wanted = {"a": [0.5, 0.1, 0.0, 0.4], "b": [-0.5, -0.3, 0.4, 0.4]}
    alone = {
        name: ask(port, "traverse/decode", {"bundle": 0, "latents": latents})["decoded"]
        for name, latents in wanted.items()
    }
    assert alone["a"] != alone["b"]
    wrong: list[str] = []

    def play(name: str) -> None:
        for _ in range(10):
            found = ask(port, "traverse/decode", {"bundle": 0, "latents": wanted[name]})
            if found["decoded"] != alone[name]:
                wrong.append(name)

    tabs = [threading.Thread(target=play, args=(name,)) for name in wanted]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert wrong == []


def test_a_port_that_is_taken_is_said(explorer: Explorer, tmp_path: object) -> None:
    with pytest.raises(ValueError, match=f"port {explorer.port} of 127.0.0.1 cannot be listened"):
        open_explorer(ExploreConfig(port=explorer.port))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bundles": ()}, "no bundle was given"),
        ({"port": 70_000}, "port is 70000; give 0 for a free one"),
        ({"seed": -1}, "seed is -1"),
        ({"wrappers": ("a:B",)}, "describe an environment; give its --env too"),
        ({"env": "toy_envs:Toy/Counting-v0"}, "leave --env out, and give --data a folder of darla"),
    ],
)
def test_what_cannot_be_explored_is_said(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        open_explorer(ExploreConfig(**changes))  # type: ignore[arg-type]


def _raw(port: int, data: bytes) -> bytes:
    """Send bytes, and return what comes back until the server is done."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        try:
            while part := connection.recv(1 << 16):
                found += part
        except ConnectionError:
            pass
    return found
