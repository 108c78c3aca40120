"""Questions to the server of ``darla explore``, as its page asks them, or as it never would."""

import base64
import http.client
import json
from typing import Any

import numpy as np

Answer = tuple[int, dict[str, Any]]


def ask(port: int, question: str, message: Any = None) -> dict[str, Any]:
    """Return the answer to a question of the page, which must be answered."""
    status, answer = post(port, f"/api/{question}", json.dumps(message or {}))
    assert status == 200, answer
    return answer


def refusal(port: int, question: str, message: Any) -> str:
    """Return why a question is not answered: one line."""
    status, answer = post(port, f"/api/{question}", json.dumps(message))
    assert status == 400, (status, answer)
    assert "\n" not in answer["error"]
    return str(answer["error"])


def post(port: int, path: str, body: str | bytes, **headers: str) -> Answer:
    """Send bytes to a path, and return the status and the answer."""
    given = {"Content-Type": "application/json", **named(headers)}
    status, _, content = send(port, "POST", path, body, given)
    return status, json.loads(content)


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for a path, and return the status, the headers and the content."""
    return send(port, "GET", path, None, named(headers))


def send(
    port: int, method: str, path: str, body: str | bytes | None, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """Send one request; a header ``Host`` takes the place of the usual one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        data = body.encode() if isinstance(body, str) else body
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def named(headers: dict[str, str]) -> dict[str, str]:
    """Return headers whose names were written as Python writes them."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def pixels(picture: dict[str, Any]) -> np.ndarray:
    """Return a picture of an answer, uint8 (H, W, 3)."""
    flat = np.frombuffer(base64.b64decode(picture["rgb"]), np.uint8)
    return flat.reshape(picture["height"], picture["width"], 3)
